#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include <monolite/base/detail/testing.h>
#include <monolite/base/error.h>
#include <monolite/base/loop.h>
#include <monolite/base/rng.h>
#include <monolite/base/task.h>

namespace monolite::base {
namespace {

using detail::run_as_task;
using detail::stop_when_done;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;

/// What holds for tasks in every mode and for plain threads.
class Waiting : public testing::TestWithParam<std::optional<TaskMode>> {
 protected:
  void run(std::function<void()> work) { GetParam() ? run_as_task(*GetParam(), std::move(work)) : work(); }
};

std::vector<std::optional<TaskMode>> everywhere() {
  std::vector<std::optional<TaskMode>> all = {std::nullopt};
  for (const TaskMode mode : detail::testable_modes()) all.push_back(mode);
  return all;
}

INSTANTIATE_TEST_SUITE_P(Everywhere, Waiting, testing::ValuesIn(everywhere()), [](const auto& suite) {
  return suite.param ? detail::name_of(*suite.param) : std::string("PlainThread");
});

TEST_P(Waiting, ReturnsAtOnceWhenTheSignalIsSet) {
  run([] {
    Signal signal;
    EXPECT_FALSE(signal.is_set());
    signal.set();
    signal.set();
    EXPECT_TRUE(signal.is_set());
    EXPECT_TRUE(signal.wait());
    EXPECT_TRUE(signal.wait(Deadline::after(seconds(-1))));
  });
}

TEST_P(Waiting, EndsWhenAnotherThreadSets) {
  run([] {
    Signal signal;
    int data = 0;
    std::thread other([&] {
      data = 7;
      signal.set();
    });
    EXPECT_TRUE(signal.wait());
    EXPECT_EQ(data, 7);
    other.join();
  });
}

TEST_P(Waiting, EndsAtItsDeadlineAndNotBefore) {
  run([] {
    Signal signal;
    const auto start = Monotonic::now();
    EXPECT_FALSE(signal.wait(Deadline::after(milliseconds(20))));
    EXPECT_GE(Monotonic::now() - start, milliseconds(20));
    EXPECT_FALSE(signal.is_set());
  });
}

TEST_P(Waiting, DoesNotStartAfterItsDeadline) {
  run([] {
    Signal signal;
    EXPECT_FALSE(signal.wait(Deadline::after(seconds(-1))));
    EXPECT_FALSE(signal.wait(Deadline(Monotonic::time_point::min())));
  });
}

TEST_P(Waiting, WorksAgainAfterADeadlineAndAfterAReset) {
  run([] {
    Signal signal;
    EXPECT_FALSE(signal.wait(Deadline::after(milliseconds(1))));
    std::thread other([&] { signal.set(); });
    EXPECT_TRUE(signal.wait());
    other.join();
    signal.reset();
    EXPECT_FALSE(signal.is_set());
    EXPECT_FALSE(signal.wait(Deadline::after(milliseconds(1))));
  });
}

TEST_P(Waiting, PingPongsWithAThread) {
  run([] {
    constexpr int kRounds = 20'000;
    Signal ping;
    Signal pong;
    int shared = 0;  // handed to and fro by the signals
    std::thread other([&] {
      for (int i = 0; i < kRounds; ++i) {
        ping.wait();
        ping.reset();
        ++shared;
        pong.set();
      }
    });
    for (int i = 0; i < kRounds; ++i) {
      ++shared;
      ping.set();
      pong.wait(i % 2 ? Deadline::never() : Deadline::after(seconds(100)));
      pong.reset();
    }
    other.join();
    EXPECT_EQ(shared, 2 * kRounds);
  });
}

// A set that comes at the very moment of the deadline is either received by this wait or found by the next one.
TEST_P(Waiting, LosesNoSignalToADeadline) {
  run([] {
    constexpr int kRounds = 3000;
    std::atomic<Signal*> handed{nullptr};
    std::thread setter([&] {
      for (int i = 0; i < kRounds; ++i) {
        Signal* signal = nullptr;
        while (!(signal = handed.exchange(nullptr))) std::this_thread::yield();
        const auto until = Monotonic::now() + microseconds(i % 60);
        while (Monotonic::now() < until) continue;
        signal->set();
      }
    });
    int in_time = 0;
    for (int i = 0; i < kRounds; ++i) {
      Signal signal;
      handed = &signal;
      if (signal.wait(Deadline::after(microseconds(60 - i % 60))))
        ++in_time;
      else
        signal.wait();
      EXPECT_TRUE(signal.is_set());
    }
    setter.join();
    RecordProperty("in_time", in_time);
  });
}

// set_all takes the waiters' addresses first and wakes them later. A deadline in between must not let the waiter go:
// the wake-up would hit whatever lies at its place on the stack by then, here another wait.
TEST_P(Waiting, IsNotLeftBetweenTheTwoHalvesOfABatch) {
  run([] {
    constexpr int kRounds = 600;
    std::vector<Signal> unawaited(10'000);
    std::atomic<Signal*> handed{nullptr};
    std::thread setter([&] {
      std::vector<Signal*> batch = {nullptr};
      for (auto& signal : unawaited) batch.push_back(&signal);
      for (int i = 0; i < kRounds; ++i) {
        while (!(batch.front() = handed.exchange(nullptr))) std::this_thread::yield();
        const auto until = Monotonic::now() + microseconds(i % 150);
        while (Monotonic::now() < until) continue;
        set_all(batch);
      }
    });
    for (int i = 0; i < kRounds; ++i) {
      Signal signal;
      Signal untouched;
      handed = &signal;
      if (!signal.wait(Deadline::after(microseconds(20)))) {
        EXPECT_FALSE(untouched.wait(Deadline::after(microseconds(100))));
        signal.wait();
      }
    }
    setter.join();
  });
}

// The waiting side lets its signal go the moment that `wait` returns; `set` must not touch it any more.
TEST_P(Waiting, MayDropTheSignalAsSoonAsItReturns) {
  run([] {
    constexpr int kRounds = 20'000;
    std::atomic<Signal*> handed{nullptr};
    std::thread setter([&] {
      for (int i = 0; i < kRounds; ++i) {
        Signal* signal = nullptr;
        while (!(signal = handed.exchange(nullptr))) std::this_thread::yield();
        signal->set();
      }
    });
    for (int i = 0; i < kRounds; ++i) {
      auto signal = std::make_unique<Signal>();
      handed = signal.get();
      signal->wait();
    }
    setter.join();
  });
}

TEST_P(Waiting, SleepsAtLeastAsLongAsTold) {
  run([] {
    const auto start = Monotonic::now();
    sleep_for(milliseconds(10));
    EXPECT_GE(Monotonic::now() - start, milliseconds(10));
  });
}

TEST_P(Waiting, IsABugUnderNoSwitch) {
  run([] {
    Signal unset;
    const NoSwitch outer;
    {
      const NoSwitch inner;
      EXPECT_THROW(unset.wait(), Error);
    }
    try {
      unset.wait(Deadline::after(seconds(-1)));  // whether it would have waited must not depend on luck
      FAIL() << "waited";
    } catch (const Error& error) {
      EXPECT_EQ(error.scope(), ErrorScope::kBug);
    }
    EXPECT_THROW(sleep_for(milliseconds(1)), Error);
    unset.set();
    EXPECT_TRUE(unset.wait()) << "a set signal needs no waiting";
  });
}

TEST_P(Waiting, IsAllowedAgainAfterNoSwitch) {
  run([] {
    Signal signal;
    { const NoSwitch guard; }
    EXPECT_FALSE(signal.wait(Deadline::after(milliseconds(1))));
  });
}

TEST(Deadline, KnowsWhetherItPassed) {
  EXPECT_TRUE(Deadline::never().is_never());
  EXPECT_FALSE(Deadline::never().passed());
  EXPECT_TRUE(Deadline::after(seconds(-1)).passed());
  EXPECT_FALSE(Deadline::after(seconds(100)).passed());
  EXPECT_TRUE(Deadline::after(Monotonic::duration::max()).is_never());
}

/// What holds for tasks whose waiting lets others run.
class Tasks : public testing::TestWithParam<TaskMode> {};

INSTANTIATE_TEST_SUITE_P(Modes, Tasks, testing::ValuesIn(detail::waiting_modes()),
                         [](const auto& suite) { return detail::name_of(suite.param); });

TEST_P(Tasks, WaitForEachOther) {
  Loop loop({.mode = GetParam()});
  Signal ping;
  Signal pong;
  int shared = 0;
  constexpr int kRounds = 2000;
  loop.spawn(
      [&] {
        for (int i = 0; i < kRounds; ++i) {
          ping.wait();
          ping.reset();
          ++shared;
          pong.set();
        }
      },
      stop_when_done(loop));
  loop.spawn(
      [&] {
        for (int i = 0; i < kRounds; ++i) {
          ++shared;
          ping.set();
          pong.wait();
          pong.reset();
        }
      },
      stop_when_done(loop));
  loop.run();
  EXPECT_EQ(shared, 2 * kRounds);
}

TEST_P(Tasks, OfTwoLoopsWaitForEachOther) {
  Loop here({.mode = GetParam()});
  Loop there({.mode = GetParam()});
  Signal ping;
  Signal pong;
  constexpr int kRounds = 5000;
  here.spawn(
      [&] {
        for (int i = 0; i < kRounds; ++i) {
          ping.set();
          pong.wait();
          pong.reset();
        }
      },
      stop_when_done(here));
  there.spawn(
      [&] {
        for (int i = 0; i < kRounds; ++i) {
          ping.wait();
          ping.reset();
          pong.set();
        }
      },
      stop_when_done(there));
  std::thread thread([&] { there.run(); });
  here.run();
  thread.join();
  EXPECT_FALSE(ping.is_set());
  EXPECT_FALSE(pong.is_set());
}

TEST_P(Tasks, ShareTheLoopWhileOneWaits) {
  Loop loop({.mode = GetParam()});
  Signal first_may_end;
  std::atomic<bool> first_ended{false};
  loop.spawn(
      [&] {
        first_may_end.wait();
        first_ended = true;
      },
      stop_when_done(loop));
  loop.spawn(
      [&] {
        EXPECT_FALSE(first_ended);
        first_may_end.set();
      },
      stop_when_done(loop));
  loop.run();
  EXPECT_TRUE(first_ended);
}

TEST_P(Tasks, WithDeadlinesInAnyOrderEachEndInTime) {
  Loop loop({.mode = GetParam()});
  SeededRng rng(11);
  std::atomic<int> ended{0};
  for (int i = 0; i < 60; ++i) {
    const auto delay = microseconds(rng.between(0, 30'000));
    loop.spawn(
        [&ended, delay] {
          const auto due = Monotonic::now() + delay;
          Signal never_set;
          EXPECT_FALSE(never_set.wait(Deadline(due)));
          EXPECT_GE(Monotonic::now(), due);
          ++ended;
        },
        stop_when_done(loop));
  }
  loop.run();
  EXPECT_EQ(ended, 60);
}

TEST_P(Tasks, AnEarlierDeadlineIsNotHeldUpByALaterOne) {
  Loop loop({.mode = GetParam()});
  Signal last;
  bool set_in_time = false;
  loop.spawn([&] { set_in_time = last.wait(Deadline::after(seconds(3600))); }, stop_when_done(loop));
  loop.spawn(
      [&] {
        sleep_for(milliseconds(2));
        last.set();
      },
      stop_when_done(loop));
  loop.run();
  EXPECT_TRUE(set_in_time);
}

TEST_P(Tasks, AreAllWokenBySetAllWhateverTheyWaitOn) {
  constexpr std::size_t kEach = 64;
  Loop here({.mode = GetParam()});
  Loop there({.mode = GetParam()});
  std::vector<Signal> signals(3 * kEach + 1);
  std::atomic<std::size_t> started{0};
  std::atomic<std::size_t> woken{0};
  const auto wait_on = [&](std::size_t i) {
    ++started;
    EXPECT_TRUE(signals[i].wait(i % 2 ? Deadline::never() : Deadline::after(seconds(100))));
    ++woken;
  };
  for (std::size_t i = 0; i < kEach; ++i) {
    here.spawn([&, i] { wait_on(i); }, stop_when_done(here));
    there.spawn([&, i] { wait_on(kEach + i); }, stop_when_done(there));
  }
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kEach; ++i) threads.emplace_back([&, i] { wait_on(2 * kEach + i); });
  threads.emplace_back([&] { there.run(); });
  threads.emplace_back([&] {
    while (started < 3 * kEach) std::this_thread::yield();
    std::vector<Signal*> all;
    for (auto& signal : signals) all.push_back(&signal);  // the last one is awaited by nobody
    set_all(all);
  });
  here.run();
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(woken, 3 * kEach);
  EXPECT_TRUE(signals.back().is_set());
}

// Many tasks of two loops wait while several threads set one by one and in batches, for many rounds.
TEST_P(Tasks, LoseNoWakeUpUnderLoad) {
  constexpr std::size_t kTasks = 32;
  constexpr int kRounds = 200;
  Loop here({.mode = GetParam()});
  Loop there({.mode = GetParam()});
  std::vector<Signal> signals(kTasks);
  std::vector<Signal> answers(kTasks);
  std::atomic<int> done_rounds{0};
  for (std::size_t i = 0; i < kTasks; ++i) {
    Loop& loop = i % 2 ? here : there;
    loop.spawn(
        [&, i] {
          for (int round = 0; round < kRounds; ++round) {
            signals[i].wait();
            signals[i].reset();
            ++done_rounds;
            answers[i].set();
          }
        },
        stop_when_done(loop));
  }
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int round = 0; round < kRounds; ++round) {
        std::vector<Signal*> batch;
        for (std::size_t i = t; i < kTasks; i += 4) batch.push_back(&signals[i]);
        if (round % 2)
          set_all(batch);
        else
          for (Signal* signal : batch) signal->set();
        for (std::size_t i = t; i < kTasks; i += 4) {
          answers[i].wait();
          answers[i].reset();
        }
      }
    });
  threads.emplace_back([&] { there.run(); });
  here.run();
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(done_rounds, static_cast<int>(kTasks) * kRounds);
}

TEST(SetAll, OfNothingDoesNothing) { set_all({}); }

// ---- Listeners of switches ----

class Recorder final : public SwitchListener {
 public:
  Recorder(std::vector<std::string>& calls, std::string name) : calls_(calls), name_(std::move(name)) {}
  void before_switch(Switch /*reason*/) noexcept override { calls_.push_back(name_); }

