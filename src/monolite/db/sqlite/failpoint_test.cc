// Every operation that may fail at a failpoint fails whole. That killing at any of them loses nothing: tests/crash.

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/base/error.h>
#include <monolite/db/failpoints.h>
#include <monolite/db/migration.h>
#include <monolite/db/sqlite/failpoints.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db::sqlite {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::TemporaryDatabase;
using testing::TemporaryFolder;

/// The points of one operation ("lane.") at which it may fail.
std::vector<std::string_view> throwing_points(std::span<const base::Failpoint> table, std::string_view operation) {
  std::vector<std::string_view> names;
  for (const auto& point : table) {
    if (point.kind == base::Failpoint::Kind::kThrow && point.name.starts_with(operation)) names.push_back(point.name);
  }
  EXPECT_FALSE(names.empty()) << operation;
  return names;
}

void fail_here(const base::Failpoint& at) {
  throw base::Error({.code = base::ErrorCode::kIo,
                     .scope = base::ErrorScope::kTransaction,
                     .what = std::string(at.name),
                     .hint = "a test wanted this"});
}

/// The failpoint that made `operation` fail; "" when it did not fail.
template <class F>
std::string failed_at(F operation) {
  try {
    operation();
    return "";
  } catch (const base::Error& error) {
    return error.what();
  }
}

class FailpointsOfTheDriver : public ::testing::Test {
 protected:
  FailpointsOfTheDriver() {
    database_->write([](WriteSession& tx) { tx.run("CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT"_script); });
  }

  Options options() {
    Options options;
    options.failpoints = &points_;
    return options;
  }

  static void insert(WriteSession& tx, int id) { tx.exec("INSERT INTO t VALUES (?)"_sql, id); }

  std::vector<int> ids() {
    return database_->read([](ReadSession& s) { return s.all<int>("SELECT id FROM t ORDER BY id"_sql); });
  }

  base::Failpoints points_;
  TemporaryDatabase database_{options()};
};

TEST_F(FailpointsOfTheDriver, ALostTransactionStoresNoneOfItsUnits) {
  int reached = 0;
  for (const auto point : throwing_points(sqlite::failpoints(), "lane.")) {
    points_.arm(point, 1, fail_here);
    const auto end = failed_at([&] {
      database_->write_each({[](WriteSession& tx) { insert(tx, 1); },
                             [](WriteSession& tx) {
                               insert(tx, 2);
                               insert(tx, 2);
                             },
                             [](WriteSession& tx) { insert(tx, 3); }});
    });
    if (end != point) continue;  // a checkpoint was not due, and concerns no unit
    ++reached;
    EXPECT_THAT(ids(), IsEmpty()) << point;
    database_->write([](WriteSession& tx) { insert(tx, 4); });
    EXPECT_THAT(ids(), ElementsAre(4)) << point;
    database_->write([](WriteSession& tx) { tx.exec("DELETE FROM t"_sql); });
  }
  EXPECT_GE(reached, 5);
}

TEST_F(FailpointsOfTheDriver, ABackupThatFailsLeavesNothing) {
  const TemporaryFolder folder;
  const auto back_up = [&] { database_->back_up(folder.file("copy"), [](const BackupProgress&) {}); };
  for (const auto point : throwing_points(sqlite::failpoints(), "backup.")) {
    points_.arm(point, 1, fail_here);
    EXPECT_EQ(failed_at(back_up), point);
    EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << point;
  }
  EXPECT_EQ(failed_at(back_up), "");
}

TEST_F(FailpointsOfTheDriver, AnOpeningThatFailsCanBeRepeated) {
  for (const auto point : throwing_points(sqlite::failpoints(), "open.")) {
    database_.close();
    points_.arm(point, 1, fail_here);
    EXPECT_EQ(failed_at([&] { database_.reopen(); }), point);
    database_.reopen();
    EXPECT_THAT(ids(), IsEmpty());
  }
}

TEST_F(FailpointsOfTheDriver, AMigrationThatFailsHalfWayIsUndoneWithItsRecord) {
  const base::SystemClock clock;
  const std::array steps{Migration{.version = 1,
                                   .name = "create_a",
                                   .up = [](WriteSession& tx) { tx.run("CREATE TABLE a (id INTEGER) STRICT"_script); },
                                   .down = [](WriteSession& tx) { tx.run("DROP TABLE a"_script); }}};
  Migrator migrator(*database_, steps, clock, &points_);
  for (const char* const point : {"migration.changed", "migration.recorded"}) {
    points_.arm(point, 1, fail_here);
    EXPECT_EQ(failed_at([&] { migrator.migrate(); }), point);
    EXPECT_FALSE(migrator.is_current());
    EXPECT_THROW(database_->describe("SELECT * FROM a"), base::Error);
  }
  migrator.migrate();
  points_.arm("migration.undone", 1, fail_here);
  EXPECT_EQ(failed_at([&] { migrator.rollback(1); }), "migration.undone");
  EXPECT_TRUE(migrator.is_current());
  EXPECT_NO_THROW(database_->describe("SELECT * FROM a"));
}

}  // namespace
}  // namespace monolite::db::sqlite
