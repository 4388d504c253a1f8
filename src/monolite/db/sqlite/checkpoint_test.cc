#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/base/error.h>
#include <monolite/base/loop.h>
#include <monolite/db/sqlite/detail/connection.h>
#include <monolite/db/sqlite/detail/snapshot_watch.h>
#include <monolite/db/sqlite/fault_vfs.h>
#include <monolite/db/sqlite/testing/child_process.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db::sqlite {
namespace {

using namespace std::chrono_literals;
using testing::ChildProcess;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TemporaryDatabase;

/// What makes the WAL small enough to be over its limits quickly.
Options small_wal() {
  Options options;
  options.checkpoint_frames = 16;
  options.max_wal_bytes = 256 << 10;
  return options;
}

class Checkpoints : public ::testing::Test {
 protected:
  explicit Checkpoints(const Options& options = small_wal()) : database_(options) {
    database_->write(
        [](WriteSession& tx) { tx.run("CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT"_script); });
  }

  static void write_rows(Database& database, int rows) {
    database.write([&](WriteSession& tx) {
      for (int i = 0; i < rows; ++i) tx.exec("INSERT INTO t (body) VALUES (randomblob(4000))"_sql);
    });
  }
  void write(int rows = 8) { write_rows(*database_, rows); }
  static std::int64_t count(Database& database) {
    return database.read([](ReadSession& s) { return s.scalar<std::int64_t>("SELECT count(*) FROM t"_sql); });
  }
  static void await(const std::function<bool()>& condition) {
    while (!condition()) std::this_thread::yield();
  }

  TemporaryDatabase database_;
};

/// A snapshot that is open from the constructor until `end`.
class OpenSnapshot {
 public:
  explicit OpenSnapshot(Database& database) {
    std::promise<void> opened;
    thread_ = std::thread([&, this] {
      database.read([&](ReadSession& s) {
        s.scalar<std::int64_t>("SELECT count(*) FROM t"_sql);
        opened.set_value();
        ended_.get_future().wait();
      });
    });
    opened.get_future().wait();
  }
  ~OpenSnapshot() { end(); }
  OpenSnapshot(const OpenSnapshot&) = delete;
  OpenSnapshot& operator=(const OpenSnapshot&) = delete;

  void end() {
    if (!thread_.joinable()) return;
    ended_.set_value();
    thread_.join();
  }

 private:
  std::promise<void> ended_;
  std::thread thread_;
};

TEST_F(Checkpoints, CopyTheLogSoThatItBeginsAnew) {
  for (int i = 0; i < 100; ++i) write();
  const auto status = database_->status();
  EXPECT_LT(status.checkpoint.wal_frames, 100);  // 800 pages went through it
  EXPECT_LT(status.wal_bytes, 1 << 20);
  EXPECT_EQ(status.checkpoint.restarts, 0);  // without a barrier
}

// A long reader defeats the barrier, which gives up; as soon as it has ended the log begins anew.
TEST_F(Checkpoints, TheBarrierGivesUpOnALongSnapshotAndSucceedsAfterIt) {
  std::vector<SnapshotBarrierEnded> attempts;
  const auto subscription =
      database_->snapshot_barrier_ended.listen([&](const SnapshotBarrierEnded& event) { attempts.push_back(event); });
  OpenSnapshot reader(*database_);
  while (attempts.empty()) write();
  EXPECT_FALSE(attempts.front().done);
  EXPECT_GT(attempts.front().readers_waited, 0ms);
  EXPECT_EQ(count(*database_) % 8, 0);  // the gate is open again
  EXPECT_EQ(database_->status().checkpoint.restarts, 0);

  const auto frames = [&] { return database_->status().checkpoint.wal_frames; };
  const int longest = frames();
  reader.end();
  while (frames() >= longest) write();
}

// Each snapshot is short, but they overlap, so a copy alone never lets the log begin anew.
TEST_F(Checkpoints, OverlappingSnapshotsDoNotKeepTheLogForEver) {
  std::atomic<bool> stop{false};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!stop) {
        database_->read([&](ReadSession& s) {
          const auto end = base::Monotonic::now() + 20ms;
          while (base::Monotonic::now() < end) s.scalar<std::int64_t>("SELECT count(*) FROM t WHERE id < 9"_sql);
        });
      }
    });
  }
  constexpr std::int64_t kMuchTooLong = 256 << 20;
  while (database_->status().checkpoint.restarts < 2 && database_->status().wal_bytes < kMuchTooLong) write();
  stop = true;
  for (auto& reader : readers) reader.join();
  EXPECT_GE(database_->status().checkpoint.restarts, 2);
  EXPECT_LT(database_->status().wal_bytes, kMuchTooLong);
}

