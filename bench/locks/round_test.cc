// A round counts only when what was acknowledged is what is stored: each policy is right, and a wrong table is found.
#include <cstdio>

#include <bench/locks/reads.h>
#include <bench/locks/round.h>
#include <bench/locks/verify.h>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/base/temporary_folder.h>

namespace bench::locks {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// The line that the program prints for a round of two writers. A process of its own: a policy may fork, which a
/// process that has used a database before must not.
json::object round_of(const std::string& policy, const std::filesystem::path& folder) {
  const auto command =
      fmt::format("{} --policy {} --writers 2 --seconds 0.2 --folder {}", LOCK_BENCH, policy, folder.string());
  FILE* const output = ::popen(command.c_str(), "r");  // NOLINT(cert-env33-c): our own program and folder
  std::string text;
  for (int c = std::fgetc(output); c != EOF; c = std::fgetc(output)) text += static_cast<char>(c);
  EXPECT_EQ(::pclose(output), 0);
  return json::parse(text).as_object();
}

class LockRound : public ::testing::TestWithParam<std::string> {
 protected:
  monolite::base::TemporaryFolder folder_;
};

TEST_P(LockRound, StoresWhatItAcknowledges) {
  const auto round = round_of(GetParam(), folder_.path());
  EXPECT_EQ(round.at("problems"), json::array()) << round;
  EXPECT_GT(round.at("acknowledged").to_number<int>(), 0);
  EXPECT_EQ(round.at("rows"), round.at("acknowledged"));
  EXPECT_GT(round.at("wal_bytes").to_number<int>(), 4096);
  EXPECT_LE(round.at("p50_us").to_number<double>(), round.at("max_us").to_number<double>());
}

INSTANTIATE_TEST_SUITE_P(EachPolicy, LockRound, ::testing::ValuesIn(policy_names()),
                         [](const auto& each) { return each.param; });

/// A table with three rows of worker 0 and one of worker 1, as `told` says or not.
class LockVerification : public ::testing::Test {
 protected:
  LockVerification() {
    make_table(round_.file, round_.synchronous);
    watch_ = open_bare(round_.file, round_.synchronous);
    execute(watch_.get(),
            "INSERT INTO rows (worker, number, body) VALUES (0, 1, 'a'), (0, 2, 'b'), (0, 3, 'c'), "
            "(1, 1, 'd')");
  }

  std::vector<std::string> problems(const std::vector<std::uint64_t>& told) {
    Result result;
    for (const auto each : told) result.acknowledged += each;
    verify(watch_.get(), round_, told, result);
    return result.problems;
  }

  monolite::base::TemporaryFolder folder_;
  const Round round_{.writers = 2, .file = folder_.path() / "rows.sqlite3"};
  BareConnection watch_;
};

TEST_F(LockVerification, PassesWhatIsRight) { EXPECT_THAT(problems({3, 1}), IsEmpty()); }

TEST_F(LockVerification, FindsALostRow) {
  EXPECT_THAT(problems({4, 1}),
              ElementsAre(HasSubstr("worker 0 was told of 4 rows, 3 are stored"), HasSubstr("4 rows, 5 acknowledged")));
}

TEST_F(LockVerification, FindsARowThatNobodyWasToldOf) {
  EXPECT_THAT(problems({3, 0}), ElementsAre(HasSubstr("worker 1 was told of 0"), HasSubstr("4 rows, 3 acknowledged")));
}

TEST_F(LockVerification, FindsOneRowStoredTwiceInPlaceOfAnother) {
  execute(watch_.get(), "UPDATE rows SET number = 2 WHERE worker = 0 AND number = 3");
  EXPECT_THAT(problems({3, 1}), ElementsAre(HasSubstr("2 of them different")));
}

TEST_F(LockVerification, FindsTextsThatDoNotVary) {
  execute(watch_.get(), "UPDATE rows SET body = 'a'");
  EXPECT_THAT(problems({3, 1}), ElementsAre(HasSubstr("texts occur twice")));
}

TEST_F(LockVerification, FindsALogThatDidNotGrow) {
  execute(watch_.get(), "PRAGMA wal_checkpoint(TRUNCATE)");
  EXPECT_THAT(problems({3, 1}), ElementsAre(HasSubstr("nothing was written to the log")));
}

TEST(LockHistogram, QuantilesAreWithinTwoPercent) {
  Histogram histogram;
  for (std::uint64_t us = 1; us <= 10'000; ++us) histogram.add(us * 1000);
  EXPECT_EQ(histogram.count(), 10'000U);
  EXPECT_NEAR(histogram.at_us(0.5), 5000, 100);
  EXPECT_NEAR(histogram.at_us(0.9999), 9999, 200);
  EXPECT_EQ(histogram.at_us(1), 10'000);
  EXPECT_EQ(histogram.most_us(), 10'000);
}

TEST(LockHistogram, MergesAndTakesWhatIsBeyondItsBuckets) {
  Histogram all, other;
  EXPECT_EQ(all.at_us(0.99), 0);
  all.add(7);
  other.add(std::uint64_t{1} << 62U);
  all.merge(other);
  EXPECT_EQ(all.count(), 2U);
  EXPECT_EQ(all.at_us(0.5), 0.007);
  EXPECT_EQ(all.most_us(), static_cast<double>(std::uint64_t{1} << 62U) / 1e3);
}

TEST(LockReads, BothSidesReadTheSameRows) {
  const monolite::base::TemporaryFolder folder;
  ReadBench bench(folder.path() / "posts.sqlite3", 1000);
  for (const auto reading : all_readings()) {
    const auto result = bench.compare(reading, 1ms);
    EXPECT_THAT(result.problems, IsEmpty()) << result.name;
    EXPECT_GT(result.ratio, 0) << result.name;
  }
}

}  // namespace
}  // namespace bench::locks
