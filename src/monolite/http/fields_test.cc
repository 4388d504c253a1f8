#include <functional>

#include <gmock/gmock.h>

#include <monolite/base/error.h>
#include <monolite/http/fields.h>

namespace monolite::http {
namespace {

using ::testing::ElementsAre;

bool is_refused(const std::function<void()>& call) {
  try {
    call();
  } catch (const base::Error& error) {
    return error.code() == base::ErrorCode::kInvalid;
  }
  return false;
}

TEST(Fields, DecodesNamesAndValuesInOrder) {
  const auto fields = Fields::parse("post%5Btitle%5D=A+%26+B&empty=&bare&=nameless&&x=%C3%A9");
  EXPECT_EQ(fields.find("post[title]"), "A & B");
  EXPECT_EQ(fields.find("empty"), "");
  EXPECT_EQ(fields.find("bare"), "");
  EXPECT_EQ(fields.find(""), "nameless");
  EXPECT_EQ(fields.find("x"), "é");
  EXPECT_EQ(fields.find("y"), std::nullopt);
  EXPECT_EQ(fields.size(), 5U);
}

TEST(Fields, AnEmptyStringHasNone) { EXPECT_TRUE(Fields::parse("").empty()); }

TEST(Fields, TheLastOfEqualNamesCounts) {
  const auto fields = Fields::parse("subscribe=0&subscribe=1");
  EXPECT_EQ(fields.find("subscribe"), "1");
  EXPECT_THAT(fields.all("subscribe"), ElementsAre("0", "1"));
}

TEST(Fields, AMissingFieldIsABadRequest) {
  EXPECT_TRUE(is_refused([] { static_cast<void>(Fields::parse("a=1").get("b")); }));
  EXPECT_EQ(Fields::parse("a=1").get("a"), "1");
}

TEST(Fields, MalformedInputIsABadRequest) {
  for (const std::string_view bad : {"a=%", "a=%4", "a=%zz", "%=1", "a=%00", "a=%ff", "a=%c3", "a=%ed%a0%80",
                                     "a=%c0%af", "a=\xC3", "a=%f4%90%80%80"}) {
    EXPECT_TRUE(is_refused([&] { static_cast<void>(Fields::parse(bad)); })) << bad;
  }
}

TEST(Fields, TooManyAreABadRequest) {
  std::string many;
  for (std::size_t i = 0; i < Fields::kMaxPairs; ++i) many.append("a&");
  EXPECT_EQ(Fields::parse(many).size(), Fields::kMaxPairs);
  many.append("a");
  EXPECT_TRUE(is_refused([&] { static_cast<void>(Fields::parse(many)); }));
}

TEST(Fields, AGroupHasInnerNames) {
  const auto fields = Fields::parse("post[title]=T&post[body]=B&other=1&postal[code]=2&post[=3&post]=4");
  const auto post = fields.group("post");
  EXPECT_EQ(post.size(), 2U);
  EXPECT_EQ(post.find("title"), "T");
  EXPECT_EQ(post.find("body"), "B");
  EXPECT_TRUE(is_refused([&] { static_cast<void>(fields.group("user")); }));
}

TEST(Percent, ComponentsComeBackAsTheyWere) {
  std::string all;
  for (int c = 1; c < 128; ++c) all.push_back(static_cast<char>(c));
  all.append("é€😀");
  EXPECT_EQ(decode_segment(encode_component(all)), all);
  EXPECT_EQ(Fields::parse("k=" + encode_component(all)).find("k"), all);
  EXPECT_EQ(encode_component("a b/c?d&e=f~g"), "a%20b%2Fc%3Fd%26e%3Df~g");
}

TEST(Percent, APlusInAPathIsAPlus) { EXPECT_EQ(decode_segment("a+b%20c"), "a+b c"); }

TEST(Utf8, AcceptsExactlyWhatIsWellFormed) {
  for (const std::string_view good : {"", "ascii", "é", "€", "😀", "\xEF\xBF\xBD", "\xF4\x8F\xBF\xBF", "\xED\x9F\xBF"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const std::string_view bad :
       {"\x80", "\xC3", "\xC3(", "\xC0\xAF", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xE2\x82", "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "ok\xE2\x28\xA1"}) {
    EXPECT_FALSE(is_utf8(bad)) << ::testing::PrintToString(bad);
  }
}

}  // namespace
}  // namespace monolite::http
