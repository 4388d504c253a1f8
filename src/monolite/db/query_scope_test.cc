#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/base/error.h>
#include <monolite/base/loop.h>
#include <monolite/db/query_scope.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db {
namespace {

using sqlite::testing::TemporaryDatabase;
using ::testing::HasSubstr;

constexpr auto kEndless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"_sql;
constexpr auto kShort = "SELECT 1"_sql;

/// The error of an endless read within `limits`.
base::Error stopped(Database& database, const QueryLimits& limits, std::function<bool()> is_unwanted = nullptr) {
  const QueryScope scope(limits, std::move(is_unwanted));
  try {
    database.read([](ReadSession& s) { s.scalar<std::int64_t>(kEndless); });
  } catch (const base::Error& error) {
    return error;
  }
  return base::Error({.what = "it ended"});
}

TEST(QueryScope, StopsAReadThatTakesTooManySteps) {
  TemporaryDatabase database;
  const auto error = stopped(*database, {.steps = 100'000});
  EXPECT_EQ(error.code(), base::ErrorCode::kBusy);
  EXPECT_EQ(error.scope(), base::ErrorScope::kCaller);
  EXPECT_THAT(error.what(), HasSubstr("more than 100000 steps: WITH RECURSIVE"));
  EXPECT_THAT(error.hint(), HasSubstr("query_steps"));
}

TEST(QueryScope, StopsAReadThatTakesTooLong) {
  TemporaryDatabase database;
  const auto error = stopped(*database, {.time = std::chrono::milliseconds(1)});
  EXPECT_EQ(error.code(), base::ErrorCode::kBusy);
  EXPECT_THAT(error.what(), HasSubstr("more than 1 ms: WITH RECURSIVE"));
}

TEST(QueryScope, StopsAReadThatNobodyWaitsFor) {
  TemporaryDatabase database;
  int asked = 0;
  const auto error = stopped(*database, {}, [&] { return ++asked == 3; });
  EXPECT_EQ(error.code(), base::ErrorCode::kCancelled);
  EXPECT_EQ(asked, 3);
}

TEST(QueryScope, LimitsAllReadsTogether) {
  TemporaryDatabase database;
  const QueryScope scope({.steps = 50'000});
  const auto read = [&] {
    database->read([](ReadSession& s) {
      s.scalar<std::int64_t>(
          "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 1000) "
          "SELECT count(*) FROM n"_sql);
    });
  };
  EXPECT_NO_THROW(read());
  EXPECT_THROW(
      {
        for (int i = 0; i < 100; ++i) read();
      },
      base::Error);
}

TEST(QueryScope, LeavesTheDatabaseAsItWas) {
  TemporaryDatabase database;
  stopped(*database, {.steps = 10'000});
  EXPECT_EQ(database->read([](ReadSession& s) { return s.scalar<std::int64_t>(kShort); }), 1);
  stopped(*database, {.steps = 10'000});
  database->write([](WriteSession& tx) { tx.run("CREATE TABLE t (a INTEGER) STRICT"_script); });
}

TEST(QueryScope, HoldsForTheReadsOfItsTaskOnly) {
  TemporaryDatabase database;
  base::Loop loop;
  std::vector<std::string> ended;
  loop.spawn(
      [&] {
        const QueryScope scope({.steps = 10'000});
        EXPECT_THROW(database->read([](ReadSession& s) { s.scalar<std::int64_t>(kEndless); }), base::Error);
      },
      [&] { loop.stop(); });
  loop.run();
  EXPECT_EQ(base::attached<QueryScope>(), nullptr);
}

TEST(QueryScope, TellsTheReadThatRanMostOften) {
  TemporaryDatabase database;
  database->write([](WriteSession& tx) { tx.run("CREATE TABLE t (a INTEGER) STRICT"_script); });
  const QueryScope scope({.repeats = 5});
  const auto run = [&](const Sql& sql, int times) {
    database->read([&](ReadSession& s) {
      for (int i = 0; i < times; ++i) s.find<std::int64_t>(sql);
    });
  };
  constexpr auto often = "SELECT a FROM t"_sql;
  run(kShort, 4);
  EXPECT_FALSE(scope.most_repeated());
  run(often, 7);
  run(kShort, 1);
  const auto repeated = scope.most_repeated();
  ASSERT_TRUE(repeated);
  EXPECT_EQ(repeated->sql, often.text());
  EXPECT_EQ(repeated->times, 7);
  EXPECT_EQ(repeated->others, 1);
}

TEST(QueryScope, CountsReadsOfWriteUnitsButNoWrites) {
  TemporaryDatabase database;
  database->write([](WriteSession& tx) { tx.run("CREATE TABLE t (a INTEGER) STRICT"_script); });
  const QueryScope scope({.time = std::chrono::milliseconds(1), .steps = 1, .repeats = 5});
  std::int64_t last = 0;
  database->write([&](WriteSession& tx) {
    for (int i = 0; i < 9; ++i) tx.exec("INSERT INTO t VALUES (?)"_sql, i);
    for (int i = 0; i < 5; ++i) last = tx.scalar<std::int64_t>("SELECT max(a) FROM t"_sql);
  });
  EXPECT_EQ(last, 8);
  const auto repeated = scope.most_repeated();
  ASSERT_TRUE(repeated);
  EXPECT_EQ(repeated->sql, "SELECT max(a) FROM t");
  EXPECT_EQ(repeated->times, 5);
}

}  // namespace
}  // namespace monolite::db
