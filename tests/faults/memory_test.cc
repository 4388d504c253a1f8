// Row F15 of docs/internals/faults.md: each allocation of SQLite fails once, or begins a row of failures, until none is
// left to fail (growing steps; small ones under the label slow). A program of its own: SQLite's allocator is one per
// process.

#include <atomic>
#include <cstdint>

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
};

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

INSTANTIATE_TEST_SUITE_P(InARow, Memory, ::testing::Values(1, 30));

}  // namespace
}  // namespace monolite::db::sqlite
