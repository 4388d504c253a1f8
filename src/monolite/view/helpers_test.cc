#include <limits>

#include <gtest/gtest.h>

#include <monolite/view/helpers.h>

namespace monolite::view {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

template <class T>
std::string written(T&& value) {
  Buffer out;
  out.append(std::forward<T>(value));
  return std::move(out).html().str();
}

Time at(int year, unsigned month, unsigned day, std::chrono::seconds clock = {}) {
  return std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day)) + clock;
}

const Time kNow = at(2024, 4, 22, 19h + 37min + 5s);

struct Distance {
  std::chrono::microseconds distance;
  std::string_view words;
};

TEST(TimeAgo, ChangesItsWordsAtEveryBoundary) {
  const Distance table[] = {
      {0us, "less than a minute"},
      {30s - 1us, "less than a minute"},
      {30s, "1 minute"},
      {90s - 1us, "1 minute"},
      {90s, "2 minutes"},
      {150s - 1us, "2 minutes"},
      {44min + 30s - 1us, "44 minutes"},
      {44min + 30s, "about 1 hour"},
      {89min + 30s - 1us, "about 1 hour"},
      {89min + 30s, "about 2 hours"},
      {2h + 29min + 30s - 1us, "about 2 hours"},
      {2h + 29min + 30s, "about 3 hours"},
      {23h + 59min + 30s - 1us, "about 24 hours"},
      {23h + 59min + 30s, "1 day"},
      {41h + 59min + 30s - 1us, "1 day"},
      {41h + 59min + 30s, "2 days"},
      {days(2) + 12h - 30s - 1us, "2 days"},
      {days(2) + 12h - 30s, "3 days"},
      {days(30) - 30s - 1us, "30 days"},
      {days(30) - 30s, "about 1 month"},
      {days(45) - 30s - 1us, "about 1 month"},
      {days(45) - 30s, "about 2 months"},
      {days(60) - 30s - 1us, "about 2 months"},
      {days(60) - 30s, "2 months"},
      {days(75) - 30s - 1us, "2 months"},
      {days(75) - 30s, "3 months"},
      {days(365) - 30s - 1us, "12 months"},
  };
  for (const auto& [distance, words] : table) {
    EXPECT_EQ(time_ago(kNow - distance, kNow), words) << distance.count() << " us";
    EXPECT_EQ(time_ago(kNow + distance, kNow), words) << distance.count() << " us ahead";
  }
}

struct Years {
  Time from;
  Time to;
  std::string_view words;
};

TEST(TimeAgo, CountsYearsWithTheirLeapDays) {
  const Years table[] = {
      {at(2021, 3, 1), at(2022, 3, 1), "about 1 year"},
      {at(2021, 3, 1), at(2022, 3, 1) + days(91), "about 1 year"},
      {at(2021, 3, 1), at(2022, 3, 1) + days(92), "over 1 year"},
      {at(2021, 3, 1), at(2022, 3, 1) + days(273), "over 1 year"},
      {at(2021, 3, 1), at(2022, 3, 1) + days(274), "almost 2 years"},
      {at(2021, 3, 1), at(2023, 3, 1) - 31s, "almost 2 years"},
      {at(2021, 3, 1), at(2023, 3, 1), "about 2 years"},
      // 365 days that hold February 29 are not a whole year yet.
      {at(2024, 1, 1), at(2024, 12, 31), "almost 1 year"},
      {at(2024, 1, 1), at(2025, 1, 1), "about 1 year"},
      {at(2004, 6, 1), at(2024, 6, 1), "about 20 years"},
      {at(1900, 1, 1), at(2000, 1, 1), "about 100 years"},
  };
  for (const auto& [from, to, words] : table) {
    EXPECT_EQ(time_ago(from, to), words) << iso_time(from) << " .. " << iso_time(to);
    EXPECT_EQ(time_ago(to, from), words);
  }
}

