#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <monolite/cli/command.h>
#include <monolite/db/sqlite/open.h>

namespace monolite::cli {

void declare_version(CLI::App& parser, Context& context) {
  parser.add_subcommand("version", "Prints the versions of the program and of SQLite")->callback([&] {
    context.terminal.line(fmt::format("{} {} (SQLite {})", context.application.name, context.application.version,
                                      db::sqlite::library_version()));
  });
}

}  // namespace monolite::cli
