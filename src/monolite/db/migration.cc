#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include <monolite/base/error.h>
#include <monolite/db/errors.h>
#include <monolite/db/failpoints.h>
#include <monolite/db/migration.h>

namespace monolite::db {

struct Migrator::Applied {
  int version;
  std::string name;
  Timestamp applied_at;
  BOOST_DESCRIBE_CLASS(Applied, (), (version, name, applied_at), (), ())
};

namespace {

/// A migration may rebuild a large table, and another process may be in the middle of one: wait, do not give up.
WriteOptions for_migration(ForeignKeys foreign_keys) {
  return {.timeout = std::chrono::minutes(30), .grouping = Grouping::kAlone, .foreign_keys = foreign_keys};
}

void require_ascending(std::span<const Migration> migrations) {
  for (std::size_t i = 1; i < migrations.size(); ++i) {
    ML_REQUIRE(migrations[i - 1].version < migrations[i].version,
               fmt::format("migration {} '{}' must have a higher version than the one before it", migrations[i].version,
                           migrations[i].name));
  }
}

bool table_exists(ReadSession& session) {
  return session
      .find<std::int64_t>("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'ml_db_migrations'"_sql)
      .has_value();
}

bool is_applied(ReadSession& session, int version) {
  return session.find<std::int64_t>("SELECT 1 FROM ml_db_migrations WHERE version = ?"_sql, version).has_value();
}

}  // namespace

Migrator::Migrator(Database& database, std::span<const Migration> migrations, const base::Clock& clock,
                   base::Failpoints* failpoints)
    : database_(database), migrations_(migrations), clock_(clock), failpoints_(failpoints) {
  require_ascending(migrations_);
}

/// A step that makes a referenced table anew needs foreign keys switched off, which must happen before its transaction:
/// nobody has to remember that. What the first try did is undone when the second begins.
template <class F>
auto Migrator::run_step(F&& step, ForeignKeys foreign_keys) {
  try {
    return database_.write(step, for_migration(foreign_keys));
  } catch (const NeedsForeignKeysOff&) {  // once more, the other way
    return database_.write(step, for_migration(ForeignKeys::kCheckedAtEnd));
  }
}

std::vector<const Migration*> Migrator::migrate() {
  ensure_table();
  refuse_newer();
  std::vector<const Migration*> ran;
  for (const Migration& migration : migrations_) {
    const bool did_run = run_step(
        [&](WriteSession& tx) {
          // Asked again inside the transaction: another process may have run it while this one waited for the lock.
          if (is_applied(tx, migration.version)) return false;
          migration.up(tx);
          reach(failpoints_, "migration.changed");
          tx.exec("INSERT INTO ml_db_migrations (version, name, applied_at) VALUES (?, ?, ?)"_sql, migration.version,
                  migration.name, clock_.now());
          reach(failpoints_, "migration.recorded");
          return true;
        },
        migration.foreign_keys);
    if (did_run) ran.push_back(&migration);
  }
  return ran;
}

std::vector<const Migration*> Migrator::rollback(int steps) {
  refuse_newer();
  std::vector<const Migration*> undone;
  for (; steps > 0; --steps) {
    const Migration* last = run_step(
        [&](WriteSession& tx) -> const Migration* {
          if (!table_exists(tx)) return nullptr;
          const auto version = tx.find<int>("SELECT version FROM ml_db_migrations ORDER BY version DESC LIMIT 1"_sql);
          if (!version) return nullptr;
          const Migration* migration = find(*version);
          if (!migration) return nullptr;  // another process migrated meanwhile
          if (!migration->down) {
            throw base::Error({.code = base::ErrorCode::kUnsupported,
                               .scope = base::ErrorScope::kCaller,
                               .what = fmt::format("migration {} '{}' cannot be undone", *version, migration->name),
                               .hint = "give it a down step, or restore a backup"});
          }
          migration->down(tx);
          reach(failpoints_, "migration.undone");
          tx.exec("DELETE FROM ml_db_migrations WHERE version = ?"_sql, *version);
          return migration;
        },
        foreign_keys_of_last());
    if (!last) {
      refuse_newer();
      break;
    }
    undone.push_back(last);
  }
  return undone;
}

std::vector<MigrationStatus> Migrator::status() {
  std::vector<MigrationStatus> all;
  for (const Migration& migration : migrations_) all.push_back({migration.version, migration.name, {}, true});
  for (const Applied& row : applied()) {
    const auto known = std::ranges::find(all, row.version, &MigrationStatus::version);
    if (known != all.end()) {
      known->applied_at = row.applied_at;
    } else {
      all.push_back({row.version, row.name, row.applied_at, false});
    }
  }
  std::ranges::sort(all, {}, &MigrationStatus::version);
  return all;
}

bool Migrator::is_current() {
  return std::ranges::all_of(status(), [](const MigrationStatus& m) { return m.known && m.applied_at; });
}

void Migrator::refuse_newer() {
  for (const Applied& row : applied()) {
    if (find(row.version)) continue;
    throw base::Error({.code = base::ErrorCode::kConfig,
                       .scope = base::ErrorScope::kDatabase,
                       .what = fmt::format("the database {} is newer than this program: it has migration {} '{}'",
                                           database_.status().path, row.version, row.name),
                       .hint = "start the newer program, or roll back with it first (db rollback)"});
  }
}

std::vector<Migrator::Applied> Migrator::applied() {
  return database_.read([](ReadSession& session) {
    if (!table_exists(session)) return std::vector<Applied>();
    return session.all<Applied>("SELECT version, name, applied_at FROM ml_db_migrations ORDER BY version"_sql);
  });
}

void Migrator::ensure_table() {
  if (database_.read(table_exists)) return;
  database_.write(
      [](WriteSession& tx) {
        tx.run(R"sql(
          CREATE TABLE IF NOT EXISTS ml_db_migrations (
            version INTEGER PRIMARY KEY NOT NULL,
            name TEXT NOT NULL,
            applied_at TEXT NOT NULL
          ) STRICT;
          CREATE TABLE IF NOT EXISTS ml_db_meta (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT;
          INSERT OR IGNORE INTO ml_db_meta (key, value) VALUES ('seed', 'pending');
        )sql"_script);
      },
      for_migration(ForeignKeys::kEnforced));
}

ForeignKeys Migrator::foreign_keys_of_last() {
  const auto all = applied();
  const Migration* const last = all.empty() ? nullptr : find(all.back().version);
  return last ? last->foreign_keys : ForeignKeys::kEnforced;
}

const Migration* Migrator::find(int version) const {
  const auto found = std::ranges::find(migrations_, version, &Migration::version);
  return found == migrations_.end() ? nullptr : &*found;
}

}  // namespace monolite::db
