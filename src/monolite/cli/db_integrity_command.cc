#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <monolite/cli/db_commands.h>

namespace monolite::cli {
namespace {

void check_integrity(Context& context) {
  const auto config = app::load_config(context.surroundings);
  const auto app = context.open(config);
  const auto problems = app->primary().integrity_problems();
  for (const auto& problem : problems) context.terminal.line(problem);
  if (!problems.empty()) throw FoundProblems{};
  context.terminal.line(fmt::format("{} is sound", config.primary.path));
}

}  // namespace

void declare_db_integrity(CLI::App& db, Context& context) {
  db.add_subcommand("integrity", "Reads the whole file and tells what is wrong with it")->callback([&context] {
    check_integrity(context);
  });
}

}  // namespace monolite::cli