TEST_F(Checkpoints, StatusShowsTheOldestSnapshot) {
  EXPECT_FALSE(database_->status().oldest_snapshot);
  OpenSnapshot reader(*database_);
  EXPECT_TRUE(database_->status().oldest_snapshot);
  reader.end();
  database_->back_up(database_.path() + ".copy",
                     [&](const BackupProgress&) { EXPECT_TRUE(database_->status().oldest_snapshot); });
  EXPECT_FALSE(database_->status().oldest_snapshot);
}

Options resting() {
  auto options = small_wal();
  options.rest_after = 5ms;
  options.checkpoint_frames = 1'000'000;  // no other copies
  return options;
}

class IdleLane : public Checkpoints {
 protected:
  explicit IdleLane(const Options& options = resting()) : Checkpoints(options) {}
};

TEST_F(IdleLane, CopiesWhatIsLeft) {
  write(1);
  await([&] {
    const auto status = database_->status().checkpoint;
    return status.wal_frames > 0 && status.copied_frames == status.wal_frames;
  });
  write(1);  // the lane is in order afterwards
  EXPECT_EQ(count(*database_), 2);
}

class IdleLaneAfterABurst : public IdleLane {
 protected:
  static Options options() {
    auto options = resting();
    options.checkpoint_frames = 10;
    return options;
  }
  IdleLaneAfterABurst() : IdleLane(options()) {}
};

TEST_F(IdleLaneAfterABurst, CutsTheLogWhenTheReadersHaveEnded) {
  OpenSnapshot reader(*database_);
  for (int i = 0; i < 4; ++i) write(50);
  EXPECT_GT(database_->status().wal_bytes, 200 * 4000);
  reader.end();
  await([&] { return database_->status().wal_bytes == 0; });
  EXPECT_EQ(count(*database_), 200);
}

// The statistics were written after the log was cut, and stayed in it: a test that met them there waited for ever.
TEST_F(IdleLaneAfterABurst, CutsTheLogAfterTheStatisticsWereWritten) {
  database_->write([](WriteSession& tx) {
    tx.run("CREATE INDEX t_by_body ON t (body)"_script);
    for (int i = 0; i < 200; ++i) tx.exec("INSERT INTO t (body) VALUES (randomblob(4000))"_sql);
  });
  await([&] {
    return database_->read([](ReadSession& s) {
      return s.find<int>("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'"_sql).has_value();
    });
  });
  await([&] { return database_->status().wal_bytes == 0; });
}

TEST_F(IdleLane, RefreshesThePlannersStatistics) {
  database_->write([](WriteSession& tx) {
    tx.run(R"(
      CREATE INDEX t_by_body ON t (body);
      INSERT INTO t (body) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 200) SELECT randomblob(20) FROM n;
    )"_script);
  });
  await([&] {
    return database_->read([](ReadSession& s) {
      return s.find<int>("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'"_sql).has_value() &&
             s.find<int>("SELECT 1 FROM sqlite_stat1 WHERE idx = 't_by_body'"_sql).has_value();
    });
  });
}

Options impatient() {
  Options options;
  options.snapshot_warn_after = 4ms;
  options.snapshot_interrupt_after = 20ms;
  return options;
}

class OldSnapshots : public Checkpoints {
 protected:
  OldSnapshots() : Checkpoints(impatient()) {}

  static void read_for_ever(ReadSession& s) {
    s.scalar<std::int64_t>("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"_sql);
  }
  static void expect_too_old(const std::function<void()>& reads) {
    try {
      reads();
      ADD_FAILURE() << "was not interrupted";
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::ErrorCode::kBusy);
      EXPECT_THAT(error.what(), HasSubstr("open for too long"));
    }
  }

  std::atomic<int> warned_{0}, interrupted_{0};
  base::Subscription subscription_ = database_->snapshot_too_old.listen([this](const SnapshotTooOld& event) {
    ++(event.measure == SnapshotTooOld::Measure::kWarned ? warned_ : interrupted_);
  });
};

TEST_F(OldSnapshots, AreInterrupted) {
  expect_too_old([&] { database_->read(read_for_ever); });
  EXPECT_EQ(interrupted_, 1);
  EXPECT_EQ(count(*database_), 0);  // the connection is as new
}

// An interrupt between two statements is forgotten by SQLite.
TEST_F(OldSnapshots, AreInterruptedBetweenShortStatementsToo) {
  expect_too_old([&] {
    database_->read([](ReadSession& s) {
      while (true) s.scalar<std::int64_t>("SELECT count(*) FROM t, t AS u"_sql);
    });
  });
}

TEST_F(OldSnapshots, OfATaskEndWithTheError) {
  base::Loop loop({.mode = base::TaskMode::kInline});
  loop.spawn(
      [&] {
        database_->read([](ReadSession& s) { s.scalar<std::int64_t>("SELECT count(*) FROM t"_sql); });
        expect_too_old([&] { database_->read(read_for_ever); });
        EXPECT_FALSE(database_->status().oldest_snapshot.has_value());
        EXPECT_EQ(count(*database_), 0);
      },
      [&] { loop.stop(); });
  loop.run();
}

