#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <monolite/app/prepare.h>
#include <monolite/cli/db_commands.h>

namespace monolite::cli {
namespace {

app::PrepareProgress shown_on(Terminal& terminal) {
  return {
      .migrated = [&](const db::Migration& m) { terminal.line(fmt::format("migrated {:04} {}", m.version, m.name)); },
      .seeding = [&](std::size_t done, std::size_t total) { terminal.progress("seeding", done, total); }};
}

void prepare(Context& context) {
  const auto config = app::load_config(context.surroundings);
  const auto app = context.open(config, db::sqlite::CreateFile::kIfMissing);
  bool migrated = false;
  auto progress = shown_on(context.terminal);
  progress.migrated = [&, tell = progress.migrated](const db::Migration& m) {
    migrated = true;
    tell(m);
  };
  app::prepare(*app, context.application, progress);
  if (migrated) dump_after_change(context, *app);
}

void migrate(Context& context) {
  const auto config = app::load_config(context.surroundings);
  const auto app = context.open(config);
  const auto ran = app->migrator().migrate();
  for (const auto* m : ran) context.terminal.line(fmt::format("migrated {:04} {}", m->version, m->name));
  if (ran.empty()) context.terminal.line("nothing to migrate");
  if (!ran.empty()) dump_after_change(context, *app);
}

void rollback(Context& context, int steps) {
  const auto config = app::load_config(context.surroundings);
  const auto app = context.open(config);
  const auto undone = app->migrator().rollback(steps);
  for (const auto* m : undone) context.terminal.line(fmt::format("rolled back {:04} {}", m->version, m->name));
  if (undone.empty()) context.terminal.line("nothing to roll back");
  if (!undone.empty()) dump_after_change(context, *app);
}

void seed(Context& context) {
  const auto config = app::load_config(context.surroundings);
  const auto app = context.open(config);
  app::require_ready(*app);
  app::seed(*app, context.application, shown_on(context.terminal));
}

}  // namespace

void declare_db_schema(CLI::App& db, Context& context) {
  db.add_subcommand("prepare", "Creates, migrates and, when new, seeds the database")->callback([&context] {
    prepare(context);
  });
  db.add_subcommand("migrate", "Runs the migrations that are pending")->callback([&context] { migrate(context); });
  auto* back = db.add_subcommand("rollback", "Undoes the last migration");
  const auto steps = std::make_shared<int>(1);
  back->add_option("--steps", *steps, "How many")->check(CLI::PositiveNumber)->capture_default_str();
  back->callback([&context, steps] { rollback(context, *steps); });
  db.add_subcommand("seed", "Adds the seed's rows once more")->callback([&context] { seed(context); });
}

}  // namespace monolite::cli
