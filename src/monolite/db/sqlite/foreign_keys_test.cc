#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/db/errors.h>
#include <monolite/db/sqlite/detail/boot_check.h>
#include <monolite/db/sqlite/detail/foreign_keys.h>
#include <monolite/db/sqlite/detail/writer_lane.h>
#include <monolite/db/sqlite/testing/lane_gate.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db::sqlite {
namespace {

using ::testing::HasSubstr;
using testing::LaneGate;
using testing::TemporaryDatabase;

constexpr WriteOptions kDeferred{.grouping = Grouping::kAlone, .foreign_keys = ForeignKeys::kDeferred};
constexpr WriteOptions kCheckedAtEnd{.grouping = Grouping::kAlone, .foreign_keys = ForeignKeys::kCheckedAtEnd};

class UnitsAndForeignKeys : public ::testing::Test {
 protected:
  UnitsAndForeignKeys() {
    run(R"(CREATE TABLE parents (id INTEGER PRIMARY KEY) STRICT;
           CREATE TABLE children (id INTEGER PRIMARY KEY, parent INTEGER NOT NULL REFERENCES parents ON DELETE CASCADE) STRICT;
           INSERT INTO parents VALUES (1); INSERT INTO children VALUES (1, 1))"_script);
  }

  void run(const Script& script, const WriteOptions& options = {}) {
    database_->write([&](WriteSession& tx) { tx.run(script); }, options);
  }
  int children() {
    return database_->read([](ReadSession& s) { return s.scalar<int>("SELECT count(*) FROM children"_sql); });
  }
  void expect_enforced() { EXPECT_THROW(run("INSERT INTO children VALUES (99, 99)"_script), ConstraintViolation); }

  TemporaryDatabase database_;
};

TEST_F(UnitsAndForeignKeys, DeferredUnitsBringRowsInAnyOrder) {
  const auto import = "INSERT INTO children VALUES (2, 2); INSERT INTO parents VALUES (2)"_script;
  EXPECT_THROW(run(import), ConstraintViolation);
  run(import, kDeferred);
  EXPECT_EQ(children(), 2);
  EXPECT_THROW(run("INSERT INTO children VALUES (3, 3)"_script, kDeferred), ConstraintViolation);
  expect_enforced();
}

TEST_F(UnitsAndForeignKeys, CheckedAtEndNeitherCascadesNorLeavesDanglingRows) {
  run("DELETE FROM parents; INSERT INTO parents VALUES (1)"_script, kCheckedAtEnd);
  EXPECT_EQ(children(), 1);
  try {
    run("DELETE FROM parents"_script, kCheckedAtEnd);
    FAIL();
  } catch (const ConstraintViolation& violation) {
    EXPECT_EQ(violation.kind(), ConstraintKind::kForeignKey);
    EXPECT_THAT(violation.what(), HasSubstr("row 1 of children refers to a row of parents that does not exist"));
  }
  EXPECT_EQ(children(), 1);
  expect_enforced();
}

TEST_F(UnitsAndForeignKeys, AreEnforcedAgainAfterEveryEnd) {
  EXPECT_THROW(database_->write([](WriteSession&) { throw std::runtime_error("own"); }, kCheckedAtEnd),
               std::runtime_error);
  expect_enforced();
  WriteOptions late = kCheckedAtEnd;
  late.timeout = {};
  EXPECT_THROW(run("DELETE FROM parents"_script, late), Busy);
  expect_enforced();
  {
    LaneGate gate(*database_);
    std::thread queued([&] { run("INSERT INTO children VALUES (5, 1)"_script, kCheckedAtEnd); });
    gate.await_queued(1);
    std::thread after([&] { expect_enforced(); });
    gate.await_queued(2);
    gate.open();
    queued.join();
    after.join();
  }
  EXPECT_EQ(children(), 2);
  run("DELETE FROM parents"_script);  // cascades
  EXPECT_EQ(children(), 0);
}

TEST_F(UnitsAndForeignKeys, NeedATransactionOfTheirOwn) {
  for (const auto foreign_keys : {ForeignKeys::kDeferred, ForeignKeys::kCheckedAtEnd}) {
    try {
      run("DELETE FROM parents"_script, {.foreign_keys = foreign_keys});
      FAIL();
    } catch (const base::Error& error) {
      EXPECT_EQ(error.scope(), base::ErrorScope::kBug);
    }
  }
}

TEST_F(UnitsAndForeignKeys, ManyDanglingRowsAreCounted) {
  try {
    run(R"(WITH n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n LIMIT 30)
           INSERT INTO children SELECT i, i FROM n)"_script,
        kCheckedAtEnd);
    FAIL();
  } catch (const ConstraintViolation& violation) {
    EXPECT_THAT(violation.what(), HasSubstr("row 11 of children"));
    EXPECT_THAT(violation.what(), Not(HasSubstr("row 12 of children")));
    EXPECT_THAT(violation.what(), HasSubstr("and 20 more"));
  }
}

class SwitchingForeignKeys : public ::testing::Test {
 protected:
  std::unique_ptr<Connection> connection() {
    auto made = std::make_unique<Connection>(database_.path(), Role::kWriter, "");
    configure(*made, Role::kWriter, database_.options());
    return made;
  }

  TemporaryDatabase database_;
};

TEST_F(SwitchingForeignKeys, InsideOfATransactionIsAnError) {
  const auto own = connection();
  own->control(Control::kBeginWrite);
  EXPECT_THROW(set_foreign_keys(*own, Enforcement::kOff), base::Error);
  own->recover();
  set_foreign_keys(*own, Enforcement::kOff);
  EXPECT_EQ(own->pragma("PRAGMA foreign_keys"), "0");
}

// A listener that breaks the rules: it leaves a transaction open on the lane's connection, so that foreign keys cannot
// be switched on again.
TEST_F(SwitchingForeignKeys, ALaneThatCannotEnforceThemAgainWritesNoMore) {
  auto own = connection();
  Connection* const borrowed = own.get();
  Quarantine quarantine(*database_);
  Snapshots snapshots;
  auto checkpointer = std::make_unique<Checkpointer>(CheckpointOptions{}, nullptr, snapshots, *database_);
  auto turn = std::make_unique<ProcessTurn>(database_.options(), *database_);
  WriterLane lane({std::move(own), std::move(checkpointer), std::move(turn)}, {}, *database_, quarantine);
  const auto subscription =
      database_->batch_committed.listen([&](const BatchCommitted&) { borrowed->control(Control::kBeginWrite); });
  const auto write = [&](const WriteOptions& options) {
    const auto unit = [](WriteSession& tx) { tx.run("CREATE TABLE IF NOT EXISTS t (id INTEGER) STRICT"_script); };
    const base::FunctionRef<void(WriteSession&)> units[]{unit};
    lane.write(units, options);
  };
  write(kCheckedAtEnd);  // stored: what went wrong came afterwards
  try {
    write({});
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.scope(), base::ErrorScope::kDatabase);
  }
}

}  // namespace
}  // namespace monolite::db::sqlite
