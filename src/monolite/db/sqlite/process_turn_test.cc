#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/sysmacros.h>

#include <monolite/db/errors.h>
#include <monolite/db/sqlite/detail/fifo_lock.h>
#include <monolite/db/sqlite/testing/child_process.h>
#include <monolite/db/sqlite/testing/lane_gate.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db::sqlite {
namespace {

using namespace std::chrono_literals;
using testing::ChildProcess;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::LaneGate;
using ::testing::StartsWith;
using testing::TemporaryDatabase;

base::Deadline at_once() { return base::Deadline(base::Monotonic::now()); }

/// A database, and a participant of its FIFO lock that stands for another process.
class Turns : public ::testing::Test {
 protected:
  explicit Turns(const Options& options = {}) : database_(options) {
    database_->write([](WriteSession& tx) { tx.run("CREATE TABLE t (id INTEGER) STRICT"_script); });
  }

  static void insert(Database& database, base::Monotonic::duration timeout = 1min) {
    database.write([](WriteSession& tx) { tx.exec("INSERT INTO t VALUES (1)"_sql); }, {.timeout = timeout});
  }
  std::thread start_insert() {
    return std::thread([this] { insert(*database_); });
  }
  int count() {
    return database_->read([](ReadSession& s) { return s.scalar<int>("SELECT count(*) FROM t"_sql); });
  }
  static void await_turn(FifoLock& lock) {
    while (lock.wait(base::Deadline::never()) != Turn::kMine) {
    }
  }

  TemporaryDatabase database_;
  std::unique_ptr<FifoLock> other_ = FifoLock::open(database_.path());
};

TEST_F(Turns, AWriteWaitsForItsTurnAndPassesItOn) {
  const auto second = open(database_.options());
  LaneGate gate(*second);
  auto writer = start_insert();
  while (!other_->is_awaited()) std::this_thread::yield();
  EXPECT_EQ(other_->wait(at_once()), Turn::kNotYet);
  gate.open();
  await_turn(*other_);
  EXPECT_EQ(count(), 1);  // it came first
  writer.join();
}

TEST_F(Turns, AnIdleDatabaseHasNoTurn) {
  insert(*database_);
  {
    LaneGate gate(*database_);
    EXPECT_EQ(other_->wait(at_once()), Turn::kNotYet);
    EXPECT_NE(other_->owner(), std::nullopt);
  }
  await_turn(*other_);
}

// The lock only orders: whoever holds it and does not write keeps nobody from writing.
TEST_F(Turns, AnOwnerThatDoesNotWriteDoesNotStopWriters) {
  EXPECT_EQ(other_->wait(at_once()), Turn::kMine);
  insert(*database_);
  EXPECT_EQ(count(), 1);
}

class LongQueue : public Turns {
 protected:
  explicit LongQueue(std::chrono::milliseconds slice) : Turns({.max_batch = 1, .fifo_slice = slice}) {}

  /// The other waits behind a transaction and three further writes of ours, which then go on.
  void fill_queue_before_other() {
    LaneGate gate(*database_);
    for (int i = 0; i < 3; ++i) writers_.push_back(start_insert());
    gate.await_queued(3);
    EXPECT_EQ(other_->wait(at_once()), Turn::kNotYet);
    gate.open();
  }
  void finish() {
    other_->leave();
    for (auto& writer : writers_) writer.join();
    writers_.clear();
  }

  std::vector<std::thread> writers_;
};

class WithinTheSlice : public LongQueue {
 protected:
  WithinTheSlice() : LongQueue(1h) {}
};

TEST_F(WithinTheSlice, AQueueIsWrittenInOneTurn) {
  fill_queue_before_other();
  await_turn(*other_);
  EXPECT_EQ(count(), 3);
  finish();
}

class AfterTheSlice : public LongQueue {
 protected:
  AfterTheSlice() : LongQueue(0ms) {}
};

TEST_F(AfterTheSlice, TheTurnGoesToWhoWaits) {
  bool seen = false;
  for (int stored = 0; !seen; stored += 3) {
    fill_queue_before_other();
    await_turn(*other_);
    const int meanwhile = count() - stored;
    seen = other_->wait(at_once()) == Turn::kMine;  // else we were slow, and the lane took the unused turn over
    EXPECT_LT(meanwhile, seen ? 3 : 4);
    finish();
    EXPECT_EQ(count(), stored + 3);
  }
}

// The units for which the turn was kept may be gone before the lane's thread takes them: a race, so several tries.
TEST_F(Turns, ATurnThatIsKeptForNobodyEnds) {
  for (int round = 0; round < 20; ++round) {
    LaneGate gate(*database_);
    std::thread impatient([&, patience = std::chrono::microseconds(100 * round)] {
      try {
        insert(*database_, patience);
      } catch (const Busy&) {  // or not: it may be in time
      }
    });
    gate.open();
    await_turn(*other_);
    impatient.join();
    other_->leave();
  }
}

TEST_F(Turns, ADeletedLockIsFoundAgain) {
  std::atomic<int> changes{0};
  const auto subscription = database_->turns_changed.listen([&](const TurnsChanged&) { ++changes; });
  std::filesystem::remove(database_.path() + "-fifo");
  other_ = FifoLock::open(database_.path());
  EXPECT_THAT(other_->others(), IsEmpty());
  while (other_->others().empty()) insert(*database_);  // it looks once a second
  EXPECT_EQ(database_->status().turns, "fifo");
  EXPECT_EQ(changes, 0);
}

TEST_F(Turns, ALockThatCannotBeHadIsToldAndTriedAgain) {
  std::vector<std::string> told;
  const auto subscription =
      database_->turns_changed.listen([&](const TurnsChanged& changed) { told.push_back(changed.manner); });
  const auto file = database_.path() + "-fifo";
  other_.reset();
  std::filesystem::remove(file);
  std::filesystem::create_directory(file);
  while (told.empty()) insert(*database_);
  EXPECT_THAT(told, ElementsAre(StartsWith("poll (cannot open " + file)));
  EXPECT_EQ(database_->status().turns, told.front());
  std::filesystem::remove(file);
  while (told.size() < 2) insert(*database_);
  EXPECT_EQ(told.back(), "fifo");
}

TEST_F(Turns, TheLockCanBeSwitchedOff) {
  const TemporaryDatabase polling({.between_processes = BetweenProcesses::kPoll});
  polling->write([](WriteSession& tx) { tx.run("CREATE TABLE t (id INTEGER) STRICT"_script); });
  EXPECT_EQ(polling->status().turns, "poll (as configured)");
  EXPECT_FALSE(std::filesystem::exists(polling.path() + "-fifo"));
}

// F18: two instances of one application by mistake: it works, and both can tell.
TEST_F(Turns, EachInstanceKnowsOfTheOthers) {
  other_.reset();
  EXPECT_THAT(database_->status().others, IsEmpty());
  {
    const auto second = open(database_.options());
    const auto us = describe(this_process());
    EXPECT_THAT(second->status().others, ElementsAre(us));
    EXPECT_THAT(database_->status().others, ElementsAre(us));
    insert(*second);
    insert(*database_);
  }
  EXPECT_THAT(database_->status().others, IsEmpty());
  EXPECT_EQ(count(), 2);
}

class BesideAShell : public Turns {
 protected:
  void tell(const std::string& sql) {
    shell_.write_line(sql);
    ASSERT_EQ(shell_.read_line(), "ok") << sql;
  }
  std::string name_of_shell() const {
    return "monolite_db_sql (pid " + std::to_string(shell_.pid()) + ") holds the write lock";
  }

