#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include <monolite/base/detail/testing.h>
#include <monolite/base/error.h>
#include <monolite/base/loop.h>

namespace monolite::base {
namespace {

using detail::run_as_task;
using detail::stop_when_done;
using std::chrono::milliseconds;
using testing::ElementsAre;

class LoopTest : public testing::TestWithParam<TaskMode> {};

INSTANTIATE_TEST_SUITE_P(Modes, LoopTest, testing::ValuesIn(detail::testable_modes()),
                         [](const auto& suite) { return detail::name_of(suite.param); });

TEST_P(LoopTest, RunsWorkThenDone) {
  Loop loop({.mode = GetParam()});
  std::vector<std::string> calls;
  loop.spawn([&] { calls.push_back("work"); },
             [&] {
               calls.push_back("done");
               loop.stop();
             });
  loop.run();
  EXPECT_THAT(calls, ElementsAre("work", "done"));
}

TEST_P(LoopTest, KnowsWhatIsATask) {
  Loop loop({.mode = GetParam()});
  EXPECT_FALSE(in_task());
  loop.post([&] {
    EXPECT_FALSE(in_task());
    loop.spawn([&] { EXPECT_TRUE(in_task()); },
               [&] {
                 EXPECT_FALSE(in_task());
                 loop.stop();
               });
    EXPECT_FALSE(in_task());
  });
  loop.run();
}

TEST_P(LoopTest, RunsDoneOnItsOwnThread) {
  Loop loop({.mode = GetParam()});
  std::thread::id done_on;
  loop.spawn([] {},
             [&] {
               done_on = std::this_thread::get_id();
               loop.stop();
             });
  loop.run();
  EXPECT_EQ(done_on, std::this_thread::get_id());
}

TEST_P(LoopTest, CountsTheTasksThatLive) {
  Loop loop({.mode = GetParam()});
  std::vector<std::size_t> counts;
  const auto count = [&] {
    counts.push_back(loop.live_tasks());
    if (counts.size() == 3) loop.stop();
  };
  EXPECT_EQ(loop.live_tasks(), 0u);
  loop.post([&] {
    for (int i = 0; i < 3; ++i) loop.spawn([] {}, count);
  });
  loop.run();
  EXPECT_EQ(counts.back(), 0u);
  EXPECT_EQ(loop.live_tasks(), 0u);
}

TEST_P(LoopTest, DestroysWorkBeforeDoneRuns) {
  Loop loop({.mode = GetParam()});
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = held;
  loop.spawn([captured = std::move(held)] { EXPECT_EQ(*captured, 1); },
             [&] {
               EXPECT_TRUE(watched.expired());
               loop.stop();
             });
  loop.run();
}

TEST_P(LoopTest, TasksStartTasks) {
  Loop loop({.mode = GetParam()});
  std::atomic<int> ran{0};
  loop.post([&] { loop.spawn([&] { ++ran; }, [&] { loop.spawn([&] { ++ran; }, [&] { loop.stop(); }); }); });
  loop.run();
  EXPECT_EQ(ran, 2);
}

TEST_P(LoopTest, RunsWhatWasPostedFromOtherThreads) {
  Loop loop({.mode = GetParam()});
  int ran = 0;  // only the loop's thread writes
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i)
        loop.post([&] {
          if (++ran == 2000) loop.stop();
        });
    });
  loop.run();
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(ran, 2000);
}

TEST_P(LoopTest, LetsExceptionsOfPostedFunctionsOutOfRunAndRunsOn) {
  Loop loop({.mode = GetParam()});
  bool ran = false;
  loop.post([] { throw std::runtime_error("posted"); });
  loop.post([&] {
    ran = true;
    loop.stop();
  });
  EXPECT_THROW(loop.run(), std::runtime_error);
  EXPECT_FALSE(ran);
  loop.run();
  EXPECT_TRUE(ran);
}

TEST_P(LoopTest, AStopBeforeRunHoldsForThatRun) {
  Loop loop({.mode = GetParam()});
  bool ran = false;
  loop.post([&] { ran = true; });
  loop.stop();
  loop.run();
  EXPECT_FALSE(ran);
  loop.post([&] { loop.stop(); });
  loop.run();
  EXPECT_TRUE(ran);
}

