#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/view/html.h>
#include <monolite/view/testing.h>

namespace monolite::view::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;

std::string in(std::string_view before, std::string_view after) {
  return std::string(before) + std::string(kHostile) + std::string(after);
}

std::string escaped_in(std::string_view before, std::string_view after) {
  Buffer out;
  out.append(kHostile);
  return std::string(before) + std::move(out).html().str() + std::string(after);
}

TEST(Breakouts, AreFoundWhereverTheTextIsNotEscaped) {
  EXPECT_THAT(breakouts(in("<p>", "</p>")), Not(IsEmpty()));
  EXPECT_THAT(breakouts(in("<p title=\"", "\">x</p>")), Not(IsEmpty()));
  EXPECT_THAT(breakouts(in("<p title='", "'>x</p>")), Not(IsEmpty()));
  EXPECT_THAT(breakouts(in("<p title=", ">x</p>")), Not(IsEmpty()));
  EXPECT_THAT(breakouts(in("<textarea>", "</textarea>")), Not(IsEmpty()));
  EXPECT_THAT(breakouts(in("<title>", "</title>")), Not(IsEmpty()));
  EXPECT_THAT(breakouts(in("<!-- ", " -->")), Not(IsEmpty()));
  EXPECT_THAT(breakouts(in("<", ">")), Not(IsEmpty()));
}

TEST(Breakouts, AreFoundWhereEscapingIsNotEnough) {
  EXPECT_THAT(breakouts(escaped_in("<a href=\"", "\">x</a>")), Not(IsEmpty()));
  EXPECT_THAT(breakouts(escaped_in("<p title=", ">x</p>")), Not(IsEmpty()));
  EXPECT_THAT(breakouts(escaped_in("<p onclick=\"", "\">x</p>")), Not(IsEmpty()));
  EXPECT_THAT(breakouts(escaped_in("<script>", "</script>")), Not(IsEmpty()));
  EXPECT_THAT(breakouts(escaped_in("<style>", "</style>")), Not(IsEmpty()));
  EXPECT_THAT(breakouts(escaped_in("<p ", ">x</p>")), Not(IsEmpty()));
}

TEST(Breakouts, AreNotFoundWhereTheTextStaysText) {
  EXPECT_THAT(breakouts(escaped_in("<p title=\"", "\">")), IsEmpty());
  EXPECT_THAT(breakouts(escaped_in("<p title='", "'>")), IsEmpty());
  EXPECT_THAT(breakouts(escaped_in("<b>", "</b>")), IsEmpty());
  EXPECT_THAT(breakouts(escaped_in("<textarea>", "</textarea>")), IsEmpty());
  EXPECT_THAT(breakouts(escaped_in("<!-- ", " -->")), IsEmpty());
  EXPECT_THAT(breakouts(escaped_in("<a href=\"/search?q=", "\">x</a>")), IsEmpty());
}

TEST(Breakouts, SayWhere) {
  const auto found = breakouts("<p>\n\n<b onclick=\"mlhostile()\">");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0], "line 3: code in onclick: <b onclick=\"mlhostile()\">");
}

}  // namespace
}  // namespace monolite::view::testing
