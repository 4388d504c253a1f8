#include <gtest/gtest.h>

#include <monolite/view/text_block.h>

namespace monolite::view {
namespace {

TEST(TextBlock, HoldsNothingAtFirst) {
  const TextBlock block;
  EXPECT_EQ(block.view(), "");
  EXPECT_NE(block.view().data(), nullptr);
  EXPECT_EQ(block.capacity(), 0U);
  EXPECT_EQ(TextBlock(block).view(), "");
}

TEST(TextBlock, TakesWhatIsWrittenIntoItsRoom) {
  TextBlock block(8);
  std::memcpy(block.data(), "written", 7);
  block.resize(7);
  block.append("!");
  EXPECT_EQ(block.view(), "written!");
}

TEST(TextBlock, PutsTextInFront) {
  TextBlock block(4, 6);
  block.append("body");
  block.prepend("head: ");
  EXPECT_EQ(block.view(), "head: body");
  EXPECT_EQ(block.front_room(), 0U);
  EXPECT_EQ(block.capacity(), 10U);
}

TEST(TextBlock, KeepsItsTextAndTheFrontRoomWhenItGrows) {
  TextBlock block(4, 6);
  block.append("body");
  block.reserve(100);
  EXPECT_EQ(block.view(), "body");
  EXPECT_GE(block.capacity(), 100U);
  EXPECT_EQ(block.front_room(), 6U);
  block.prepend("the ");
  EXPECT_EQ(block.view(), "the body");
}

TEST(TextBlock, CopiesAreDeepAndMovesLeaveNothing) {
  TextBlock first(std::string_view("text"));
  TextBlock copy(first);
  copy.data()[0] = 'T';
  EXPECT_EQ(first.view(), "text");
  const TextBlock moved(std::move(first));
  EXPECT_EQ(moved.view(), "text");
  EXPECT_EQ(first.view(), "");  // NOLINT(bugprone-use-after-move): promised
  copy = moved;
  EXPECT_EQ(copy.view(), "text");
}

}  // namespace
}  // namespace monolite::view
