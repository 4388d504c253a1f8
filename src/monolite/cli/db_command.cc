#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <monolite/app/prepare.h>
#include <monolite/cli/command.h>

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
  app::prepare(*app, context.application, shown_on(context.terminal));
}

void migrate(Context& context) {
  const auto config = app::load_config(context.surroundings);
  const auto app = context.open(config);
  const auto ran = app->migrator().migrate();
  for (const auto* m : ran) context.terminal.line(fmt::format("migrated {:04} {}", m->version, m->name));
  if (ran.empty()) context.terminal.line("nothing to migrate");
}

void rollback(Context& context, int steps) {
  const auto config = app::load_config(context.surroundings);
  const auto app = context.open(config);
  const auto undone = app->migrator().rollback(steps);
  for (const auto* m : undone) context.terminal.line(fmt::format("rolled back {:04} {}", m->version, m->name));
  if (undone.empty()) context.terminal.line("nothing to roll back");
}

void seed(Context& context) {
  const auto config = app::load_config(context.surroundings);
  const auto app = context.open(config);
  app::require_ready(*app);
  app::seed(*app, context.application, shown_on(context.terminal));
}

std::string state_of(const Terminal& terminal, const db::MigrationStatus& m) {
  if (!m.known) return terminal.coloured("unknown", Colour::kRed);
  if (!m.applied_at) return terminal.coloured("pending", Colour::kYellow);
  return terminal.coloured("up", Colour::kGreen);
}

void status(Context& context) {
  auto& terminal = context.terminal;
  const auto config = app::load_config(context.surroundings);
  const auto app = context.open(config);
  const auto database = app->primary().status();
  terminal.line(fmt::format("{}: {}, journal {}, synchronous {}, {} bytes, WAL {} bytes", database.path,
                            database.engine, database.journal, database.synchronous, database.bytes,
                            database.wal_bytes));
  for (const auto& m : app->migrator().status()) {
    terminal.line(fmt::format("{:04} {:32} {} {}", m.version, m.name, state_of(terminal, m),
                              m.applied_at ? db::to_text(*m.applied_at) : ""));
  }
}

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

void back_up(Context& context, const std::string& file) {
  auto& terminal = context.terminal;
  const auto config = app::load_config(context.surroundings);
  const auto app = context.open(config);
  app->primary().back_up(file, [&](const db::BackupProgress& progress) {
    terminal.progress("pages", static_cast<std::size_t>(progress.pages),
                      static_cast<std::size_t>(progress.total_pages));
  });
  terminal.line(fmt::format("{} holds a copy of {}", file, config.primary.path));
}

void check_integrity(Context& context) {
  const auto config = app::load_config(context.surroundings);
  const auto app = context.open(config);
  const auto problems = app->primary().integrity_problems();
  for (const auto& problem : problems) context.terminal.line(problem);
  if (!problems.empty()) throw FoundProblems{};
  context.terminal.line(fmt::format("{} is sound", config.primary.path));
}

}  // namespace

void declare_db(CLI::App& parser, Context& context) {
  auto* db = parser.add_subcommand("db", "Works on the database");
  db->require_subcommand(1);
  db->add_subcommand("prepare", "Creates, migrates and, when new, seeds the database")->callback([&] {
    prepare(context);
  });
  db->add_subcommand("migrate", "Runs the migrations that are pending")->callback([&] { migrate(context); });
  auto* back = db->add_subcommand("rollback", "Undoes the last migration");
  const auto steps = std::make_shared<int>(1);
  back->add_option("--steps", *steps, "How many")->check(CLI::PositiveNumber)->capture_default_str();
  back->callback([&context, steps] { rollback(context, *steps); });
  db->add_subcommand("status", "Shows the database and its migrations")->callback([&] { status(context); });
  db->add_subcommand("seed", "Adds the seed's rows once more")->callback([&] { seed(context); });
  db->add_subcommand("check", "Prepares every SQL literal of the program against the schema")->callback([&] {
    check(context);
  });
  auto* backup = db->add_subcommand("backup", "Copies the database into a new file, while it is in use");
  const auto file = std::make_shared<std::string>();
  backup->add_option("FILE", *file, "The copy; it must not exist")->required();
  backup->callback([&context, file] { back_up(context, *file); });
  db->add_subcommand("integrity", "Reads the whole file and tells what is wrong with it")->callback([&] {
    check_integrity(context);
  });
}

}  // namespace monolite::cli
