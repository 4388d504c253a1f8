#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <monolite/cli/db_commands.h>

namespace monolite::cli {
namespace {

void check_integrity(Context& context, db::IntegrityDepth depth) {
  auto& terminal = context.terminal;
  const auto config = app::load_config(context.surroundings);
  const auto app = context.open(config);
  const auto problems = app->primary().integrity_problems(depth, [&](const db::IntegrityProgress& progress) {
    terminal.progress("tables", progress.tables, progress.total_tables);
  });
  for (const auto& problem : problems) terminal.line(problem);
  if (!problems.empty()) throw FoundProblems{};
  terminal.line(fmt::format("{} is sound", config.primary.path));
}

}  // namespace

void declare_db_integrity(CLI::App& db, Context& context) {
  auto* command = db.add_subcommand("integrity", "Reads the whole file and tells what is wrong with it");
  const auto quick = std::make_shared<bool>(false);
  command->add_flag("--quick", *quick, "Pages and rows only: no indexes, no foreign keys");
  command->callback(
      [&context, quick] { check_integrity(context, *quick ? db::IntegrityDepth::kQuick : db::IntegrityDepth::kFull); });
}

}  // namespace monolite::cli
