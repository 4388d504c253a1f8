// What only fibers do. The thread sanitizer cannot follow them, so its builds leave this file empty.
#include <monolite/base/detail/sanitizers.h>

#if !ML_TSAN

#include <algorithm>
#include <array>
#include <csignal>
#include <exception>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <sys/mman.h>
#include <unistd.h>

#include <monolite/base/detail/testing.h>
#include <monolite/base/error.h>
#include <monolite/base/loop.h>
#include <monolite/base/task.h>

namespace monolite::base {
namespace {

using detail::run_as_task;
using detail::stop_when_done;
using std::chrono::milliseconds;
using testing::ElementsAre;

constexpr LoopOptions kFibers = {.mode = TaskMode::kFiber};

/// Some address of the stack that the caller runs on, rounded down to its page.
std::uintptr_t stack_page() {
  return reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) & ~std::uintptr_t{4095};
}

TEST(Fiber, IsWhatTasksRunOnByDefault) {
  EXPECT_EQ(default_task_mode(), TaskMode::kFiber);
  EXPECT_EQ(Loop().mode(), TaskMode::kFiber);
}

TEST(Fiber, StaysOnTheThreadOfItsLoop) {
  const auto loop_thread = std::this_thread::get_id();
  run_as_task(TaskMode::kFiber, [&] {
    EXPECT_EQ(std::this_thread::get_id(), loop_thread);
    sleep_for(milliseconds(1));
    EXPECT_EQ(std::this_thread::get_id(), loop_thread);
  });
}

TEST(Fiber, RunsUpToItsFirstWaitBeforeSpawnReturns) {
  Loop loop(kFibers);
  std::vector<std::string> calls;
  Signal go;
  loop.post([&] {
    loop.spawn(
        [&] {
          calls.push_back("begins");
          go.wait();
          calls.push_back("ends");
        },
        [&] { loop.stop(); });
    calls.push_back("spawned");
    go.set();
    calls.push_back("set");
  });
  loop.run();
  EXPECT_THAT(calls, ElementsAre("begins", "spawned", "set", "ends"));
}

TEST(Fiber, IsUsedAgainByLaterTasks) {
  Loop loop(kFibers);
  std::set<std::uintptr_t> pages;
  loop.post([&] {
    for (int i = 0; i < 100; ++i) loop.spawn([&] { pages.insert(stack_page()); });
    loop.stop();
  });
  loop.run();
  EXPECT_EQ(pages.size(), 1u);
}

TEST(Fiber, AreKeptUpToTheConfiguredNumber) {
  Loop loop({.mode = TaskMode::kFiber, .pooled_stacks = 0});
  int ran = 0;
  loop.post([&] {
    for (int i = 0; i < 100; ++i) loop.spawn([&] { ++ran; });
    loop.stop();
  });
  loop.run();
  EXPECT_EQ(ran, 100);
}

// Each `done` spawns the next task; run one inside of the other they would fill the loop's own stack.
TEST(Fiber, ChainsOfTasksDoNotPileUpOnTheLoopsStack) {
  Loop loop(kFibers);
  constexpr int kLength = 200'000;
  int ran = 0;
  std::function<void()> next = [&] {
    if (++ran < kLength)
      loop.spawn([] {}, next);
    else
      loop.stop();
  };
  loop.post(next);
  loop.run();
  EXPECT_EQ(ran, kLength);
}

TEST(Fiber, MayUseTheWholeStackItWasPromised) {
  Loop loop({.mode = TaskMode::kFiber, .stack_bytes = 256 * 1024});
  int sum = 0;
  loop.spawn(
      [&] {
        std::array<volatile char, 200 * 1024> large;
        for (std::size_t i = 0; i < large.size(); i += 512) large[i] = 1;
        sleep_for(milliseconds(1));
        for (std::size_t i = 0; i < large.size(); i += 512) sum += large[i];
      },
      [&] { loop.stop(); });
  loop.run();
  EXPECT_EQ(sum, 400);
}

TEST(Fiber, WaitingTasksKeepTheirOrder) {
  Loop loop(kFibers);
  std::vector<int> order;
  std::vector<Signal> signals(20);
  for (int i = 0; i < 20; ++i)
    loop.spawn(
        [&, i] {
          signals[static_cast<std::size_t>(i)].wait();
          order.push_back(i);
        },
        stop_when_done(loop));
  std::vector<int> expected;
  for (int i = 0; i < 20; ++i) expected.push_back(i);
  std::thread other([&] {
    std::vector<Signal*> all;
    for (auto& signal : signals) all.push_back(&signal);
    set_all(all);
  });
  loop.run();
  other.join();
  EXPECT_EQ(order, expected);
}

TEST(Fiber, ASignalHasOneWaiter) {
  Loop loop(kFibers);
  Signal shared;
  loop.spawn([&] { shared.wait(); }, stop_when_done(loop));
  loop.spawn(
      [&] {
        try {
          shared.wait();
          ADD_FAILURE() << "two waiters";
        } catch (const Error& error) {
          EXPECT_EQ(error.scope(), ErrorScope::kBug);
        }
        shared.set();
      },
      stop_when_done(loop));
  loop.run();
}

// One wake-up per loop and batch: everything that set_all and set have to say fits into one handler.
TEST(Fiber, ABatchWakesItsLoopOnce) {
  Loop loop(kFibers);
  std::vector<Signal> signals(256);
  std::size_t woken = 0;
  for (auto& signal : signals)
    loop.spawn([&] {
      signal.wait();
      ++woken;
    });
  loop.io().poll();
  std::vector<Signal*> all;
  for (std::size_t i = 0; i < 255; ++i) all.push_back(&signals[i]);
  std::thread([&] {
    set_all(all);
    signals[255].set();
  }).join();
  EXPECT_EQ(loop.io().poll(), 1u);
  EXPECT_EQ(woken, 256u);
}

TEST(Fiber, ADeadlineThatWasNotNeededCostsNoTimerOfItsOwn) {
  Loop loop(kFibers);
  loop.post([&] {
    for (int i = 0; i < 100; ++i)
      loop.spawn(
          [&] {
            Signal signal;
            loop.post([&] { signal.set(); });
            EXPECT_TRUE(signal.wait(Deadline::after(std::chrono::hours(1))));
          },
          stop_when_done(loop));
  });
  loop.run();
  EXPECT_EQ(loop.io().poll(), 0u) << "an expired or cancelled timer was left behind";
}

TEST(Fiber, AnExceptionOfDoneLeavesTheOtherTasksAlone) {
  Loop loop(kFibers);
  int ended = 0;
  std::vector<Signal> signals(10);
  loop.post([&] {
    for (auto& signal : signals)
      loop.spawn([&] { signal.wait(); },
                 [&] {
                   if (++ended == 10) loop.stop();
                   if (ended == 3) throw std::runtime_error("done");
                 });
    for (auto& signal : signals) signal.set();
  });
  EXPECT_THROW(loop.run(), std::runtime_error);
  EXPECT_EQ(ended, 3);
  loop.run();
  EXPECT_EQ(ended, 10);
}

// ---- The end of a loop ----

TEST(Fiber, WorkThatNeverBeganIsDestroyedWithItsLoop) {
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = held;
  {
    Loop loop(kFibers);
    loop.spawn([captured = std::move(held)] { ADD_FAILURE() << *captured << ": ran without a loop"; });
    EXPECT_EQ(loop.live_tasks(), 1u);
  }
  EXPECT_TRUE(watched.expired());
}

TEST(Fiber, ATaskThatStillWaitsIsAbandonedAndItsSignalMayBeSet) {
  Signal signal;
  bool went_on = false;
  {
    Loop loop(kFibers);
    loop.post([&] {
      loop.spawn([&] {
        const auto on_heap = std::make_unique<int>(1);  // reachable only from the abandoned stack
        signal.wait();
        went_on = *on_heap == 1;
      });
      loop.stop();
    });
    loop.run();
    EXPECT_EQ(loop.live_tasks(), 1u);
  }
  signal.set();
  EXPECT_FALSE(went_on);
}

// ---- Exceptions ----

TEST(FiberExceptions, AreCaughtAcrossWaits) {
  run_as_task(TaskMode::kFiber, [] {
    for (int i = 0; i < 100; ++i) {
      try {
        sleep_for(std::chrono::microseconds(1));
        throw i;
      } catch (int caught) {
        EXPECT_EQ(caught, i);
      }
    }
  });
}

TEST(FiberExceptions, BelongToTheirTaskWhileManyWaitInCatchBlocks) {
  Loop loop(kFibers);
  for (int i = 0; i < 20; ++i)
    loop.spawn(
        [i] {
          try {
            throw i;
          } catch (...) {
            sleep_for(std::chrono::microseconds(100 * ((i * 7) % 20)));  // the others throw, catch and leave meanwhile
            try {
              throw;
            } catch (int mine) {
              EXPECT_EQ(mine, i);
            }
            sleep_for(std::chrono::microseconds(100 * ((i * 3) % 20)));
            EXPECT_TRUE(std::current_exception());
          }
          EXPECT_FALSE(std::current_exception());
        },
        stop_when_done(loop));
  loop.run();
  EXPECT_FALSE(std::current_exception());
}

TEST(FiberExceptions, CountUncaughtOnesPerTask) {
  struct WaitsWhileUnwinding {
    ~WaitsWhileUnwinding() {
      EXPECT_EQ(std::uncaught_exceptions(), 1);
      unwinding.set();
      go_on.wait();
      EXPECT_EQ(std::uncaught_exceptions(), 1);
    }
    Signal& unwinding;
    Signal& go_on;
  };
  Loop loop(kFibers);
  Signal unwinding;
  Signal go_on;
  loop.spawn(
      [&] {
        try {
          const WaitsWhileUnwinding local{unwinding, go_on};
          throw std::runtime_error("unwinds");
        } catch (const std::runtime_error& error) {
          EXPECT_STREQ(error.what(), "unwinds");
        }
        EXPECT_EQ(std::uncaught_exceptions(), 0);
      },
      stop_when_done(loop));
  loop.spawn(
      [&] {
        unwinding.wait();
        EXPECT_EQ(std::uncaught_exceptions(), 0);
        go_on.set();
      },
      stop_when_done(loop));
  loop.run();
  EXPECT_EQ(std::uncaught_exceptions(), 0);
}

// ---- Faults ----

/// Far deeper than any stack.
[[gnu::noinline]] int recurse(int depth) {
  if (depth == 1'000'000'000) return 0;
  std::array<volatile char, 512> frame;
  for (auto& byte : frame) byte = static_cast<char>(depth);
  return recurse(depth + 1) + frame[static_cast<std::size_t>(depth) % frame.size()];
}

class FiberDeathTest : public testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(FiberDeathTest, AnOverflownStackIsNamedAndKills) {
  EXPECT_EXIT(run_as_task(TaskMode::kFiber, [] { recurse(0); }), testing::KilledBySignal(SIGSEGV),
              "^monolite: fatal: a task overflowed its stack of 262144 bytes \\(option stack_bytes\\)[^\n]*\n");
}

TEST_F(FiberDeathTest, AnOverflowIsNamedOnEveryLoopAndWithItsLimit) {
  const auto overflow_on_second_thread = [] {
    run_as_task(TaskMode::kFiber, [] {});
    std::thread([] {
      Loop loop({.mode = TaskMode::kFiber, .stack_bytes = 64 * 1024});
      loop.spawn([] {
        sleep_for(milliseconds(1));
        recurse(0);
      });
      loop.run();
    }).join();
  };
  EXPECT_EXIT(overflow_on_second_thread(), testing::KilledBySignal(SIGSEGV),
              "a task overflowed its stack of 65536 bytes");
}

/// Writes to memory that no stack owns.
void fault_elsewhere() {
  void* const page = mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  *static_cast<volatile char*>(page) = 1;
}

constexpr char kPreviousText[] = "the previous handler\n";

void previous_handler(int) {
  static_cast<void>(write(STDERR_FILENO, kPreviousText, sizeof kPreviousText - 1) == 0);
  _exit(7);
}

TEST_F(FiberDeathTest, OtherFaultsReachThePreviousHandler) {
  const auto fault_in_task = [] {
    std::signal(SIGSEGV, previous_handler);
    run_as_task(TaskMode::kFiber, fault_elsewhere);
  };
  EXPECT_EXIT(fault_in_task(), testing::ExitedWithCode(7), "^the previous handler\n$");
}

TEST_F(FiberDeathTest, OtherFaultsKillAsEverWhenNobodyHandledThem) {
  const auto fault_in_task = [](int signal, void (*fault)()) {
    std::signal(signal, SIG_DFL);
    run_as_task(TaskMode::kFiber, fault);
  };
  EXPECT_EXIT(fault_in_task(SIGSEGV, fault_elsewhere), testing::KilledBySignal(SIGSEGV), "^$");
  EXPECT_EXIT(fault_in_task(SIGSEGV, [] { std::raise(SIGSEGV); }), testing::KilledBySignal(SIGSEGV), "^$");
  EXPECT_EXIT(fault_in_task(SIGBUS, [] { kill(getpid(), SIGBUS); }), testing::KilledBySignal(SIGBUS), "^$");
}

TEST_F(FiberDeathTest, ASentSignalThatWasIgnoredStaysIgnored) {
  const auto ignore = [] {
    std::signal(SIGSEGV, SIG_IGN);
    run_as_task(TaskMode::kFiber, [] { std::raise(SIGSEGV); });
    _exit(0);
  };
  EXPECT_EXIT(ignore(), testing::ExitedWithCode(0), "^$");
}

}  // namespace
}  // namespace monolite::base

#endif
