#include <algorithm>

#include <bench/locks/row.h>
#include <bench/locks/verify.h>
#include <fmt/format.h>

namespace bench::locks {
namespace {

constexpr std::int64_t kLogHeader = 32;

/// Each worker's rows: as many as it was told, with numbers that differ.
void verify_workers(sqlite3* watch, const std::vector<std::uint64_t>& acknowledged, Result& result) {
  const auto rows = prepare(watch, "SELECT count(*), count(DISTINCT number) FROM rows WHERE worker = ?");
  for (std::size_t i = 0; i < acknowledged.size(); ++i) {
    sqlite3_bind_int64(rows.get(), 1, static_cast<std::int64_t>(i));
    sqlite3_step(rows.get());
    const auto stored = static_cast<std::uint64_t>(sqlite3_column_int64(rows.get(), 0));
    const auto different = static_cast<std::uint64_t>(sqlite3_column_int64(rows.get(), 1));
    sqlite3_reset(rows.get());
    if (stored != acknowledged[i] || different != stored) {
      result.problems.push_back(fmt::format("worker {} was told of {} rows, {} are stored, {} of them different", i,
                                            acknowledged[i], stored, different));
    }
  }
}

/// A bench that stores the same bytes again and again measures nothing: SQLite then writes no page.
void verify_work(sqlite3* watch, Result& result) {
  const auto same = number(watch, "SELECT count(*) - count(DISTINCT body) FROM (SELECT body FROM rows LIMIT 1000)");
  if (same != 0) result.problems.push_back(fmt::format("{} of the first 1000 texts occur twice", same));
  if (result.wal_bytes <= kLogHeader) result.problems.emplace_back("nothing was written to the log");
  const auto bytes = number(watch, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
  if (bytes < result.rows * static_cast<std::int64_t>(Row::kBytes)) {
    result.problems.emplace_back("the file is smaller than its rows");
  }
}

}  // namespace

void make_table(const std::filesystem::path& file, monolite::db::sqlite::Synchronous synchronous) {
  const auto connection = open_bare(file, synchronous);
  execute(connection.get(),
          "CREATE TABLE rows (id INTEGER PRIMARY KEY, worker INTEGER NOT NULL, number INTEGER NOT NULL, "
          "body TEXT NOT NULL) STRICT");
}

void verify(sqlite3* watch, const Round& round, const std::vector<std::uint64_t>& acknowledged, Result& result) {
  result.wal_bytes = std::max(result.wal_bytes, log_bytes(round.file));
  result.rows = number(watch, "SELECT count(*) FROM rows");
  verify_work(watch, result);
  execute(watch, "CREATE INDEX rows_by_worker ON rows (worker, number)");  // the questions below go through it
  verify_workers(watch, acknowledged, result);
  const auto told = static_cast<std::int64_t>(result.acknowledged);
  if (result.rows != told) result.problems.push_back(fmt::format("{} rows, {} acknowledged", result.rows, told));
  if (told == 0) result.problems.emplace_back("not one row was stored");
  const auto integrity = text(watch, "PRAGMA integrity_check(1)");
  if (integrity != "ok") result.problems.push_back(integrity);
}

}  // namespace bench::locks
