#include <cstdio>
#include <iostream>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <monolite/cli/terminal.h>

namespace monolite::cli {
namespace {

constexpr int kBarWidth = 30;

std::string_view code_of(Colour colour) {
  switch (colour) {
    case Colour::kRed:
      return "31";
    case Colour::kGreen:
      return "32";
    case Colour::kYellow:
      return "33";
    case Colour::kFaint:
      return "2";
    case Colour::kBold:
      return "1";
  }
  return "0";
}

std::string painted(std::string_view text, Colour colour) {
  return fmt::format("\x1b[{}m{}\x1b[0m", code_of(colour), text);
}

}  // namespace

Terminal::Terminal(Ink ink)
    : ink_out_(ink == Ink::kWhenTerminal && isatty(STDOUT_FILENO) == 1),
      ink_err_(ink == Ink::kWhenTerminal && isatty(STDERR_FILENO) == 1) {}

void Terminal::text(std::string_view text) { fmt::print(stdout, "{}", text); }

void Terminal::line(std::string_view text) { fmt::print(stdout, "{}\n", text); }

std::string Terminal::coloured(std::string_view text, Colour colour) const {
  return ink_out_ ? painted(text, colour) : std::string(text);
}

bool Terminal::is_conversation() const { return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1; }

std::optional<std::string> Terminal::ask(std::string_view prompt) {
  if (is_conversation()) text(prompt);
  std::fflush(stdout);
  std::string line;
  if (std::getline(std::cin, line)) return line;
  if (is_conversation()) this->line();  // behind the Ctrl-D
  return std::nullopt;
}

std::optional<std::size_t> Terminal::width() const {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return std::nullopt;
  return size.ws_col;
}

void Terminal::progress_line(std::string_view label, std::size_t done, std::size_t total, Steps steps) {
  const bool finished = done >= total;
  const auto tenth = finished ? 0 : done * 10 / total;
  if (finished) {
    fmt::print(stderr, "{}: {}\n", label, total);
  } else if (steps == Steps::kTenths && tenth > last_tenth_) {
    fmt::print(stderr, "{}: {} of {} ({} %)\n", label, done, total, done * 100 / total);
  }
  last_tenth_ = tenth;
}

void Terminal::progress(std::string_view label, std::size_t done, std::size_t total, Steps in_pipe) {
  const int percent = total == 0 ? 100 : static_cast<int>(done * 100 / total);
  if (percent == last_percent_) return;
  last_percent_ = percent;
  const bool finished = done >= total;
  if (finished) last_percent_ = -1;
  if (isatty(STDERR_FILENO) != 1) return progress_line(label, done, total, in_pipe);
  const auto filled = static_cast<std::size_t>(percent * kBarWidth / 100);
  fmt::print(stderr, "\r{} [{}{}] {:3}%{}", label, std::string(filled, '='), std::string(kBarWidth - filled, ' '),
             percent, finished ? "\n" : "");
  std::fflush(stderr);
}

void Terminal::failure(std::string_view what, std::string_view hint) {
  std::fflush(stdout);  // what was said before it comes before it
  fmt::print(stderr, "{} {}\n", ink_err_ ? painted("error:", Colour::kRed) : "error:", what);
  if (!hint.empty()) fmt::print(stderr, "{} {}\n", ink_err_ ? painted("hint:", Colour::kYellow) : "hint:", hint);
}

}  // namespace monolite::cli
