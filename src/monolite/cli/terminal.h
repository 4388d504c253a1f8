#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace monolite::cli {

enum class Colour { kRed, kGreen, kYellow, kFaint, kBold };

/// What commands say to a person. Colours and moving progress only where a terminal shows them (and NO_COLOR is unset):
/// in a file or a pipe there is plain text. Threads: one at a time.
class Terminal {
 public:
  enum class Ink { kNever, kWhenTerminal };

  explicit Terminal(Ink ink);

  /// A line on standard output.
  void line(std::string_view text = {});
  /// Text on standard output as it is, for another program.
  void text(std::string_view text);
  std::string coloured(std::string_view text, Colour colour) const;

  /// Whether a person sits at both ends: standard input and output are terminals.
  bool is_conversation() const;
  /// The next line of standard input without its end; nothing at the end. `prompt` is shown in a conversation only.
  std::optional<std::string> ask(std::string_view prompt);
  /// Characters that fit into a line of standard output; nothing where that is no terminal.
  std::optional<std::size_t> width() const;

  /// What a pipe or a file gets of a progress.
  enum class Steps {
    kEnd,     ///< a line at the end
    kTenths,  ///< for what may take long: also a line per tenth
  };

  /// A bar that is redrawn in place; lines in a pipe. Goes to standard error: it is no result.
  void progress(std::string_view label, std::size_t done, std::size_t total, Steps in_pipe = Steps::kEnd);

  /// `error: …` and `hint: …` on standard error.
  void failure(std::string_view what, std::string_view hint);

 private:
  void progress_line(std::string_view label, std::size_t done, std::size_t total, Steps steps);

  bool ink_out_;
  bool ink_err_;
  int last_percent_ = -1;
  std::size_t last_tenth_ = 0;
};

}  // namespace monolite::cli
