#include <string>
#include <thread>

#include <gtest/gtest.h>

#include <monolite/base/attached.h>
#include <monolite/base/loop.h>
#include <monolite/base/task.h>

namespace monolite::base {
namespace {

/// The text that is attached here, "" without one.
std::string text_here() {
  const auto* const text = attached<const std::string>();
  return text ? *text : "";
}

TEST(Attached, IsFoundByItsTypeWithinItsScope) {
  const std::string outer = "outer";
  const std::string inner = "inner";
  int number = 7;
  EXPECT_EQ(text_here(), "");
  {
    const Attached attach_outer(outer);
    const Attached attach_number(number);
    EXPECT_EQ(text_here(), "outer");
    EXPECT_EQ(attached<int>(), &number);
    EXPECT_EQ(attached<double>(), nullptr);
    {
      const Attached attach_inner(inner);
      EXPECT_EQ(text_here(), "inner");
    }
    EXPECT_EQ(text_here(), "outer");
  }
  EXPECT_EQ(text_here(), "");
}

TEST(Attached, BelongsToItsTaskAlsoWhenItWaits) {
  Loop loop;
  Signal both_began;
  const std::string first = "first";
  const std::string second = "second";
  int ended = 0;
  const auto done = [&] {
    if (++ended == 2) loop.stop();
  };
  loop.post([&] {
    loop.spawn(
        [&] {
          const Attached attach(first);
          both_began.wait();
          EXPECT_EQ(text_here(), "first");
        },
        done);
    loop.spawn(
        [&] {
          EXPECT_EQ(text_here(), "") << "what another task attached";
          const Attached attach(second);
          both_began.set();
          sleep_for(std::chrono::milliseconds(1));
          EXPECT_EQ(text_here(), "second");
        },
        done);
  });
  loop.run();
  EXPECT_EQ(text_here(), "");
}

TEST(Attached, IsLentToAThreadThatWorksForTheTask) {
  const std::string text = "lent";
  const Attached attach(text);
  const auto here = Attachments::here();
  std::thread([here] {
    EXPECT_EQ(text_here(), "");
    {
      const AdoptAttachments adopted(here);
      EXPECT_EQ(text_here(), "lent");
    }
    EXPECT_EQ(text_here(), "");
  }).join();
}

}  // namespace
}  // namespace monolite::base
