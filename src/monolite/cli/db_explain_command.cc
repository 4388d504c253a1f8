#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <monolite/base/error.h>
#include <monolite/cli/db_commands.h>

namespace monolite::cli {
namespace {

db::QueryPlan plan_of(db::Database& database, const std::string& sql) {
  try {
    return database.explain(sql);
  } catch (const base::Error& error) {
    if (error.scope() != base::ErrorScope::kBug) throw;
    // To the program a statement that does not fit is a bug; here a person typed it.
    throw base::Error({.code = base::ErrorCode::kInvalid,
                       .what = error.what(),
                       .hint = "one statement in quotes, as the program has it; `?` may stand for values"});
  }
}

void explain(Context& context, const std::string& sql) {
  auto& terminal = context.terminal;
  const auto config = app::load_config(context.surroundings);
  const auto app = context.open(config);
  const auto plan = plan_of(app->primary(), sql);
  if (plan.steps.empty()) return terminal.line("no rows have to be found");
  auto tree = plan.tree();
  tree.pop_back();  // `line` ends it
  terminal.line(tree);
  for (const auto& note : plan.notes())
    terminal.line(terminal.coloured(fmt::format("note: {}", note), Colour::kYellow));
}

}  // namespace

void declare_db_explain(CLI::App& db, Context& context) {
  auto* command =
      db.add_subcommand("explain", "Shows how the database would find the rows of a statement; runs nothing");
  const auto sql = std::make_shared<std::string>();
  command->add_option("SQL", *sql, "The statement, in quotes: \"SELECT * FROM posts WHERE id = ?\"")->required();
  command->callback([&context, sql] { explain(context, *sql); });
}

}  // namespace monolite::cli
