#include <gtest/gtest.h>

#include <monolite/view/page.h>

namespace monolite::view {
namespace {

TEST(Page, HoldsBodyAndBlocks) {
  Buffer out;
  out.append("<body>");
  out.content_for("title", "R&D");
  const Page page(out);
  EXPECT_EQ(page.body().view(), "&lt;body&gt;");
  EXPECT_TRUE(page.has_block("title"));
  EXPECT_EQ(page.block("title", "unused").view(), "R&amp;D");
}

TEST(Page, EscapesTheDefaultOfABlock) {
  const Page page("<p>"_html);
  EXPECT_FALSE(page.has_block("title"));
  EXPECT_EQ(page.block("title", "Q&A").view(), "Q&amp;A");
  EXPECT_TRUE(page.block("title").empty());
}

TEST(Page, GivesItsBodyAway) { EXPECT_EQ(Page("<p>"_html).body().str(), "<p>"); }

}  // namespace
}  // namespace monolite::view
