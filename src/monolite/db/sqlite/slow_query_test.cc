#include <thread>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/base/error.h>
#include <monolite/db/errors.h>
#include <monolite/db/query_scope.h>
#include <monolite/db/sqlite/testing/lane_gate.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db::sqlite {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using testing::LaneGate;
using ::testing::Not;
using testing::TemporaryDatabase;

constexpr auto kEndless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"_sql;
constexpr auto kEndlessInsert =
    "INSERT INTO t WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n WHERE x < 0"_sql;

/// A database that keeps what it told of slow queries and units. On a busy machine a BEGIN or a COMMIT may be slow,
/// too.
struct Slow : ::testing::Test {
  explicit Slow(Options options = {.slow_query = milliseconds(1)}) : database(std::move(options)) {
    database->write([](WriteSession& tx) { tx.run("CREATE TABLE t (a INTEGER NOT NULL) STRICT"_script); });
    queries_told = database->slow_query.listen([this](const SlowQuery& slow) {
      if (slow.sql.find("SELECT") != std::string::npos) queries.push_back(slow);
    });
    units_told = database->slow_unit.listen([this](const SlowUnit& slow) { units.push_back(slow); });
  }

  TemporaryDatabase database;
  std::vector<SlowQuery> queries;
  std::vector<SlowUnit> units;
  base::Subscription queries_told;
  base::Subscription units_told;
};