 private:
  std::vector<std::string>& calls_;
  std::string name_;
};

class Switching : public testing::TestWithParam<TaskMode> {
 protected:
  std::vector<std::string> calls_;
  Recorder a_{calls_, "a"};
  Recorder b_{calls_, "b"};
};

INSTANTIATE_TEST_SUITE_P(Modes, Switching, testing::ValuesIn(detail::testable_modes()),
                         [](const auto& suite) { return detail::name_of(suite.param); });

TEST(Turns, EndAfterWhatWasReadyAndBeforeWhatCameLater) {
  class Ended final : public TurnListener {
   public:
    explicit Ended(std::vector<std::string>& calls) : calls_(calls) {}
    void turn_ended() noexcept override { calls_.push_back("ended"); }

   private:
    std::vector<std::string>& calls_;
  };
  std::vector<std::string> calls;
  Ended ended(calls);
  Loop loop;
  loop.post([&] {
    EXPECT_TRUE(on_loop());
    on_turn_end(ended);
    loop.post([&] {
      calls.emplace_back("later");
      on_turn_end(ended);
      loop.stop();  // the turn ends with the loop
    });
  });
  loop.post([&] { calls.emplace_back("ready"); });
  loop.run();
  EXPECT_THAT(calls, ElementsAre("ready", "ended", "later", "ended"));
  EXPECT_FALSE(on_loop());
}

TEST(Turns, CountWhatOtherThreadsHandOver) {
  Loop loop;
  loop.post([&] {
    const auto before = handed_to_loop();
    loop.post([] {});
    EXPECT_EQ(handed_to_loop(), before);
    std::thread([&] { loop.post([] {}); }).join();
    EXPECT_EQ(handed_to_loop(), before + 1);
    loop.stop();
  });
  loop.run();
}

TEST_P(Switching, CallsListenersOnceRightBeforeTheTaskWaits) {
  run_as_task(GetParam(), [&] {
    on_next_switch(a_);
    EXPECT_THAT(calls_, ElementsAre());
    sleep_for(milliseconds(1));
    EXPECT_THAT(calls_, ElementsAre("a"));
    sleep_for(milliseconds(1));
    EXPECT_THAT(calls_, ElementsAre("a"));
    on_next_switch(a_);
    sleep_for(milliseconds(1));
    EXPECT_THAT(calls_, ElementsAre("a", "a"));
  });
  EXPECT_THAT(calls_, ElementsAre("a", "a"));
}

TEST_P(Switching, DoesNotCallWhenNothingIsAwaited) {
  run_as_task(GetParam(), [&] {
    on_next_switch(a_);
    Signal set;
    set.set();
    set.wait();
    Signal late;
    late.wait(Deadline::after(seconds(-1)));
    EXPECT_THAT(calls_, ElementsAre());
  });
}

TEST_P(Switching, CallsTheLastAddedFirstAndEachOnlyOnce) {
  run_as_task(GetParam(), [&] {
    on_next_switch(a_);
    on_next_switch(b_);
    on_next_switch(a_);
    on_next_switch(b_);
    sleep_for(milliseconds(1));
  });
  EXPECT_THAT(calls_, ElementsAre("b", "a"));
}

TEST_P(Switching, CallsWhenTheTaskEndsAndBeforeDone) {
  Loop loop({.mode = GetParam()});
  loop.spawn([&] { on_next_switch(a_); },
             [&] {
               calls_.push_back("done");
               loop.stop();
             });
  loop.run();
  EXPECT_THAT(calls_, ElementsAre("a", "done"));
}

TEST_P(Switching, ReachesListenersThatTheWorkOwns) {
  auto owned = std::make_shared<Recorder>(calls_, "owned");
  run_as_task(GetParam(), [listener = std::move(owned)] { on_next_switch(*listener); });
  EXPECT_THAT(calls_, ElementsAre("owned"));
}

TEST_P(Switching, ReachesListenersAddedWhileTheCapturesGo) {
  struct AddsOnDestruction {
    ~AddsOnDestruction() { on_next_switch(listener); }
    Recorder& listener;
  };
  std::shared_ptr<AddsOnDestruction> last(new AddsOnDestruction{a_});
  run_as_task(GetParam(), [held = std::move(last)] {});
  EXPECT_THAT(calls_, ElementsAre("a"));
}

TEST_P(Switching, IsPerTask) {
  Loop loop({.mode = GetParam()});
  loop.spawn([&] { on_next_switch(a_); }, [&] { loop.spawn([&] { on_next_switch(b_); }, [&] { loop.stop(); }); });
  loop.run();
  EXPECT_THAT(calls_, ElementsAre("a", "b"));
}

TEST(SwitchListener, NeedsATask) {
  std::vector<std::string> calls;
  Recorder listener(calls, "a");
  EXPECT_THROW(on_next_switch(listener), Error);
}

}  // namespace
}  // namespace monolite::base
