#include <cerrno>
#include <filesystem>
#include <system_error>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <monolite/base/error.h>
#include <monolite/cli/console.h>
#include <monolite/cli/db_commands.h>

namespace monolite::cli {
namespace {

using Writing = Console::Writing;

enum class Shell { kIfInstalled, kOwn };

/// What the shell is told before the person's first word. Two commands fit every version: `-cmd` runs before the input.
std::vector<std::string> shell_words(const std::string& path, Writing writing) {
  std::vector<std::string> words{"sqlite3", "-cmd", "PRAGMA foreign_keys=on", "-cmd", ".timeout 5000"};
  // In a pipe the shell's plain lists are what other programs read.
  if (isatty(STDOUT_FILENO) == 1) words.insert(words.end(), {"-cmd", ".mode box", "-cmd", ".headers on"});
  if (writing == Writing::kRefused) words.emplace_back("-readonly");
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

/// Returns when SQLite's shell is not installed.
void become_shell(const std::string& path, Writing writing) {
  become(shell_words(path, writing));
  const int number = errno;
  if (number == ENOENT) return;
  throw base::Error({.code = base::ErrorCode::kUnsupported,
                     .what = fmt::format("cannot start sqlite3: {}", std::generic_category().message(number)),
                     .hint = "use our own: db console --builtin",
                     .system_code = number});
}

void run_own(Context& context, app::Config config, Writing writing) {
  config.primary.slow_query = {};  // a person who asks for much need not be told
  if (writing == Writing::kRefused && config.primary.access == db::sqlite::Access::kReadWrite) {
    config.primary.access = db::sqlite::Access::kReadOnly;
  }
  const auto app = context.open(config);
  auto& terminal = context.terminal;
  if (terminal.is_conversation()) terminal.line(fmt::format("{}; .help tells what to type", config.primary.path));
  const int failures = Console(terminal, app->primary(), writing).run();
  if (failures > 0 && !terminal.is_conversation()) throw FoundProblems{};
}

void console(Context& context, Writing writing, Shell shell) {
  const auto config = app::load_config(context.surroundings);
  const auto& path = config.primary.path;
  std::error_code missing;
  if (!std::filesystem::exists(path, missing)) {  // the shell would make an empty one
    throw base::Error({.code = base::ErrorCode::kConfig,
                       .what = fmt::format("there is no database at {}", path),
                       .hint = "create it with: db prepare"});
  }
  if (shell == Shell::kIfInstalled) become_shell(path, writing);
  run_own(context, config, writing);
}

struct Wanted {
  bool write = false;
  bool builtin = false;
};

}  // namespace

void declare_db_console(CLI::App& db, Context& context) {
  auto* command = db.add_subcommand("console", "Opens a shell on the database, for reading: SQLite's, or our own");
  const auto wanted = std::make_shared<Wanted>();
  command->add_flag("--write", wanted->write, "Allow changes");
  command->add_flag("--builtin", wanted->builtin, "Our own, also where SQLite's is installed");
  command->callback([&context, wanted] {
    console(context, wanted->write ? Writing::kAllowed : Writing::kRefused,
            wanted->builtin ? Shell::kOwn : Shell::kIfInstalled);
  });
}

}  // namespace monolite::cli
