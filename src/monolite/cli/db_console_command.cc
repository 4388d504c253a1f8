#include <cerrno>
#include <filesystem>
#include <system_error>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <monolite/base/error.h>
#include <monolite/cli/db_commands.h>

namespace monolite::cli {
namespace {

enum class Writing { kNo, kYes };

/// What the shell is told before the person's first word. Two commands fit every version: `-cmd` runs before the input.
std::vector<std::string> shell_words(const std::string& path, Writing writing) {
  std::vector<std::string> words{"sqlite3", "-cmd", "PRAGMA foreign_keys=on", "-cmd", ".timeout 5000"};
  // In a pipe the shell's plain lists are what other programs read.
  if (isatty(STDOUT_FILENO) == 1) words.insert(words.end(), {"-cmd", ".mode box", "-cmd", ".headers on"});
  if (writing == Writing::kNo) words.emplace_back("-readonly");
  words.push_back(path);
  return words;
}

/// Takes the place of this process, so that no second SQLite meets ours on the same file. Returns only when it fails.
void become(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  execvp(arguments[0], arguments.data());
}

void console(Context& context, Writing writing) {
  const auto config = app::load_config(context.surroundings);
  const auto& path = config.primary.path;
  std::error_code missing;
  if (!std::filesystem::exists(path, missing)) {  // the shell would make an empty one
    throw base::Error({.code = base::ErrorCode::kConfig,
                       .what = fmt::format("there is no database at {}", path),
                       .hint = "create it with: db prepare"});
  }
  become(shell_words(path, writing));
  const int number = errno;
  throw base::Error({.code = base::ErrorCode::kUnsupported,
                     .what = fmt::format("cannot start sqlite3: {}", std::generic_category().message(number)),
                     .hint = "install SQLite's shell (Debian: apt install sqlite3)",
                     .system_code = number});
}

}  // namespace

void declare_db_console(CLI::App& db, Context& context) {
  auto* command = db.add_subcommand("console", "Opens SQLite's shell on the database, for reading");
  const auto write = std::make_shared<bool>(false);
  command->add_flag("--write", *write, "Allow changes");
  command->callback([&context, write] { console(context, *write ? Writing::kYes : Writing::kNo); });
}

}  // namespace monolite::cli