TEST_F(OldSnapshots, OfABackupAreOnlyWarnedAbout) {
  write();
  database_->back_up(database_.path() + ".copy", [&](const BackupProgress&) {
    await([&] { return warned_ > 0; });
    if (interrupted_ == 0) expect_too_old([&] { database_->read(read_for_ever); });  // younger than the backup's
  });
  EXPECT_EQ(interrupted_, 1);
  EXPECT_TRUE(std::filesystem::exists(database_.path() + ".copy"));
}

TEST_F(Checkpoints, NewSnapshotsWaitAtTheGate) {
  Snapshots snapshots;
  const Connection connection(database_.path(), Role::kReader, "");
  const auto until = base::Monotonic::now() + 20ms;
  snapshots.close_gate(until);
  const Snapshots::Entry late(snapshots, connection, AgeLimit::kEnforced);
  EXPECT_GE(late.since(), until);

  snapshots.close_gate(base::Monotonic::now() + std::chrono::hours(1));
  auto entered =
      std::async(std::launch::async, [&] { const Snapshots::Entry next(snapshots, connection, AgeLimit::kEnforced); });
  snapshots.open_gate();
  entered.get();
}

Options at_normal(const FaultVfs& vfs) {
  Options options;
  options.vfs = vfs.name();
  options.synchronous = Synchronous::kNormal;
  options.rest_after = std::chrono::hours(1);
  return options;
}

class SyncedWal : public ::testing::Test {
 protected:
  SyncedWal() {
    database_->write([](WriteSession& tx) { tx.run("CREATE TABLE t (id INTEGER) STRICT"_script); });
  }
  void write() {
    database_->write([](WriteSession& tx) { tx.exec("INSERT INTO t VALUES (1)"_sql); });
  }
  std::uint64_t syncs() const { return vfs_.count(FaultVfs::Operation::kSync, "-wal"); }

  FaultVfs vfs_{"synced_wal"};
  TemporaryDatabase database_{at_normal(vfs_)};
};

TEST_F(SyncedWal, FollowsEachCommitAtNormal) {
  for (int i = 0; i < 3; ++i) {
    const auto before = syncs();
    write();
    while (syncs() == before) std::this_thread::yield();
  }
}

TEST_F(SyncedWal, TellsWhenTheDiskFailsAndTriesAgain) {
  std::promise<std::string> told;
  const auto subscription =
      database_->wal_sync_failed.listen([&](const WalSyncFailed& event) { told.set_value(event.what); });
  vfs_.fail({.operation = FaultVfs::Operation::kSync, .file = "-wal", .times = 1});
  const auto before = syncs();
  write();
  EXPECT_THAT(told.get_future().get(), HasSubstr("syncing the WAL"));
  while (syncs() < before + 2) std::this_thread::yield();
}

// F20: what SIGTERM leads to. Everything is in the file itself afterwards.
TEST_F(Checkpoints, AfterACleanCloseThereIsNoWal) {
  write();
  database_.close();
  EXPECT_FALSE(std::filesystem::exists(database_.path() + "-wal"));
  EXPECT_FALSE(std::filesystem::exists(database_.path() + "-shm"));
  database_.reopen();
  EXPECT_EQ(count(*database_), 8);
}

TEST_F(Checkpoints, AClosedDatabaseLeavesASoundAndEmptyWalToOtherProcesses) {
  ChildProcess other({MONOLITE_TEST_HELPER, "sql", database_.path()});
  const auto tell = [&](const char* sql) {
    other.write_line(sql);
    EXPECT_EQ(other.read_line(), "ok");
  };
  tell("SELECT count(*) FROM t");
  write();
  database_.close();
  EXPECT_EQ(std::filesystem::file_size(database_.path() + "-wal"), 0U);
  tell("INSERT INTO t (body) VALUES (x'00')");
  database_.reopen();
  EXPECT_EQ(count(*database_), 9);
}

// A reader of another process keeps the log; closing neither waits for it nor harms it.
TEST_F(Checkpoints, ClosingDoesNotWaitForReadersOfOtherProcesses) {
  ChildProcess other({MONOLITE_TEST_HELPER, "sql", database_.path()});
  const auto tell = [&](const char* sql) {
    other.write_line(sql);
    EXPECT_EQ(other.read_line(), "ok");
  };
  tell("BEGIN");
  tell("SELECT count(*) FROM t");
  write();
  database_.close();
  EXPECT_GT(std::filesystem::file_size(database_.path() + "-wal"), 0U);
  tell("COMMIT");
  database_.reopen();
  EXPECT_EQ(count(*database_), 8);
  EXPECT_THAT(database_->integrity_problems(), IsEmpty());
}

}  // namespace
}  // namespace monolite::db::sqlite