TEST_F(Slow, AQueryIsToldWithItsPlanAndCountersAndWithoutValues) {
  database->write([](WriteSession& tx) {
    for (int i = 0; i < 1000; ++i) tx.exec("INSERT INTO t VALUES (?)"_sql, i);
  });
  queries.clear();
  database->read([](ReadSession& s) {
    s.all<std::int64_t>("SELECT a.a FROM t a, t b WHERE a.a + b.a = ? AND a.a <> 4711 ORDER BY a.a LIMIT 10"_sql, 1234);
  });
  ASSERT_EQ(queries.size(), 1U);
  const SlowQuery& slow = queries.front();
  EXPECT_THAT(slow.sql, HasSubstr("LIMIT?"));
  EXPECT_THAT(slow.sql, Not(HasSubstr("4711")));
  EXPECT_GE(slow.duration.count(), 1);
  EXPECT_EQ(slow.rows, 10);
  EXPECT_GT(slow.vm_steps, 1'000'000);
  EXPECT_GT(slow.full_scan_steps, 999'000);
  EXPECT_EQ(slow.sorts, 1);
  EXPECT_THAT(slow.plan.line(), HasSubstr("SCAN a"));
}

TEST_F(Slow, CountersAreThoseOfOneExecution) {
  constexpr auto count =
      "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT ?) SELECT count(*) FROM n"_sql;
  const auto run = [&](std::int64_t rows) {
    queries.clear();
    database->read([&](ReadSession& s) { s.scalar<std::int64_t>(count, rows); });
  };
  run(300'000);
  ASSERT_EQ(queries.size(), 1U);
  const auto steps = queries.front().vm_steps;
  run(300'000);
  ASSERT_EQ(queries.size(), 1U);
  EXPECT_LT(queries.front().vm_steps, steps + steps / 2);
}

TEST_F(Slow, AStoppedQueryIsTold) {
  const QueryScope scope({.time = milliseconds(10)});
  EXPECT_THROW(database->read([](ReadSession& s) { s.scalar<std::int64_t>(kEndless); }), base::Error);
  ASSERT_EQ(queries.size(), 1U);
  EXPECT_THAT(queries.front().plan.line(), HasSubstr("SCAN n"));
}

TEST_F(Slow, AUnitIsToldToTheTaskThatWrote) {
  const std::string name = "the writer";
  const base::Attached attach(name);
  std::string seen;
  const auto told = database->slow_unit.listen([&](const SlowUnit&) {
    if (const auto* const text = base::attached<const std::string>()) seen = *text;
  });
  LaneGate gate(*database);  // so that the lane's own thread runs the unit
  std::thread opener([&] {
    gate.await_queued(1);
    gate.open();
  });
  database->write([](WriteSession& tx) {
    tx.exec(
        "INSERT INTO t WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 300000) "
        "SELECT max(x) FROM n"_sql);
  });
  opener.join();
  EXPECT_GE(units.size(), 1U);
  EXPECT_EQ(seen, "the writer");
}

TEST(SlowOff, NothingIsTold) {
  TemporaryDatabase database({.slow_query = milliseconds(0)});
  int told = 0;
  const auto query = database->slow_query.listen([&](const SlowQuery&) { ++told; });
  const auto unit = database->slow_unit.listen([&](const SlowUnit&) { ++told; });
  database->write([](WriteSession& tx) {
    tx.scalar<std::int64_t>(
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 300000) "
        "SELECT count(*) FROM n"_sql);
  });
  EXPECT_EQ(told, 0);
}

struct UnitTimeout : Slow {
  UnitTimeout() : Slow({.unit_timeout = milliseconds(20)}) {}

  std::int64_t rows() {
    return database->read([](ReadSession& s) { return s.scalar<std::int64_t>("SELECT count(*) FROM t"_sql); });
  }
};

TEST_F(UnitTimeout, EndsAWriteThatHoldsTheLaneForTooLong) {
  try {
    database->write([](WriteSession& tx) { tx.exec(kEndlessInsert); });
    FAIL() << "it ended";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ErrorCode::kBusy);
    EXPECT_THAT(error.what(), HasSubstr("held the lane for too long: INSERT INTO t"));
    EXPECT_THAT(error.hint(), HasSubstr("unit_timeout"));
  }
  database->write([](WriteSession& tx) { tx.exec("INSERT INTO t VALUES (1)"_sql); });
  EXPECT_EQ(rows(), 1);
}

TEST_F(UnitTimeout, TellsTheOthersOfTheCommitToTryAgain) {
  std::vector<std::exception_ptr> errors(2);
  const auto write = [&](std::size_t index, const Sql& sql) {
    try {
      database->write([&](WriteSession& tx) { tx.exec(sql); });
    } catch (...) {  // looked at below
      errors[index] = std::current_exception();
    }
  };
  LaneGate gate(*database);
  std::thread innocent([&] { write(0, "INSERT INTO t VALUES (1)"_sql); });
  gate.await_queued(1);
  std::thread culprit([&] { write(1, kEndlessInsert); });
  gate.await_queued(2);
  gate.open();
  innocent.join();
  culprit.join();
  ASSERT_TRUE(errors[0] && errors[1]);
  EXPECT_THAT(base::describe(errors[0]), HasSubstr("another write of the same commit"));
  EXPECT_THAT(base::describe(errors[1]), HasSubstr("held the lane for too long"));
  EXPECT_EQ(rows(), 0);
}

TEST_F(UnitTimeout, AReadInsideOfAUnitFailsThatUnitAlone) {
  std::exception_ptr error;
  LaneGate gate(*database);
  std::thread innocent([&] { database->write([](WriteSession& tx) { tx.exec("INSERT INTO t VALUES (1)"_sql); }); });
  gate.await_queued(1);
  std::thread culprit([&] {
    try {
      database->write([](WriteSession& tx) { tx.scalar<std::int64_t>(kEndless); });
    } catch (...) {  // looked at below
      error = std::current_exception();
    }
  });
  gate.await_queued(2);
  gate.open();
  innocent.join();
  culprit.join();
  EXPECT_THAT(base::describe(error), HasSubstr("held the lane for too long"));
  EXPECT_EQ(rows(), 1);
}

TEST_F(UnitTimeout, DoesNotHoldForUnitsThatAreAlone) {
  database->write(
      [](WriteSession& tx) {
        tx.exec(
            "INSERT INTO t WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 1000000) "
            "SELECT max(x) FROM n"_sql);
      },
      {.grouping = Grouping::kAlone});
  EXPECT_EQ(rows(), 1);
}

}  // namespace
}  // namespace monolite::db::sqlite
