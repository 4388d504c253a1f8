#include <gtest/gtest.h>

#include <monolite/base/nearest_word.h>

namespace monolite::base {
namespace {

TEST(NearestWord, IsTheOneWithTheFewestEdits) { EXPECT_EQ(nearest_word("prot", {"host", "port"}), "port"); }

TEST(NearestWord, IsEmptyWhenNothingIsMeant) { EXPECT_EQ(nearest_word("zzzzzz", {"port", "host"}), ""); }

}  // namespace
}  // namespace monolite::base
