#include <chrono>
#include <limits>
#include <tuple>

#include <gtest/gtest.h>

#include <monolite/base/error.h>
#include <monolite/db/timestamp.h>

namespace monolite::db {
namespace {

Timestamp at(std::int64_t microseconds) { return Timestamp(std::chrono::microseconds(microseconds)); }

using Pair = std::tuple<std::int64_t, const char*>;
class TimestampText : public ::testing::TestWithParam<Pair> {};

TEST_P(TimestampText, RoundTrips) {
  const auto& [microseconds, text] = GetParam();
  EXPECT_EQ(to_text(at(microseconds)), text);
  EXPECT_EQ(timestamp_from_text(text), at(microseconds));
}

INSTANTIATE_TEST_SUITE_P(Table, TimestampText,
                         ::testing::Values(Pair{0, "1970-01-01 00:00:00.000000"}, Pair{1, "1970-01-01 00:00:00.000001"},
                                           Pair{-1, "1969-12-31 23:59:59.999999"},
                                           Pair{1'795'182'310'123'456, "2026-11-20 13:45:10.123456"},
                                           Pair{951'782'400'000'000, "2000-02-29 00:00:00.000000"},
                                           Pair{4'107'542'399'999'999, "2100-02-28 23:59:59.999999"},
                                           Pair{253'402'300'799'999'999, "9999-12-31 23:59:59.999999"},
                                           Pair{-62'167'219'200'000'000, "0000-01-01 00:00:00.000000"}));

TEST(Timestamp, RefusesYearsWithoutATextForm) {
  for (const auto value : {253'402'300'800'000'000, -62'167'219'200'000'001}) {
    try {
      to_text(at(value));
      FAIL() << value;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::ErrorCode::kInvalid);
    }
  }
}

TEST(Timestamp, ReadsTheFormsOfOtherPrograms) {
  const auto whole = timestamp_from_text("2026-11-20 13:45:10");
  ASSERT_TRUE(whole);
  EXPECT_EQ(timestamp_from_text("2026-11-20T13:45:10Z"), whole);
  EXPECT_EQ(timestamp_from_text("2026-11-20 13:45:10.5"), *whole + std::chrono::milliseconds(500));
  EXPECT_EQ(timestamp_from_text("2026-11-20T13:45:10.123Z"), *whole + std::chrono::milliseconds(123));
}

TEST(Timestamp, RefusesWhatIsNone) {
  for (const char* text :
       {"", "Z", "2026-11-20", "2026-11-20 13:45", "2026-02-30 00:00:00", "2026-13-01 00:00:00", "2026-00-01 00:00:00",
        "2026-11-20 24:00:00", "2026-11-20 23:60:00", "2026-11-20 23:59:60", "2026-11-20x00:00:00",
        "2026-11-20 00:00:00.", "2026-11-20 00:00:00.1234567", "2026-11-20 00:00:00 1", "2026-1 -20 00:00:00",
        "-026-11-20 00:00:00", "2026-11-20 00:00:00+01:00", "not a timestamp at all"}) {
    EXPECT_FALSE(timestamp_from_text(text)) << text;
  }
}

}  // namespace
}  // namespace monolite::db
