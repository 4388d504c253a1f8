#include <algorithm>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include <monolite/base/ids.h>

namespace monolite::base {
namespace {

using testing::MatchesRegex;

constexpr Timestamp at_ms(std::int64_t milliseconds) { return Timestamp(std::chrono::milliseconds(milliseconds)); }

/// Every random bit set: the id after it does not fit into its millisecond.
class AllOnes final : public Rng {
 public:
  void fill(std::span<std::byte> out) noexcept override { std::ranges::fill(out, std::byte{0xff}); }
};

TEST(Uuid, ReadsWhatItWrites) {
  const auto id = Uuid::parse("017F22E2-79B0-7CC3-98c4-dc0c0c07398f");  // of RFC 9562
  ASSERT_TRUE(id);
  EXPECT_EQ(id->text(), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  EXPECT_EQ(id->bytes.front(), std::byte{0x01});
  EXPECT_EQ(id->bytes.back(), std::byte{0x8f});
}

TEST(Uuid, RefusesAnythingElse) {
  for (const char* text : {"", "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
                           "017f22e279b0-7cc3-98c4-dc0c0c07398f--", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
                           "{17f22e2-79b0-7cc3-98c4-dc0c0c07398}", "------------------------------------"}) {
    EXPECT_FALSE(Uuid::parse(text)) << text;
  }
  EXPECT_FALSE(Uuid::parse(std::string(36, '\0')));
}

TEST(Ulid, ReadsWhatItWrites) {
  // The example of the specification.
  const auto id = Ulid::parse("01ARZ3NDEKTSV4RRFFQ69G5FAV");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->text(), "01ARZ3NDEKTSV4RRFFQ69G5FAV");
  const IdBytes bytes{std::byte{0x01}, std::byte{0x56}, std::byte{0x3e}, std::byte{0x3a},
                      std::byte{0xb5}, std::byte{0xd3}, std::byte{0xd6}, std::byte{0x76},
                      std::byte{0x4c}, std::byte{0x61}, std::byte{0xef}, std::byte{0xb9},
                      std::byte{0x93}, std::byte{0x02}, std::byte{0xbd}, std::byte{0x5b}};
  EXPECT_EQ(id->bytes, bytes);
}

TEST(Ulid, TakesSmallLettersAndLookAlikes) {
  EXPECT_EQ(Ulid::parse("o1arz3ndektsv4rrffq69g5fav"), Ulid::parse("01ARZ3NDEKTSV4RRFFQ69G5FAV"));
  EXPECT_EQ(Ulid::parse("0iARZ3NDEKTSV4RRFFQ69G5FAV"), Ulid::parse("0LARZ3NDEKTSV4RRFFQ69G5FAV"));
}

TEST(Ulid, RefusesAnythingElse) {
  for (const char* text : {"", "01ARZ3NDEKTSV4RRFFQ69G5FA", "01ARZ3NDEKTSV4RRFFQ69G5FAVV", "01ARZ3NDEKTSV4RRFFQ69G5FAU",
                           "81ARZ3NDEKTSV4RRFFQ69G5FAV", "-1ARZ3NDEKTSV4RRFFQ69G5FAV"}) {
    EXPECT_FALSE(Ulid::parse(text)) << text;
  }
  EXPECT_TRUE(Ulid::parse("7ZZZZZZZZZZZZZZZZZZZZZZZZZ"));
}

TEST(IdSource, MakesIdsOfTheRightShape) {
  const ManualClock clock(at_ms(0x017F22E279B0));
  SeededRng rng(1);
  IdSource ids(clock, rng);
  EXPECT_THAT(ids.uuid7().text(), MatchesRegex("017f22e2-79b0-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  EXPECT_THAT(ids.ulid().text(), MatchesRegex("01FWHE4YDG[0-9A-HJKMNP-TV-Z]{16}"));
}

template <class Make>
void expect_ascending(Make make) {
  ManualClock clock(at_ms(1'700'000'000'000));
  SeededRng rng(2);
  IdSource ids(clock, rng);
  auto last = make(ids);
  for (int i = 0; i < 3'000; ++i) {
    if (i % 100 == 0) clock.advance(std::chrono::milliseconds(3));
    if (i % 701 == 0) clock.advance(std::chrono::hours(-5));  // NTP, or a person
    const auto next = make(ids);
    ASSERT_LT(last, next);
    ASSERT_LT(last.text(), next.text());
    last = next;
  }
}

// Row F16 of the fault matrix: the wall clock may jump, ids of a process do not.
TEST(IdSource, AscendsWithinAMillisecondAndWhenTheClockStepsBack) {
  expect_ascending([](IdSource& ids) { return ids.uuid7(); });
  expect_ascending([](IdSource& ids) { return ids.ulid(); });
}

TEST(IdSource, AscendsWhenTheRandomBitsRunOut) {
  const ManualClock clock(at_ms(5));
  AllOnes rng;
  IdSource ids(clock, rng);
  EXPECT_EQ(ids.ulid().text().substr(0, 10), "0000000005");
  EXPECT_EQ(ids.ulid().text().substr(0, 10), "0000000006");
  EXPECT_EQ(ids.uuid7().text(), "00000000-0005-7fff-bfff-ffffffffffff");
  EXPECT_EQ(ids.uuid7().text().substr(0, 18), "00000000-0006-7000");
}

TEST(IdSource, SurvivesAClockBeforeItsEpoch) {
  const ManualClock clock(at_ms(-5));
  SeededRng rng(3);
  IdSource ids(clock, rng);
  const auto first = ids.ulid();
  EXPECT_EQ(first.text().substr(0, 10), "0000000000");
  EXPECT_LT(first, ids.ulid());
}

TEST(IdSource, GivesEachThreadItsOwn) {
  const SystemClock clock;
  SystemRng rng;
  IdSource ids(clock, rng);
  std::vector<std::vector<Ulid>> made(3);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : made) {
      threads.emplace_back([&] {
        for (int i = 0; i < 1'000; ++i) mine.push_back(ids.ulid());
      });
    }
  }
  std::vector<Ulid> all;
  for (const auto& mine : made) {
    EXPECT_TRUE(std::ranges::is_sorted(mine));
    all.insert(all.end(), mine.begin(), mine.end());
  }
  std::ranges::sort(all);
  EXPECT_EQ(std::ranges::adjacent_find(all), all.end());
}

}  // namespace
}  // namespace monolite::base
