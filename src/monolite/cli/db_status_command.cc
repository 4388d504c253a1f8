#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <monolite/cli/db_commands.h>

namespace monolite::cli {
namespace {

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

}  // namespace

void declare_db_status(CLI::App& db, Context& context) {
  db.add_subcommand("status", "Shows the database and its migrations")->callback([&context] { status(context); });
}

}  // namespace monolite::cli
