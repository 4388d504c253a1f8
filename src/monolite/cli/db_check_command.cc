#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <monolite/cli/db_commands.h>

namespace monolite::cli {
namespace {

void check(Context& context) {
  const auto config = app::load_config(context.surroundings);
  const auto app = context.open(config);
  const auto [literals, problems] = app->check_sql();
  for (const auto& problem : problems) {
    context.terminal.line(fmt::format("{}:{}: {}", problem.site.file, problem.site.line, problem.what));
  }
  if (!problems.empty()) throw FoundProblems{};
  context.terminal.line(fmt::format("all {} SQL literals fit the schema", literals));
}

}  // namespace

void declare_db_check(CLI::App& db, Context& context) {
  db.add_subcommand("check", "Prepares every SQL literal of the program against the schema")->callback([&context] {
    check(context);
  });
}

}  // namespace monolite::cli
