#include <limits>
#include <set>

#include <gmock/gmock.h>

#include <monolite/base/error.h>
#include <monolite/base/rng.h>

namespace monolite::base {
namespace {

using testing::AllOf;
using testing::Ge;
using testing::Lt;
using testing::MatchesRegex;

constexpr auto kLowest = std::numeric_limits<std::int64_t>::min();
constexpr auto kHighest = std::numeric_limits<std::int64_t>::max();

/// Answers the same value for ever, to reach the edges of what is made from it.
class ConstantRng final : public Rng {
 public:
  explicit ConstantRng(std::byte value) : value_(value) {}
  void fill(std::span<std::byte> out) noexcept override {
    for (auto& byte : out) byte = value_;
  }

 private:
  std::byte value_;
};

TEST(SeededRng, GivesTheSequenceOfXoshiro) {
  SeededRng rng(42);
  EXPECT_EQ(rng.next(), 0x15780b2e0c2ec716u);
  EXPECT_EQ(rng.next(), 0x6104d9866d113a7eu);
  EXPECT_EQ(rng.next(), 0xae17533239e499a1u);
}

TEST(SeededRng, RepeatsPerSeedAndDiffersBetweenSeeds) {
  SeededRng a(7);
  SeededRng b(7);
  SeededRng c(8);
  const std::string text = random_hex(a, 100);
  EXPECT_EQ(text, random_hex(b, 100));
  EXPECT_NE(text, random_hex(c, 100));
}

TEST(SystemRng, DoesNotRepeat) {
  SystemRng rng;
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) seen.insert(random_hex(rng, 16));
  EXPECT_EQ(seen.size(), 100u);
}

TEST(Rng, BetweenReachesBothBoundsAndNothingElse) {
  SeededRng rng(1);
  std::set<std::int64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(rng.between(-2, 3));
  EXPECT_EQ(seen, (std::set<std::int64_t>{-2, -1, 0, 1, 2, 3}));
}

TEST(Rng, BetweenIsEven) {
  SeededRng rng(2);
  std::array<int, 10> counts{};
  for (int i = 0; i < 100'000; ++i) ++counts[static_cast<std::size_t>(rng.between(0, 9))];
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 500);  // five standard deviations
}

TEST(Rng, BetweenTakesAnyBounds) {
  SeededRng rng(3);
  EXPECT_EQ(rng.between(5, 5), 5);
  EXPECT_EQ(rng.between(kLowest, kLowest), kLowest);
  EXPECT_EQ(ConstantRng(std::byte{0xff}).between(kLowest, kHighest), kHighest);
  EXPECT_EQ(ConstantRng(std::byte{0}).between(kLowest, kHighest), kLowest);
  EXPECT_THROW(rng.between(2, 1), Error);
}

TEST(Rng, UnitStaysBelowOne) {
  EXPECT_EQ(ConstantRng(std::byte{0}).unit(), 0.0);
  EXPECT_LT(ConstantRng(std::byte{0xff}).unit(), 1.0);
  SeededRng rng(4);
  double sum = 0;
  for (int i = 0; i < 10'000; ++i) {
    const double value = rng.unit();
    ASSERT_THAT(value, AllOf(Ge(0.0), Lt(1.0)));
    sum += value;
  }
  EXPECT_NEAR(sum / 10'000, 0.5, 0.02);
}

constexpr Timestamp at_ms(std::int64_t milliseconds) { return Timestamp(std::chrono::milliseconds(milliseconds)); }

TEST(Uuid7, HasTheVersionAndTheVariant) {
  const auto is_uuid7 = MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  SeededRng rng(5);
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string id = uuid7(at_ms(1'700'000'000'000), rng);
    EXPECT_THAT(id, is_uuid7);
    seen.insert(id);
  }
  EXPECT_EQ(seen.size(), 100u);
}

TEST(Uuid7, IsThatOfTheStandard) {
  // The example of RFC 9562, appendix A.6, with every random bit set.
  ConstantRng ones(std::byte{0xff});
  EXPECT_EQ(uuid7(at_ms(0x017F22E279B0), ones), "017f22e2-79b0-7fff-bfff-ffffffffffff");
}

TEST(Uuid7, SortsByTime) {
  SeededRng rng(6);
  std::string last;
  for (std::int64_t ms = 250; ms < 1'700'000'000'000; ms = ms * 3 + 1) {
    const auto id = uuid7(at_ms(ms), rng);
    EXPECT_LT(last, id);
    EXPECT_LT(id, uuid7(at_ms(ms + 1), rng));
    last = id;
  }
}

TEST(RandomHex, HasTwoDigitsPerByte) {
  ConstantRng rng(std::byte{0xa7});
  EXPECT_EQ(random_hex(rng, 0), "");
  EXPECT_EQ(random_hex(rng, 3), "a7a7a7");
  SeededRng seeded(6);
  EXPECT_THAT(random_hex(seeded, 1000), MatchesRegex("[0-9a-f]{2000}"));
}

}  // namespace
}  // namespace monolite::base
