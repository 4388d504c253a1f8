#include <set>
#include <stdexcept>

#include <gmock/gmock.h>

#include <monolite/base/error.h>

namespace monolite::base {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

TEST(Error, MessageAddsTheHintOnlyWhenThereIsOne) {
  EXPECT_EQ(Error({.what = "the queue is full"}).message(), "the queue is full");
  EXPECT_EQ(Error({.what = "the queue is full", .hint = "raise queue_size"}).message(),
            "the queue is full (hint: raise queue_size)");
}

TEST(Error, CarriesWhatACallerBranchesOn) {
  const Error error({.code = ErrorCode::kFull, .scope = ErrorScope::kTransaction, .what = "disk", .system_code = 13});
  EXPECT_EQ(error.code(), ErrorCode::kFull);
  EXPECT_EQ(error.scope(), ErrorScope::kTransaction);
  EXPECT_EQ(error.system_code(), 13);
  EXPECT_STREQ(error.what(), "disk");
}

TEST(Error, KnowsWhereItWasMade) {
  const Error error({.what = "here"});
  const int line = __LINE__ - 1;
  EXPECT_THAT(error.where().file, EndsWith("error_test.cc"));
  EXPECT_EQ(error.where().line, line);
}

TEST(Error, NamesEveryCodeAndScopeDifferently) {
  std::set<std::string_view> codes;
  for (int i = 0; i <= static_cast<int>(ErrorCode::kInternal); ++i) codes.insert(name_of(static_cast<ErrorCode>(i)));
  EXPECT_EQ(codes.size(), static_cast<std::size_t>(ErrorCode::kInternal) + 1);
  EXPECT_FALSE(codes.contains("unknown"));
  std::set<std::string_view> scopes;
  for (int i = 0; i <= static_cast<int>(ErrorScope::kBug); ++i) scopes.insert(name_of(static_cast<ErrorScope>(i)));
  EXPECT_EQ(scopes.size(), static_cast<std::size_t>(ErrorScope::kBug) + 1);
  EXPECT_FALSE(scopes.contains("unknown"));
}

TEST(Describe, TellsTheTextOfAnyException) {
  EXPECT_EQ(describe(std::make_exception_ptr(NotFound({.what = "no post 7", .hint = "look at /posts"}))),
            "no post 7 (hint: look at /posts)");
  EXPECT_EQ(describe(std::make_exception_ptr(std::runtime_error("plain"))), "plain");
  EXPECT_EQ(describe(std::make_exception_ptr(7)), "an exception that is not a std::exception");
  EXPECT_EQ(describe(nullptr), "no error");
}

TEST(Require, ThrowsABugThatNamesTheConditionAndItsPlace) {
  try {
    ML_REQUIRE(1 + 1 == 3, "sums must fit");
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.scope(), ErrorScope::kBug);
    EXPECT_EQ(error.code(), ErrorCode::kInternal);
    EXPECT_THAT(error.what(), HasSubstr("sums must fit"));
    EXPECT_THAT(error.what(), HasSubstr("1 + 1 == 3"));
    EXPECT_THAT(error.what(), HasSubstr("error_test.cc"));
  }
}

TEST(Require, LooksAtItsConditionOnce) {
  int looks = 0;
  ML_REQUIRE(++looks > 0, "counted");
  EXPECT_EQ(looks, 1);
}

}  // namespace
}  // namespace monolite::base
