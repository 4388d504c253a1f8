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

/// A page of `size` bytes, with `front` bytes of room before it.
Page page_of(std::size_t size, std::size_t front) {
  Buffer out(2 * size, front);
  out.text(std::string(size, 'x'));
  return Page(out);
}

std::string around(Page&& page) {
  Buffer layout;
  layout.text("[");
  layout.append(std::move(page).body());
  layout.text("]");
  return std::move(layout).html().str();
}

TEST(Page, ALayoutComesAroundItWithoutACopy) {
  auto page = page_of(100, 8);
  const char* const body = page.body().view().data();
  Buffer layout;
  layout.text("[");
  layout.append(std::move(page).body());
  layout.text("]");
  const auto html = std::move(layout).html();
  EXPECT_EQ(html.view(), "[" + std::string(100, 'x') + "]");
  EXPECT_EQ(html.view().data() + 1, body);
}

TEST(Page, ALayoutComesAroundWhateverTheRoom) {
  for (const std::size_t size : {0U, 1U, 2U, 255U, 256U, 5000U}) {
    for (const std::size_t front : {0U, 1U, 2U}) {
      EXPECT_EQ(around(page_of(size, front)), "[" + std::string(size, 'x') + "]") << size << " " << front;
    }
  }
}

TEST(Page, GivesItsBodyAway) { EXPECT_EQ(Page("<p>"_html).body().str(), "<p>"); }

}  // namespace
}  // namespace monolite::view
