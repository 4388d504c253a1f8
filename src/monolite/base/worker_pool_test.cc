#include <atomic>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <monolite/base/detail/testing.h>
#include <monolite/base/error.h>
#include <monolite/base/worker_pool.h>

namespace monolite::base {
namespace {

using detail::run_as_task;
using detail::stop_when_done;

TEST(WorkerPool, RunsEverythingThatWasPostedBeforeItEnds) {
  std::atomic<int> ran{0};
  {
    WorkerPool pool(3);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 500; ++i) pool.post([&] { ++ran; });
      });
    for (auto& thread : threads) thread.join();
  }
  EXPECT_EQ(ran, 2000);
}

TEST(WorkerPool, UsesItsThreadsAtTheSameTime) {
  WorkerPool pool(2);
  Signal first_runs;
  Signal second_runs;
  Signal both_ran;
  pool.post([&] {
    first_runs.set();
    second_runs.wait();
    both_ran.set();
  });
  pool.post([&] {
    first_runs.wait();
    second_runs.set();
  });
  EXPECT_TRUE(both_ran.wait(Deadline::after(std::chrono::seconds(60))));
}

TEST(WorkerPool, NeedsAThread) { EXPECT_THROW(WorkerPool(0), Error); }

TEST(WorkerPoolDeathTest, AJobThatThrowsEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto throw_in_pool = [] {
    WorkerPool pool(1);
    pool.post([] { throw std::runtime_error("left the job"); });
  };
  EXPECT_DEATH(throw_in_pool(), "left the job");
}

TEST(Offload, BlocksAPlainThreadUntilTheResultIsThere) {
  WorkerPool pool(1);
  std::thread::id worker;
  EXPECT_EQ(offload(pool,
                    [&] {
                      worker = std::this_thread::get_id();
                      return 42;
                    }),
            42);
  EXPECT_NE(worker, std::this_thread::get_id());
}

TEST(Offload, BringsBackWhatCanOnlyBeMoved) {
  WorkerPool pool(1);
  EXPECT_EQ(*offload(pool, [] { return std::make_unique<int>(7); }), 7);
}

TEST(Offload, BringsBackNothingOfAVoidFunction) {
  WorkerPool pool(1);
  bool ran = false;
  offload(pool, [&] { ran = true; });
  EXPECT_TRUE(ran);
}

TEST(Offload, BringsBackTheVeryException) {
  WorkerPool pool(1);
  EXPECT_THROW(offload(pool, []() -> int { throw std::out_of_range("far"); }), std::out_of_range);
  EXPECT_THROW(offload(pool, [] { throw NotFound({.what = "no"}); }), NotFound);
}

class OffloadInTasks : public testing::TestWithParam<TaskMode> {};

INSTANTIATE_TEST_SUITE_P(Modes, OffloadInTasks, testing::ValuesIn(detail::testable_modes()),
                         [](const auto& suite) { return detail::name_of(suite.param); });

TEST_P(OffloadInTasks, BringsBackResultsAndExceptions) {
  WorkerPool pool(2);
  Loop loop({.mode = GetParam()});
  std::atomic<int> sum{0};
  for (int i = 0; i < 100; ++i)
    loop.spawn(
        [&, i] {
          try {
            sum += offload(pool, [i] { return i % 2 ? throw i : i; });
          } catch (int thrown) {
            sum += thrown;
          }
        },
        stop_when_done(loop));
  loop.run();
  EXPECT_EQ(sum, 99 * 100 / 2);
}

TEST_P(OffloadInTasks, IsABugUnderNoSwitch) {
  WorkerPool pool(1);
  run_as_task(GetParam(), [&] {
    const NoSwitch guard;
    EXPECT_THROW(offload(pool, [] { ADD_FAILURE() << "ran although nobody may wait for it"; }), Error);
  });
}

}  // namespace
}  // namespace monolite::base
