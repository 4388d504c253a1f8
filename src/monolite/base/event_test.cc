#include <atomic>
#include <optional>
#include <string>
#include <thread>

#include <gmock/gmock.h>

#include <monolite/base/event.h>
#include <monolite/base/task.h>

namespace monolite::base {
namespace {

using testing::ElementsAre;

struct Claimed {
  int count = 0;
};

TEST(Event, ReachesListenersInTheOrderTheyWereAdded) {
  Event<Claimed> event;
  std::vector<std::string> calls;
  const auto first = event.listen([&](const Claimed& e) { calls.push_back("first " + std::to_string(e.count)); });
  const auto second = event.listen([&](const Claimed& e) { calls.push_back("second " + std::to_string(e.count)); });
  event.emit({3});
  EXPECT_THAT(calls, ElementsAre("first 3", "second 3"));
}

TEST(Event, WithoutListenersGoesNowhere) {
  const Event<Claimed> event;
  event.emit({1});
}

TEST(Event, ForgetsAListenerWhoseSubscriptionEnded) {
  Event<Claimed> event;
  int kept = 0;
  int ended = 0;
  const auto keep = event.listen([&](const Claimed&) { ++kept; });
  {
    const auto end = event.listen([&](const Claimed&) { ++ended; });
    event.emit({});
  }
  event.emit({});
  EXPECT_EQ(kept, 2);
  EXPECT_EQ(ended, 1);
}

TEST(Event, AMovedSubscriptionEndsOnceWithItsNewOwner) {
  Event<Claimed> event;
  int calls = 0;
  std::optional<Subscription> owner;
  {
    Subscription first = event.listen([&](const Claimed&) { ++calls; });
    owner.emplace(std::move(first));
  }
  event.emit({});
  EXPECT_EQ(calls, 1);
  owner.reset();
  event.emit({});
  EXPECT_EQ(calls, 1);
}

TEST(Event, AListenerMayEndItsOwnSubscription) {
  Event<Claimed> event;
  int calls = 0;
  std::optional<Subscription> own;
  own = event.listen([&](const Claimed&) {
    ++calls;
    own.reset();
  });
  event.emit({});
  event.emit({});
  EXPECT_EQ(calls, 1);
}

TEST(Event, AnEndFromAnotherThreadDuringAnEmitHoldsFromTheNextEmit) {
  Event<Claimed> event;
  int later_calls = 0;
  Signal emitting;
  Signal ended;
  const auto blocker = event.listen([&](const Claimed&) {
    emitting.set();
    ended.wait();
  });
  std::optional<Subscription> later = event.listen([&](const Claimed&) { ++later_calls; });
  std::thread other([&] {
    emitting.wait();
    later.reset();
    ended.set();
  });
  event.emit({});
  other.join();
  EXPECT_EQ(later_calls, 1);  // the list of an emit is fixed when it begins
  event.emit({});
  EXPECT_EQ(later_calls, 1);
}

TEST(Event, SurvivesThreadsThatListenEmitAndEndAtOnce) {
  Event<Claimed> event;
  std::atomic<int> heard{0};
  const auto always = event.listen([&](const Claimed& e) { heard += e.count; });
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        const auto passing = event.listen([](const Claimed&) {});
        event.emit({1});
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(heard, 4 * 500);
}

}  // namespace
}  // namespace monolite::base
