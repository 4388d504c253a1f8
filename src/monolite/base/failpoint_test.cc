#include <array>
#include <stdexcept>

#include <gtest/gtest.h>

#include <monolite/base/failpoint.h>

namespace monolite::base {
namespace {

constexpr std::array kPoints{Failpoint{"door.opened", "nobody went through"},
                             Failpoint{"door.closed", "it cannot fail any more"}};
using Point = FailpointOf<kPoints>;

TEST(Failpoints, RunTheActionOnceAtTheNthTime) {
  Failpoints points;
  int runs = 0;
  points.reach(*Point("door.opened"));  // before it was armed: does not count
  points.arm("door.opened", 2, [&](const Failpoint& at) {
    EXPECT_EQ(at.when, "nobody went through");
    ++runs;
  });
  for (const int expected : {0, 1, 1}) {
    points.reach(*Point("door.opened"));
    points.reach(*Point("door.closed"));
    EXPECT_EQ(runs, expected);
  }
  EXPECT_EQ(points.reached("door.opened"), 4u);
  EXPECT_EQ(points.reached("door.closed"), 3u);
  EXPECT_EQ(points.reached("window.opened"), 0u);
}

TEST(Failpoints, DoNothingOnceDisarmed) {
  Failpoints points;
  points.arm("door.opened", 1, [](const Failpoint&) { FAIL(); });
  points.disarm();
  points.reach(*Point("door.opened"));
  EXPECT_EQ(points.reached("door.opened"), 1u);
}

TEST(Failpoints, AnActionMayThrowAndReachOthers) {
  Failpoints points;
  points.arm("door.opened", 1, [&](const Failpoint&) {
    points.reach(*Point("door.closed"));
    throw std::runtime_error("it is stuck");
  });
  EXPECT_THROW(points.reach(*Point("door.opened")), std::runtime_error);
  EXPECT_EQ(points.reached("door.closed"), 1u);
  points.reach(*Point("door.opened"));
}

}  // namespace
}  // namespace monolite::base
