// Row F15 of docs/internals/faults.md: each allocation of SQLite fails once, or begins a row of failures, until none is
// left to fail (growing steps; small ones under the label slow). A program of its own: SQLite's allocator is one per
// process.

#include <atomic>
#include <cstdint>
#include <string>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "life.h"

namespace monolite::db::sqlite {
namespace {

constexpr std::int64_t kNever = INT64_MIN;

sqlite3_mem_methods real{};
std::atomic<std::int64_t> left{kNever};  // allocations that still succeed
std::atomic<std::int64_t> failing{0};    // then so many fail
std::atomic<std::int64_t> failed{0};

bool fails_now() {
  if (left == kNever) return false;
  const auto before = left.fetch_sub(1);
  if (before > 0 || before <= -failing) return false;
  ++failed;
  return true;
}

void* allocate(int size) { return fails_now() ? nullptr : real.xMalloc(size); }
void* reallocate(void* memory, int size) { return fails_now() ? nullptr : real.xRealloc(memory, size); }

class Memory : public ::testing::TestWithParam<int> {
 protected:
  static void SetUpTestSuite() {
    ASSERT_EQ(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real), SQLITE_OK);
    sqlite3_mem_methods faulty = real;
    faulty.xMalloc = allocate;
    faulty.xRealloc = reallocate;
    ASSERT_EQ(sqlite3_config(SQLITE_CONFIG_MALLOC, &faulty), SQLITE_OK);
    ASSERT_EQ(sqlite3_initialize(), SQLITE_OK);
  }

  static void expect_text_or_error(Database& database, const Sql& sql, const std::string& text);
};

void Memory::expect_text_or_error(Database& database, const Sql& sql, const std::string& text) {
  int refusals = 0;
  failed = 1;
  for (std::int64_t n = 0; failed > 0; ++n) {
    SCOPED_TRACE(n);
    failing = GetParam();
    failed = 0;
    left = n;
    try {
      const auto got = database.read([&](ReadSession& s) { return s.one<std::string>(sql); });
      left = kNever;
      EXPECT_EQ(got.size(), text.size());
    } catch (const base::Error& error) {
      left = kNever;
      ++refusals;
      EXPECT_EQ(error.code(), base::ErrorCode::kFull) << error.what();
    }
  }
  EXPECT_GT(refusals, 0);
  EXPECT_EQ(database.read([&](ReadSession& s) { return s.one<std::string>(sql); }), text);
}

TEST_P(Memory, ThatRunsOutIsReportedAndHarmsNothing) {
  std::int64_t n = 0;
  for (bool any_failed = true; any_failed; n += 1 + n * MONOLITE_MEMORY_PERCENT / 100) {
    SCOPED_TRACE(n);
    failing = GetParam();
    failed = 0;
    left = n;
    Life life;
    life.run();
    left = kNever;
    any_failed = failed > 0;
    life.expect_unharmed();
    if (HasFailure()) return;
  }
  EXPECT_GT(n, 100);
}

// SQLite then has no text to give, which must not look like an empty one.
TEST_P(Memory, ThatRunsOutWhileTextIsReadGivesNoOtherText) {
  const base::TemporaryFolder folder;
  const auto database = open({.path = folder.file("text.sqlite3"), .create = CreateFile::kIfMissing});
  database->write([](WriteSession& tx) { tx.run("CREATE TABLE t (body TEXT) STRICT"_script); });
  for (const std::size_t size : {20U, 500U, 100'000U}) {
    SCOPED_TRACE(size);
    const std::string text(size, 'x');
    database->write([&](WriteSession& tx) {
      tx.exec("DELETE FROM t"_sql);
      tx.exec("INSERT INTO t VALUES (?)"_sql, text);
    });
    // Beside a stored value one that SQLite makes.
    expect_text_or_error(*database, "SELECT body FROM t"_sql, text);
    expect_text_or_error(*database, "SELECT substr(body || 'x', 2) FROM t"_sql, text);
    expect_text_or_error(*database, "SELECT CAST(CAST(body AS BLOB) AS TEXT) FROM t"_sql, text);
  }
}

INSTANTIATE_TEST_SUITE_P(InARow, Memory, ::testing::Values(1, 30));

}  // namespace
}  // namespace monolite::db::sqlite
