#include <algorithm>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/db/errors.h>
#include <monolite/db/sqlite/fault_vfs.h>
#include <monolite/db/sqlite/testing/lane_gate.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db::sqlite {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::LaneGate;
using testing::TemporaryDatabase;

using Fault = FaultVfs::Fault;
using Operation = FaultVfs::Operation;

class Faults : public ::testing::Test {
 protected:
  Faults() {
    database_->write([](WriteSession& tx) {
      tx.run("CREATE TABLE t (id INTEGER PRIMARY KEY, bytes BLOB) STRICT; INSERT INTO t VALUES (0, x'')"_script);
    });
  }

  static Options options(const FaultVfs& vfs) {
    Options options;
    options.vfs = vfs.name();
    options.writer_cache_kib = 64;  // a large unit spills into the WAL before its COMMIT
    return options;
  }

  static void insert(WriteSession& tx, int id) { tx.exec("INSERT INTO t (id) VALUES (?)"_sql, id); }

  /// Writes one row in each of five units that share a commit, and gives how each ended.
  std::vector<std::string> write_batch(int first_id) {
    std::vector<std::string> ends(5);
    std::vector<std::thread> writers;
    LaneGate gate(*database_);
    for (int i = 0; i < 5; ++i) {
      writers.emplace_back(
          [&, i] { ends[static_cast<std::size_t>(i)] = outcome([&](WriteSession& tx) { insert(tx, first_id + i); }); });
      gate.await_queued(static_cast<std::size_t>(i) + 1);
    }
    gate.open();
    for (auto& writer : writers) writer.join();
    return ends;
  }

  template <class F>
  std::string outcome(F unit) {
    try {
      database_->write([&](WriteSession& tx) { unit(tx); });
      return "stored";
    } catch (const base::Error& error) {
      EXPECT_NE(error.hint(), "") << error.what();
      return std::string(base::name_of(error.code())) + "/" + std::string(base::name_of(error.scope()));
    }
  }

  std::vector<int> ids() {
    return database_->read([](ReadSession& s) { return s.all<int>("SELECT id FROM t ORDER BY id"_sql); });
  }

  std::string integrity() {
    return database_->read([](ReadSession& s) { return s.scalar<std::string>("PRAGMA integrity_check"_sql); });
  }

  FaultVfs vfs_{"faulty"};
  TemporaryDatabase database_{options(vfs_)};
};

TEST_F(Faults, TheVfsCountsWhatReachesTheDisk) {
  const auto syncs = vfs_.count(Operation::kSync, "-wal");
  EXPECT_EQ(outcome([](WriteSession& tx) { insert(tx, 1); }), "stored");
  EXPECT_EQ(vfs_.count(Operation::kSync, "-wal"), syncs + 1);  // FULL: one per commit
}

TEST_F(Faults, AFullDiskAtCommitFailsTheWholeBatch) {
  for (const Fault fault : {Fault::kNoSpace, Fault::kShortWrite}) {
    vfs_.fail({.operation = Operation::kWrite, .fault = fault, .file = "-wal"});
    EXPECT_THAT(write_batch(1), Each("full/transaction"));
    EXPECT_GT(vfs_.failures(), 0u);
    EXPECT_THAT(ids(), ElementsAre(0));
    vfs_.heal();
  }
  EXPECT_THAT(write_batch(1), Each("stored"));
  EXPECT_THAT(ids(), ElementsAre(0, 1, 2, 3, 4, 5));
}

// The statement that fills the disk takes the transaction with it; without the poison the rest of the unit would commit
// piece by piece.
TEST_F(Faults, AFullDiskInTheMiddleOfAUnitFailsTheWholeBatch) {
  std::vector<std::string> ends(3);
  {
    LaneGate gate(*database_);
    std::vector<std::thread> writers;
    const auto start = [&](std::size_t i, auto unit) {
      writers.emplace_back([this, &ends, i, unit] { ends[i] = outcome(unit); });
      gate.await_queued(i + 1);
    };
    start(0, [](WriteSession& tx) { insert(tx, 1); });
    start(1, [](WriteSession& tx) {
      try {
        for (int i = 0; i < 100; ++i) tx.exec("INSERT INTO t (bytes) VALUES (zeroblob(20000))"_sql);
      } catch (const base::Error&) {  // a unit that goes on after the loss
        EXPECT_THROW(insert(tx, 50), base::Error);
      }
    });
    start(2, [](WriteSession& tx) { insert(tx, 2); });
    vfs_.fail({.operation = Operation::kWrite, .fault = Fault::kNoSpace, .file = "-wal", .after = 3});
    gate.open();
    for (auto& writer : writers) writer.join();
  }
  EXPECT_THAT(ends, Each("full/transaction"));
  EXPECT_THAT(ids(), ElementsAre(0));
  vfs_.heal();
  EXPECT_EQ(outcome([](WriteSession& tx) { insert(tx, 3); }), "stored");
  EXPECT_THAT(ids(), ElementsAre(0, 3));
  EXPECT_EQ(integrity(), "ok");
}

