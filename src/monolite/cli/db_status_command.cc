#include <chrono>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <monolite/cli/db_commands.h>

namespace monolite::cli {
namespace {

using db::operator""_sql;

struct TableSize {
  std::string name;  // a table or an index
  std::int64_t bytes = 0;
  std::int64_t pages = 0;
};
BOOST_DESCRIBE_STRUCT(TableSize, (), (name, bytes, pages))

/// Reads every page of the file.
std::vector<TableSize> biggest_tables(db::Database& database) {
  constexpr auto kBiggest =
      "SELECT name, pgsize AS bytes, pageno AS pages FROM dbstat WHERE aggregate = TRUE ORDER BY pgsize DESC LIMIT 20"_sql;
  return database.read([&](db::ReadSession& session) { return session.all<TableSize>(kBiggest); });
}

std::string state_of(const Terminal& terminal, const db::MigrationStatus& m) {
  if (!m.known) return terminal.coloured("unknown", Colour::kRed);
  if (!m.applied_at) return terminal.coloured("pending", Colour::kYellow);
  return terminal.coloured("up", Colour::kGreen);
}

std::string_view plain_state_of(const db::MigrationStatus& m) {
  if (!m.known) return "unknown";
  return m.applied_at ? "up" : "pending";
}

struct Facts {
  db::DatabaseStatus database;
  db::BootReport boot;
  std::vector<db::MigrationStatus> migrations;
  std::vector<TableSize> tables;
};

void show(Terminal& terminal, std::string_view name, std::string_view value) {
  terminal.line(fmt::format("{:14} {}", name, value));
}

std::chrono::microseconds in_microseconds(base::Monotonic::duration duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration);
}

std::string tests_of(const db::BootReport& boot) {
  const auto sync = boot.sync ? fmt::format("a sync takes {} us", boot.sync->count()) : "no sync measured";
  return fmt::format("{}, locks and shared memory {}", sync, boot.locks_tested ? "work" : "not tested");
}

std::string checkpoint_of(const db::CheckpointStatus& checkpoint) {
  return fmt::format("{} of {} frames of the log copied, {} restarts", checkpoint.copied_frames, checkpoint.wal_frames,
                     checkpoint.restarts);
}

std::string oldest_snapshot_of(const db::DatabaseStatus& database) {
  if (!database.oldest_snapshot) return "none open in this process";
  return fmt::format("the oldest is open for {} us", in_microseconds(*database.oldest_snapshot).count());
}

void print(Terminal& terminal, const Facts& facts) {
  const auto& [database, boot, migrations, tables] = facts;
  show(terminal, "path", database.path);
  show(terminal, "engine", fmt::format("{} ({})", database.engine, fmt::join(boot.compile_options, " ")));
  show(terminal, "access", fmt::format("{} on {}", boot.access, boot.file_system));
  show(terminal, "size",
       fmt::format("{} bytes: {} pages of {}, {} free", database.bytes, database.pages, database.page_bytes,
                   database.free_pages));
  show(terminal, "journal", fmt::format("{}, {} bytes", database.journal, database.wal_bytes));
  show(terminal, "checkpoint", checkpoint_of(database.checkpoint));
  show(terminal, "snapshots", oldest_snapshot_of(database));
  show(terminal, "synchronous", database.synchronous);
  show(terminal, "foreign keys", boot.foreign_keys ? "on" : terminal.coloured("off", Colour::kRed));
  show(terminal, "encoding", database.encoding);
  show(terminal, "versions",
       fmt::format("application {}, user {}, schema {}", database.application_id, database.user_version,
                   database.schema_version));
  show(terminal, "readers", fmt::format("{} idle", database.idle_readers));
  show(terminal, "queue", fmt::format("{} writes wait", database.queued_writes));
  show(terminal, "turns", database.turns.empty() ? "no writer" : database.turns);
  show(terminal, "others", database.others.empty() ? "none seen" : fmt::format("{}", fmt::join(database.others, ", ")));
  show(terminal, "tests", tests_of(boot));
  if (boot.recovery) show(terminal, "recovered", fmt::format("{} ({} us)", boot.recovered, boot.recovery->count()));
  for (const auto& warning : boot.warnings) show(terminal, "warning", terminal.coloured(warning, Colour::kYellow));
  if (database.quarantine) show(terminal, "quarantine", terminal.coloured(*database.quarantine, Colour::kRed));
  for (const auto& table : tables) {
    terminal.line(fmt::format("{:32} {:12} bytes {:9} pages", table.name, table.bytes, table.pages));
  }
  for (const auto& m : migrations) {
    terminal.line(fmt::format("{:04} {:32} {} {}", m.version, m.name, state_of(terminal, m),
                              m.applied_at ? db::to_text(*m.applied_at) : ""));
  }
}

template <class Duration>
boost::json::value microseconds_of(const std::optional<Duration>& duration) {
  if (!duration) return nullptr;
  return std::int64_t{in_microseconds(*duration).count()};
}

/// The names are promised: docs/formats/db-status.md.
boost::json::object as_json(const Facts& facts) {
  const auto& [database, boot, migrations, tables] = facts;
  boost::json::array steps;
  for (const auto& m : migrations) {
    steps.push_back({{"version", m.version},
                     {"name", m.name},
                     {"state", plain_state_of(m)},
                     {"applied_at", m.applied_at ? boost::json::value(db::to_text(*m.applied_at)) : nullptr}});
  }
  boost::json::array sizes;
  for (const auto& t : tables) sizes.push_back({{"name", t.name}, {"bytes", t.bytes}, {"pages", t.pages}});
  return {{"path", database.path},
          {"engine", database.engine},
          {"compile_options", boost::json::array(boot.compile_options.begin(), boot.compile_options.end())},
          {"access", boot.access},
          {"file_system", boot.file_system},
          {"bytes", database.bytes},
          {"page_bytes", database.page_bytes},
          {"pages", database.pages},
          {"free_pages", database.free_pages},
          {"journal", database.journal},
          {"wal_bytes", database.wal_bytes},
          {"checkpoint",
           {{"wal_frames", database.checkpoint.wal_frames},
            {"copied_frames", database.checkpoint.copied_frames},
            {"restarts", database.checkpoint.restarts}}},
          {"oldest_snapshot_us", microseconds_of(database.oldest_snapshot)},
          {"queued_writes", database.queued_writes},
          {"idle_readers", database.idle_readers},
          {"turns", database.turns},
          {"others", boost::json::array(database.others.begin(), database.others.end())},
          {"synchronous", database.synchronous},
          {"foreign_keys", boot.foreign_keys},
          {"encoding", database.encoding},
          {"application_id", database.application_id},
          {"user_version", database.user_version},
          {"schema_version", database.schema_version},
          {"sync_us", microseconds_of(boot.sync)},
          {"locks_tested", boot.locks_tested},
          {"recovery_us", microseconds_of(boot.recovery)},
          {"warnings", boost::json::array(boot.warnings.begin(), boot.warnings.end())},
          {"quarantine", database.quarantine ? boost::json::value(*database.quarantine) : nullptr},
          {"tables", std::move(sizes)},
          {"migrations", std::move(steps)}};
}

struct Wanted {
  bool json = false;
  bool tables = false;
};

void status(Context& context, const Wanted& wanted) {
  auto config = app::load_config(context.surroundings);
  config.primary.slow_query = {};  // reading the whole file is what was asked for
  const auto app = context.open(config);
  Facts facts{.database = app->primary().status(),
              .boot = app->primary().boot_report(),
              .migrations = app->migrator().status(),
              .tables = {}};
  if (wanted.tables) facts.tables = biggest_tables(app->primary());
  if (wanted.json) {
    context.terminal.line(boost::json::serialize(as_json(facts)));
  } else {
    print(context.terminal, facts);
  }
}

}  // namespace

void declare_db_status(CLI::App& db, Context& context) {
  auto* command = db.add_subcommand("status", "Shows the database and its migrations");
  const auto wanted = std::make_shared<Wanted>();
  command->add_flag("--json", wanted->json, "One JSON object, for programs");
  command->add_flag("--tables", wanted->tables, "The biggest tables and indexes; reads the whole file");
  command->callback([&context, wanted] { status(context, *wanted); });
}

}  // namespace monolite::cli
