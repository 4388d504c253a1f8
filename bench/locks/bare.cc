#include <stdexcept>

#include <bench/locks/bare.h>
#include <fmt/format.h>

namespace bench::locks {
namespace {

/// Stands on the first row of a query that has one.
BareStatement first_row(sqlite3* handle, const char* sql) {
  auto statement = prepare(handle, sql);
  if (sqlite3_step(statement.get()) != SQLITE_ROW) fail(handle, sql);
  return statement;
}

}  // namespace

void fail(sqlite3* handle, const char* doing) {
  throw std::runtime_error(fmt::format("{}: {}", doing, sqlite3_errmsg(handle)));
}

void require_ok(sqlite3* handle, int result, const char* doing) {
  if (result != SQLITE_OK) fail(handle, doing);
}

BareConnection open_bare(const std::filesystem::path& file, monolite::db::sqlite::Synchronous synchronous) {
  sqlite3_initialize();
  sqlite3* handle = nullptr;
  const int result = sqlite3_open_v2(
      file.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
      nullptr);
  BareConnection connection(handle);
  require_ok(handle, result, "open");
  sqlite3_busy_timeout(handle, 5000);
  execute(handle, "PRAGMA journal_mode=wal");
  execute(handle, fmt::format("PRAGMA synchronous={}", static_cast<int>(synchronous)));
  execute(handle, "PRAGMA foreign_keys=on; PRAGMA temp_store=memory; PRAGMA mmap_size=0");
  execute(handle, "PRAGMA cache_size=-16000; PRAGMA journal_size_limit=67108864");
  return connection;
}

void execute(sqlite3* handle, const std::string& sql) {
  require_ok(handle, sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr), sql.c_str());
}

BareStatement prepare(sqlite3* handle, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  require_ok(handle, sqlite3_prepare_v3(handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr), sql);
  return BareStatement(statement);
}

std::int64_t number(sqlite3* handle, const char* sql) { return sqlite3_column_int64(first_row(handle, sql).get(), 0); }

std::string text(sqlite3* handle, const char* sql) {
  const auto row = first_row(handle, sql);
  return reinterpret_cast<const char*>(sqlite3_column_text(row.get(), 0));
}

}  // namespace bench::locks