TEST_F(Faults, AFailedSyncAtCommitFailsTheWholeBatch) {
  vfs_.fail({.operation = Operation::kSync, .file = "-wal", .times = 1});
  EXPECT_THAT(write_batch(1), Each("io/transaction"));
  EXPECT_EQ(vfs_.failures(), 1u);
  EXPECT_THAT(ids(), ElementsAre(0));
  EXPECT_THAT(write_batch(11), Each("stored"));  // written over what the failed commit left
  EXPECT_THAT(ids(), ElementsAre(0, 11, 12, 13, 14, 15));
  database_.reopen();
  EXPECT_THAT(ids(), ElementsAre(0, 11, 12, 13, 14, 15));
  EXPECT_EQ(integrity(), "ok");
}

TEST_F(Faults, EveryWriteOfACommitMayFail) {
  int stored = 0;
  for (std::uint64_t n = 0; stored < 3; ++n) {
    ASSERT_LT(n, 100u);
    vfs_.fail({.operation = Operation::kWrite, .fault = Fault::kShortWrite, .file = "-wal", .after = n, .times = 1});
    const int id = 100 + static_cast<int>(n);
    const bool was_stored = outcome([&](WriteSession& tx) { insert(tx, id); }) == "stored";
    stored += was_stored ? 1 : 0;
    const auto now = ids();
    EXPECT_EQ(std::count(now.begin(), now.end(), id), was_stored ? 1 : 0);
  }
  EXPECT_EQ(integrity(), "ok");
}

TEST_F(Faults, AFailedCheckpointIsReportedAndHurtsNoWrite) {
  std::vector<std::string> reports;
  std::optional<base::Subscription> subscription =
      database_->checkpoint_failed.listen([&](const CheckpointFailed& event) { reports.push_back(event.what); });
  vfs_.fail({.operation = Operation::kWrite, .fault = Fault::kNoSpace, .file = ".sqlite3"});
  EXPECT_EQ(outcome([](WriteSession& tx) {
              for (int i = 0; i < 300; ++i) tx.exec("INSERT INTO t (bytes) VALUES (zeroblob(20000))"_sql);
            }),
            "stored");
  EXPECT_EQ(outcome([](WriteSession& tx) { insert(tx, 1000); }), "stored");
  ASSERT_FALSE(reports.empty());
  EXPECT_THAT(reports.front(), HasSubstr("checkpoint"));
  vfs_.heal();
  EXPECT_EQ(ids().size(), 302u);
  subscription.reset();
  database_.reopen();
  EXPECT_EQ(ids().size(), 302u);
}

TEST_F(Faults, AReadErrorReachesTheReaderAndCostsNoConnection) {
  database_->write([](WriteSession& tx) {
    for (int i = 0; i < 50; ++i) tx.exec("INSERT INTO t (bytes) VALUES (zeroblob(20000))"_sql);
  });
  const auto sum = [&] {
    return database_->read(
        [](ReadSession& s) { return s.scalar<std::int64_t>("SELECT sum(length(bytes)) FROM t"_sql); });
  };
  vfs_.fail({.operation = Operation::kRead});
  for (int i = 0; i < 40; ++i) {  // more often than there are connections
    try {
      database_->read([](ReadSession& s) { s.all<std::optional<Blob>>("SELECT bytes FROM t"_sql); });
      FAIL();
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::ErrorCode::kIo);
    }
  }
  vfs_.heal();
  EXPECT_EQ(sum(), 50 * 20000);
}

TEST_F(Faults, ADiskThatCannotBeReadFailsTheOpening) {
  database_.close();
  vfs_.fail({.operation = Operation::kRead});
  try {
    database_.reopen();
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ErrorCode::kIo);
    EXPECT_THAT(error.what(), HasSubstr(database_.path()));
  }
  vfs_.heal();
  database_.reopen();
  EXPECT_THAT(ids(), ElementsAre(0));
}

}  // namespace
}  // namespace monolite::db::sqlite