TEST_P(LoopTest, StopsFromAnotherThread) {
  Loop loop({.mode = GetParam()});
  Signal running;
  std::thread other([&] {
    running.wait();
    loop.stop();
  });
  loop.post([&] { running.set(); });
  loop.run();
  other.join();
}

TEST_P(LoopTest, RefusesASecondRun) {
  Loop loop({.mode = GetParam()});
  Loop second({.mode = GetParam()});
  loop.post([&] {
    EXPECT_THROW(loop.run(), Error);
    EXPECT_THROW(second.run(), Error);
    loop.stop();
  });
  loop.run();
}

TEST_P(LoopTest, RefusesTasksFromOtherThreadsWhileItRuns) {
  Loop loop({.mode = GetParam()});
  Signal running;
  std::thread other([&] {
    running.wait();
    EXPECT_THROW(loop.spawn([] {}), Error);
    loop.stop();
  });
  loop.post([&] { running.set(); });
  loop.run();
  other.join();
}

TEST_P(LoopTest, TwoLoopsOnTwoThreadsDoNotMeet) {
  std::atomic<int> ran{0};
  const auto serve = [&] {
    for (int i = 0; i < 50; ++i)
      run_as_task(GetParam(), [&] {
        sleep_for(std::chrono::microseconds(10));
        ++ran;
      });
  };
  std::thread other(serve);
  serve();
  other.join();
  EXPECT_EQ(ran, 100);
}

TEST_P(LoopTest, RefusesAStackNobodyCanUse) { EXPECT_THROW(Loop({.mode = GetParam(), .stack_bytes = 100}), Error); }

using LoopDeathTest = LoopTest;
INSTANTIATE_TEST_SUITE_P(Modes, LoopDeathTest, testing::ValuesIn(detail::testable_modes()),
                         [](const auto& suite) { return detail::name_of(suite.param); });

TEST_P(LoopDeathTest, AnExceptionThatLeavesATaskEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(run_as_task(GetParam(), [] { throw std::runtime_error("left the task"); }), "left the task");
}

class WaitingLoopTest : public testing::TestWithParam<TaskMode> {};

INSTANTIATE_TEST_SUITE_P(Modes, WaitingLoopTest, testing::ValuesIn(detail::waiting_modes()),
                         [](const auto& suite) { return detail::name_of(suite.param); });

TEST_P(WaitingLoopTest, RunsAThousandTasksAtATime) {
  Loop loop({.mode = GetParam(), .pooled_stacks = 10});
  const int count = GetParam() == TaskMode::kFiber ? 1000 : 50;
  std::atomic<int> waiting{0};
  std::atomic<int> ended{0};
  std::vector<Signal> may_end(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i)
    loop.spawn(
        [&, i] {
          if (++waiting == count)
            for (auto& signal : may_end) signal.set();
          may_end[static_cast<std::size_t>(i)].wait();
          ++ended;
        },
        stop_when_done(loop));
  EXPECT_EQ(loop.live_tasks(), static_cast<std::size_t>(count));
  loop.run();
  EXPECT_EQ(ended, count);
}

TEST_P(WaitingLoopTest, ServesPostedFunctionsWhileTasksKeepEachOtherBusy) {
  Loop loop({.mode = GetParam()});
  Signal ping;
  Signal pong;
  std::atomic<bool> stop{false};
  loop.spawn(
      [&] {
        while (!stop) {
          ping.set();
          pong.wait();
          pong.reset();
        }
        ping.set();
      },
      stop_when_done(loop));
  loop.spawn(
      [&] {
        while (!stop) {
          ping.wait();
          ping.reset();
          pong.set();
        }
        pong.set();
      },
      stop_when_done(loop));
  loop.post([&] { stop = true; });
  loop.run();
  EXPECT_EQ(loop.live_tasks(), 0u);
}

}  // namespace
}  // namespace monolite::base
