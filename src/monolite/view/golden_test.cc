#include <fstream>
#include <sstream>

#include <blog.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <views/home.h>
#include <views/layouts/application.h>
#include <views/posts/_post.h>
#include <views/posts/index.h>
#include <views/posts/new.h>
#include <views/syntax/places.h>
#include <views/syntax/tags.h>

#include <monolite/view/helpers.h>
#include <monolite/view/page.h>
#include <monolite/view/testing.h>

// What the golden templates render; what they become in C++ is compared in compiler/golden_test.cc.
namespace monolite::view {
namespace {

namespace views = blog::views;
using ::testing::IsEmpty;

const Time kNow = std::chrono::sys_days(std::chrono::year(2024) / 4 / 25);
const Csrf kCsrf{.token = "token"};

std::string expected(const std::string& name) {
  std::ifstream file(std::string(GOLDEN_DIR) + "/expected/" + name);
  std::ostringstream content;
  content << file.rdbuf();
  return std::move(content).str();
}

blog::Post post(std::int64_t id, std::string title) {
  return {.id = id,
          .title = std::move(title),
          .body = "",
          .author = "Ann & Bob",
          .created_at = kNow - std::chrono::days(id),
          .comments_count = id - 1};
}

TEST(Golden, PartialRenders) {
  EXPECT_EQ(views::posts::post(post(1, "First <post>"), kNow).view(), expected("posts/_post.html"));
}

TEST(Golden, PageRendersItsPartialsAndBlocks) {
  auto last = post(3, "Last");
  last.author.reset();
  const auto page = views::posts::index_page({post(1, "First"), post(2, "Second"), last}, kNow);
  EXPECT_EQ(page.body().view(), expected("posts/index.html"));
  EXPECT_EQ(page.block("title").view(), "Newest of 3 posts");
}

TEST(Golden, FormRenders) {
  const auto page = views::posts::new_page("R&D \"x\"", kCsrf);
  EXPECT_EQ(page.body().view(), expected("posts/new.html"));
}

TEST(Golden, LayoutPlacesThePage) {
  EXPECT_EQ(views::layouts::application_layout(views::posts::new_page("", kCsrf), kCsrf).view(),
            expected("layouts/application.html"));
}

TEST(Golden, LayoutHasDefaults) {
  const auto html = views::layouts::application_layout(views::home_page(), kCsrf).str();
  EXPECT_THAT(html, ::testing::HasSubstr("<title>My blog</title>"));
}

TEST(Golden, BlocksNestAndGrow) {
  const auto page = views::home_page();
  EXPECT_EQ(page.block("aside").view(), "outer and more");
  EXPECT_EQ(page.block("deep").view(), "deep");
  EXPECT_EQ(page.body().view(), "<h1>Home</h1>\n\n");
}

TEST(Golden, EveryTagRenders) {
  EXPECT_EQ(views::syntax::tags_page(2, "<i>"_html).body().view(), expected("syntax/tags.html"));
}

TEST(Golden, PlaceholdersAreSafeWhereTheyStand) {
  const auto evil = testing::kHostile;
  for (const int number : {1, 2}) {
    const auto page = views::syntax::places_page(evil, number, std::string(evil));
    EXPECT_THAT(testing::breakouts(page.body().view()), IsEmpty()) << page.body().view();
  }
  EXPECT_EQ(views::syntax::places_page("javascript:x", 1, std::nullopt).body().view(), expected("syntax/places.html"));
}

TEST(Golden, SamplesLetNothingHostileOut) {
  const std::string evil(testing::kHostile);
  auto row = post(1, evil);
  row.author = evil;
  const Csrf csrf{.param = evil, .token = evil};
  const auto expect_harmless = [&](Page page) {
    const auto html = views::layouts::application_layout(std::move(page), csrf);
    EXPECT_THAT(testing::breakouts(html.view()), IsEmpty()) << html.view();
  };
  expect_harmless(views::posts::index_page({row}, kNow));
  expect_harmless(views::posts::new_page(evil, csrf));
}

TEST(Golden, BufferFormAppends) {
  Buffer out;
  views::posts::post(out, post(1, "a"), kNow);
  views::posts::post(out, post(2, "b"), kNow);
  EXPECT_EQ(std::move(out).html().str(),
            views::posts::post(post(1, "a"), kNow).str() + views::posts::post(post(2, "b"), kNow).str());
}

}  // namespace
}  // namespace monolite::view