  ChildProcess shell_{{MONOLITE_TEST_HELPER, "sql", database_.path()}};
};

// F5: somebody left a shell in BEGIN.
TEST_F(BesideAShell, WhoHoldsTheLockIsNamed) {
  tell("BEGIN IMMEDIATE");
  try {
    insert(*database_, 20ms);
    FAIL();
  } catch (const Busy& busy) {
    EXPECT_THAT(busy.what(), HasSubstr(name_of_shell()));
    EXPECT_FALSE(busy.hint().empty());
  }
  EXPECT_EQ(count(), 0);  // reads are served
}

TEST_F(BesideAShell, TheSilentOwnerIsNamedToo) {
  tell("BEGIN IMMEDIATE");
  ChildProcess monolite({MONOLITE_TEST_HELPER, "fifo", database_.path()});
  monolite.write_line("wait");
  ASSERT_EQ(monolite.read_line(), "mine");
  try {
    insert(*database_, 20ms);
    FAIL();
  } catch (const Busy& busy) {
    EXPECT_THAT(busy.what(), HasSubstr(name_of_shell()));
    EXPECT_THAT(busy.what(), HasSubstr("(pid " + std::to_string(monolite.pid()) + ") has the turn"));
  }
}

TEST_F(BesideAShell, AWriteThatNeverBeginsDoesNotHoldUpTheClosing) {
  TemporaryDatabase closed({.close_grace = 10ms});
  Database& database = *closed;
  const auto owner = FifoLock::open(closed.path());
  ChildProcess shell({MONOLITE_TEST_HELPER, "sql", closed.path()});
  shell.write_line("BEGIN IMMEDIATE");
  ASSERT_EQ(shell.read_line(), "ok");
  EXPECT_EQ(owner->wait(at_once()), Turn::kMine);
  std::atomic<int> busy{0};
  std::thread writer([&] {
    try {
      insert(database, 24h);
    } catch (const Busy&) {
      ++busy;
    }
  });
  while (!owner->is_awaited()) std::this_thread::yield();
  EXPECT_EQ(database.status().queued_writes, 0u);  // it is in the lane's hands
  closed.close();
  writer.join();
  EXPECT_EQ(busy, 1);
}

TEST(LockHolder, IsReadFromTheKernelsList) {
  const LockedBytes bytes{.device = makedev(0xfe, 0), .inode = 262156, .first = 120, .last = 120};
  const auto holder = [&](std::string_view line) { return pid_with_lock(line, bytes); };
  EXPECT_EQ(holder("1: POSIX  ADVISORY  WRITE 4711 fe:00:262156 120 120\n"), 4711);
  EXPECT_EQ(holder("1: POSIX  ADVISORY  READ  1 fe:00:262156 123 123\n"
                   "2: FLOCK  ADVISORY  WRITE 2 fe:00:262156 0 EOF\n"
                   "3: POSIX  ADVISORY  WRITE 3 fe:00:262157 120 120\n"
                   "4: POSIX  ADVISORY  WRITE 4 fe:00:262156 121 121\n"
                   "4: -> POSIX  ADVISORY  WRITE 5 fe:00:262156 120 120\n"
                   "5: OFDLCK ADVISORY  WRITE -1 fe:00:262156 120 120\n"),
            std::nullopt);
  EXPECT_EQ(holder("1: POSIX  ADVISORY  READ  1 08:01:1 0 0\n2: POSIX  ADVISORY  WRITE 42 fe:00:262156 120 EOF"), 42);
  EXPECT_EQ(holder(""), std::nullopt);
  EXPECT_EQ(holder("\n\nnonsense 1 2 3"), std::nullopt);
}

}  // namespace
}  // namespace monolite::db::sqlite
