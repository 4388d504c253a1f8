#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <latch>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/base/error.h>
#include <monolite/base/temporary_folder.h>
#include <monolite/db/sqlite/detail/fifo_lock.h>
#include <monolite/db/sqlite/testing/child_process.h>

namespace monolite::db::sqlite {
namespace {

using testing::ChildProcess;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

base::Deadline at_once() { return base::Deadline(base::Monotonic::now()); }

/// Each lock of a test is a participant of its own, as if it were another process: slots belong to descriptors.
class Fifo : public ::testing::Test {
 protected:
  std::unique_ptr<FifoLock> join() const { return FifoLock::open(path_); }
  std::unique_ptr<FifoFile> look_inside() const { return FifoFile::open(path_); }
  std::string file() const { return path_ + "-fifo"; }

  /// Waits for the turn however long the owner stays.
  static void await_turn(FifoLock& lock) {
    while (lock.wait(base::Deadline::never()) != Turn::kMine) {
    }
  }

  static std::string ask(ChildProcess& child, const char* command) {
    child.write_line(command);
    return child.read_line();
  }

  /// Puts `bytes` over those at `offset`, as somebody with an editor would.
  void overwrite(std::size_t offset, const std::string& bytes) const {
    std::fstream out(file(), std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(static_cast<std::streamoff>(offset));
    out << bytes;
    ASSERT_TRUE(out.flush());
  }

  const base::TemporaryFolder folder_;
  const std::string path_ = folder_.file("test.sqlite3");
};

TEST_F(Fifo, AFreeLockIsTakenAtOnce) {
  const auto lock = join();
  EXPECT_EQ(lock->wait(at_once()), Turn::kMine);
  EXPECT_EQ(lock->wait(at_once()), Turn::kMine);
  EXPECT_FALSE(lock->is_awaited());
  lock->leave();
  EXPECT_EQ(join()->wait(at_once()), Turn::kMine);
}

TEST_F(Fifo, ServesInOrderOfArrival) {
  const auto owner = join();
  EXPECT_EQ(owner->wait(at_once()), Turn::kMine);
  std::vector<std::unique_ptr<FifoLock>> line(5);
  for (auto& lock : line) lock = join();
  std::swap(line[0], line[3]);  // the order of coming is not that of the slots
  for (const auto& lock : line) EXPECT_EQ(lock->wait(at_once()), Turn::kNotYet);
  EXPECT_TRUE(owner->is_awaited());
  owner->leave();
  EXPECT_EQ(owner->wait(at_once()), Turn::kNotYet);  // behind the others now
  for (std::size_t next = 0; next < line.size(); ++next) {
    for (std::size_t i = next; i < line.size(); ++i) EXPECT_EQ(line[i]->wait(at_once()) == Turn::kMine, i == next);
    line[next]->leave();
  }
  EXPECT_EQ(owner->wait(at_once()), Turn::kMine);
}

TEST_F(Fifo, WhoGivesUpIsPassedBy) {
  const auto owner = join(), second = join(), third = join();
  owner->wait(at_once());
  second->wait(at_once());
  third->wait(at_once());
  second->leave();
  owner->leave();
  EXPECT_EQ(third->wait(at_once()), Turn::kMine);
}

TEST_F(Fifo, WhoLeavesAGivenTurnPassesItOn) {
  const auto owner = join(), second = join(), third = join();
  owner->wait(at_once());
  second->wait(at_once());
  third->wait(at_once());
  owner->leave();   // it is the second's now, who does not know yet
  second->leave();  // and never will
  EXPECT_EQ(third->wait(at_once()), Turn::kMine);
}

TEST_F(Fifo, ASleeperIsWoken) {
  const auto owner = join(), sleeper = join();
  owner->wait(at_once());
  std::thread thread([&] { await_turn(*sleeper); });
  while (!owner->is_awaited()) std::this_thread::yield();
  owner->leave();
  thread.join();
  EXPECT_EQ(owner->wait(at_once()), Turn::kNotYet);
}

TEST_F(Fifo, OneOwnerAtATimeAndNobodyIsForgotten) {
  constexpr int kThreads = 6;
  constexpr int kTurns = 200;
  std::atomic<int> owners{0};
  std::atomic<int> turns{0};
  std::latch start(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, lock = join()] {
      start.arrive_and_wait();
      for (int turn = 0; turn < kTurns; ++turn) {
        if (turn % 7 == 3) {  // now and then somebody gives up
          if (lock->wait(at_once()) != Turn::kMine) lock->leave();
        }
        await_turn(*lock);
        EXPECT_EQ(++owners, 1);
        ++turns;
        std::this_thread::yield();  // so that a second owner would have the time to appear
        EXPECT_EQ(--owners, 0);
        lock->leave();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(turns, kThreads * kTurns);
}

TEST_F(Fifo, ADeadOwnersTurnGoesToTheNext) {
  const auto lock = join();
  ChildProcess child({MONOLITE_TEST_HELPER, "fifo", path_});
  EXPECT_EQ(ask(child, "wait"), "mine");
  EXPECT_EQ(lock->wait(at_once()), Turn::kNotYet);
  EXPECT_EQ(lock->owner()->pid, child.pid());
  child.kill();
  EXPECT_EQ(child.wait(), -SIGKILL);
  EXPECT_EQ(lock->wait(at_once()), Turn::kMine);
}

TEST_F(Fifo, ADeadWaiterDoesNotHoldUpTheLine) {
  const auto owner = join(), last = join();
  owner->wait(at_once());
  ChildProcess child({MONOLITE_TEST_HELPER, "fifo", path_});
  EXPECT_EQ(ask(child, "wait"), "in line");
  EXPECT_EQ(last->wait(at_once()), Turn::kNotYet);
  child.kill();
  child.wait();
  owner->leave();
  EXPECT_EQ(last->wait(at_once()), Turn::kMine);
}

// The newcomer's lock on the slot makes the dead owner look alive to the others.
TEST_F(Fifo, ASlotOfADeadOwnerIsFreedByItsNextUser) {
  const auto lock = join();
  ChildProcess child({MONOLITE_TEST_HELPER, "fifo", path_});
  EXPECT_EQ(ask(child, "wait"), "mine");
  lock->wait(at_once());
  child.kill();
  child.wait();
  const auto newcomer = join();
  EXPECT_EQ(lock->wait(at_once()), Turn::kMine);
  EXPECT_EQ(newcomer->wait(at_once()), Turn::kNotYet);
}

// A pid proves nothing: this one lives, but it is not the process that took the turn.
TEST_F(Fifo, APidThatIsUsedAgainKeepsNothingAlive) {
  const auto lock = join();
  const auto inside = look_inside();
  constexpr std::size_t kDead = 77;
  auto& dead = inside->slot(kDead);
  dead.pid = static_cast<std::uint32_t>(this_process().pid);
  dead.ticket = 1;
  inside->queue().waiting[kDead / 64] |= std::uint64_t{1} << (kDead % 64);
  inside->queue().owner = (1 << 16) | (kDead + 1);
  EXPECT_EQ(lock->wait(at_once()), Turn::kMine);
  lock->leave();
  EXPECT_EQ(lock->wait(at_once()), Turn::kMine);
}

TEST_F(Fifo, AnOwnerThatDoesNotMoveCanBeReplaced) {
  const auto owner = join(), lock = join(), third = join();
  owner->wait(at_once());
  EXPECT_EQ(lock->wait(base::Deadline::never()), Turn::kStuck);
  lock->take_over();
  EXPECT_EQ(lock->wait(at_once()), Turn::kMine);
  owner->leave();  // no longer its turn to give
  EXPECT_EQ(third->wait(at_once()), Turn::kNotYet);
  EXPECT_EQ(owner->wait(at_once()), Turn::kNotYet);
  lock->leave();
  EXPECT_EQ(third->wait(at_once()), Turn::kMine);
}

TEST_F(Fifo, NothingOfAnEarlierBootIsLeft) {
  {
    const auto inside = look_inside();
    inside->queue().owner = (5 << 16) | 9;
    inside->slot(3).ticket = 2;
    inside->queue().waiting[0] = 8;
  }
  const auto lock = join();
  EXPECT_FALSE(lock->is_awaited());
  EXPECT_EQ(lock->wait(at_once()), Turn::kMine);
}

// Whatever stands in the queue, a waiter gets the turn or is told to ask the database, and all is well afterwards.
TEST_F(Fifo, NoContentOfTheQueueLeadsIntoALoop) {
  std::mt19937_64 random(20261125);
  const auto lock = join(), other = join();
  for (int round = 0; round < 8; ++round) {
    std::string noise(sizeof(fifo::Queue) + 64 * sizeof(fifo::Slot), '\0');
    for (auto& byte : noise) byte = static_cast<char>(round == 0 ? 0xff : random() & random());
    overwrite(sizeof(fifo::Header), noise);
    if (lock->wait(base::Deadline::never()) == Turn::kStuck) lock->take_over();
    EXPECT_TRUE(lock->is_current());
    lock->leave();
    if (other->wait(base::Deadline::never()) == Turn::kStuck) other->take_over();
    other->leave();
  }
}

TEST_F(Fifo, ADamagedFileInUseIsReplacedAndItsUsersNotice) {
  const auto old = join();
  old->wait(at_once());
  overwrite(3, "?");
  EXPECT_FALSE(old->is_current());
  const auto lock = join();
  EXPECT_TRUE(lock->is_current());
  EXPECT_EQ(lock->wait(at_once()), Turn::kMine);
  EXPECT_THAT(lock->others(), IsEmpty());
  old->leave();
}

TEST_F(Fifo, ADamagedFileThatNobodyUsesIsMadeAnew) {
  std::ofstream(file()) << "not a lock at all";
  const auto lock = join();
  EXPECT_TRUE(lock->is_current());
  EXPECT_EQ(lock->wait(at_once()), Turn::kMine);
}

TEST_F(Fifo, ADeletedFileIsNoticed) {
  const auto old = join();
  old->wait(at_once());
  std::filesystem::remove(file());
  EXPECT_FALSE(old->is_current());
  EXPECT_EQ(old->wait(at_once()), Turn::kMine);
  EXPECT_EQ(join()->wait(at_once()), Turn::kMine);
}

TEST_F(Fifo, AnotherVersionInUseIsLeftAlone) {
  const auto old = join();
  std::string header(32, '\0');
  std::ifstream(file(), std::ios::binary).read(header.data(), 32);
  header[8] = 2;  // the version
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char byte : header.substr(0, 24)) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3U;
  for (std::size_t i = 0; i < 8; ++i) header[24 + i] = static_cast<char>(hash >> (8 * i));
  overwrite(0, header);
  try {
    join();
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ErrorCode::kUnsupported) << error.what();
  }
}

TEST_F(Fifo, WhoCannotHaveItIsToldWhy) {
  std::filesystem::create_directory(file());
  try {
    join();
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ErrorCode::kIo);
    EXPECT_THAT(error.what(), ::testing::HasSubstr(file()));
  }
}

TEST_F(Fifo, HasAPlaceForAsManyAsItSays) {
  std::vector<std::unique_ptr<FifoLock>> all;
  for (std::size_t i = 0; i < fifo::kSlots; ++i) all.push_back(join());
  EXPECT_EQ(all.front()->others().size(), fifo::kSlots - 1);
  EXPECT_THROW(join(), base::Error);
  all[100].reset();
  all[0]->wait(at_once());
  EXPECT_EQ(join()->wait(at_once()), Turn::kNotYet);
}

TEST_F(Fifo, KnowsWhoTakesPart) {
  const auto lock = join();
  EXPECT_THAT(lock->others(), IsEmpty());
  EXPECT_EQ(lock->owner(), std::nullopt);
  {
    ChildProcess child({MONOLITE_TEST_HELPER, "fifo", path_});
    EXPECT_EQ(ask(child, "wait"), "mine");
    const Process expected{.pid = child.pid(),
                           .pid_namespace = this_process().pid_namespace,
                           .program = std::string("monolite_db_sqlite_test_helper").substr(0, 15)};
    EXPECT_THAT(lock->others(), ElementsAre(expected));
    EXPECT_EQ(lock->owner(), expected);
  }
  EXPECT_THAT(lock->others(), IsEmpty());
}

}  // namespace
}  // namespace monolite::db::sqlite