TEST(Dates, AreWrittenInFull) {
  EXPECT_EQ(long_date(kNow), "April 22, 2024 19:37");
  EXPECT_EQ(long_date(at(2026, 1, 5, 3min)), "January 5, 2026 00:03");
  EXPECT_EQ(long_day(kNow), "April 22, 2024");
  EXPECT_EQ(iso_time(kNow), "2024-04-22T19:37:05Z");
  EXPECT_EQ(iso_time(kNow + 999'999us), "2024-04-22T19:37:05Z");
  EXPECT_EQ(iso_time(at(1969, 12, 31, 23h + 59min + 59s) + 1us), "1969-12-31T23:59:59Z");
}

TEST(TimeAgoTag, NamesTheMomentForPeopleAndMachines) {
  EXPECT_EQ(written(time_ago_tag(kNow, kNow + days(3))),
            "<abbr title=\"April 22, 2024 19:37\"><time datetime=\"2024-04-22T19:37:05Z\">3 days</time> ago</abbr>");
  EXPECT_EQ(written(time_ago_tag(kNow + 5min, kNow)),
            "<abbr title=\"April 22, 2024 19:42\"><time datetime=\"2024-04-22T19:42:05Z\">5 minutes</time> from now"
            "</abbr>");
}

TEST(Pluralize, FollowsTheRegularRules) {
  EXPECT_EQ(pluralize(0, "comment"), "0 comments");
  EXPECT_EQ(pluralize(1, "comment"), "1 comment");
  EXPECT_EQ(pluralize(2, "comment"), "2 comments");
  EXPECT_EQ(pluralize(-1, "comment"), "-1 comments");
  EXPECT_EQ(pluralize(2, "reply"), "2 replies");
  EXPECT_EQ(pluralize(2, "day"), "2 days");
  EXPECT_EQ(pluralize(2, "box"), "2 boxes");
  EXPECT_EQ(pluralize(2, "match"), "2 matches");
  EXPECT_EQ(pluralize(2, "class"), "2 classes");
  EXPECT_EQ(pluralize(2, "y"), "2 ys");
}

TEST(Pluralize, TakesAnIrregularPlural) {
  EXPECT_EQ(pluralize(2, "person", "people"), "2 people");
  EXPECT_EQ(pluralize(1, "person", "people"), "1 person");
}

TEST(Number, GroupsItsDigits) {
  EXPECT_EQ(number(0), "0");
  EXPECT_EQ(number(999), "999");
  EXPECT_EQ(number(1000), "1,000");
  EXPECT_EQ(number(-1234567), "-1,234,567");
  EXPECT_EQ(number(-123), "-123");
  EXPECT_EQ(number(std::numeric_limits<std::int64_t>::min()), "-9,223,372,036,854,775,808");
}

TEST(Truncate, CountsCodePoints) {
  EXPECT_EQ(truncate("hello", 5), "hello");
  EXPECT_EQ(truncate("hello", 4), "hel…");
  EXPECT_EQ(truncate("hello", 1), "…");
  EXPECT_EQ(truncate("hello", 0), "");
  EXPECT_EQ(truncate("", 0), "");
  EXPECT_EQ(truncate("äöü€𝄞", 5), "äöü€𝄞");
  EXPECT_EQ(truncate("äöü€𝄞", 4), "äöü…");
}

TEST(Truncate, TakesBytesThatAreNotUtf8OneByOne) {
  EXPECT_EQ(truncate("\xFF\xFE\x80x", 4), "\xFF\xFE\x80x");
  EXPECT_EQ(truncate("\xFF\xFE\x80x", 3), "\xFF\xFE…");
  EXPECT_EQ(truncate("ab\xE2\x82", 3), "ab…");  // a euro sign cut short is two bytes
  EXPECT_EQ(truncate("ab\xE2\x82", 4), "ab\xE2\x82");
}

TEST(Url, IsSafeWhenItCannotRunCode) {
  for (const std::string_view url :
       {"", "/", "/posts/1?x=a:b", "posts", "?q=javascript:", "#javascript:x", "http://example.com", "HTTPS://x",
        "mailto:a@example.com", "tel:+49123", "//example.com/x", "./a:b", " /posts", "\\\\host:80"}) {
    EXPECT_TRUE(is_safe_url(url)) << url;
  }
}

TEST(Url, IsUnsafeWithEveryOtherScheme) {
  using namespace std::string_view_literals;
  for (const std::string_view url :
       {"javascript:alert(1)"sv, "JaVaScRiPt:x"sv, " javascript:x"sv, "\x01\x1Fjavascript:x"sv, "java\tscript:x"sv,
        "java\nscript\r:x"sv, "\0javascript:x"sv, "java\0script:x"sv, "data:text/html,<script>"sv, "vbscript:x"sv,
        "file:///etc/passwd"sv, "blob:x"sv, ":x"sv, "javascript&colon;x:"sv, "view-source:x"sv, "httpsx:y"sv,
        "mailtomailto:x"sv}) {
    EXPECT_FALSE(is_safe_url(url)) << url;
  }
}

}  // namespace
}  // namespace monolite::view
