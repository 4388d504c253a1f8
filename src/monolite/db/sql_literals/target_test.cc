#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/db/sql_literals/target.h>

namespace monolite::db::sql_literals {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kModels = "namespace app { struct Post {}; BOOST_DESCRIBE_STRUCT(Post, (), (id, title)) }";

/// The members of the struct that the only call of `source` reads into; "?" when that is not known.
std::string members(std::string_view source, std::string_view header = kModels) {
  const std::array files{scan("models.h", header), scan("posts.cc", source)};
  const auto* const found = row_struct(files, files[1], files[1].literals.at(0).calls.at(0));
  if (found == nullptr) return "?";
  std::string text;
  for (const auto& member : found->members) text += member + " ";
  return text;
}

TEST(RowStruct, IsFoundInTheHeadersOfTheTarget) {
  EXPECT_EQ(members("namespace app { auto a = s.find<Post>(\"x\"_sql); }"), "id title ");
  EXPECT_EQ(members("namespace app::web { auto a = s.find<Post>(\"x\"_sql); }"), "id title ");
  EXPECT_EQ(members("auto a = s.find<app::Post>(\"x\"_sql);"), "id title ");
  EXPECT_EQ(members("auto a = s.find<::app::Post>(\"x\"_sql);"), "id title ");
}

TEST(RowStruct, IsFoundInTheSameFile) {
  EXPECT_EQ(members("namespace app { namespace { struct Row {}; BOOST_DESCRIBE_STRUCT(Row, (), (n)) }\n"
                    "auto a = s.find<Row>(\"x\"_sql); }"),
            "n ");
}

TEST(RowStruct, IsNotGuessed) {
  EXPECT_EQ(members("namespace other { auto a = s.find<Post>(\"x\"_sql); }"), "?") << "another namespace";
  EXPECT_EQ(members("auto a = s.find<other::Post>(\"x\"_sql);"), "?") << "another struct of that name";
  EXPECT_EQ(members("auto a = s.find<std::int64_t>(\"x\"_sql);"), "?") << "a value";
  EXPECT_EQ(members("namespace app { template <class Post> auto a() { return s.find<Post>(\"x\"_sql); } }"), "?")
      << "a template parameter";
  EXPECT_EQ(members("namespace app { namespace { struct Post {}; BOOST_DESCRIBE_STRUCT(Post, (), (n)) }\n"
                    "auto a = s.find<Post>(\"x\"_sql); }"),
            "?")
      << "two of that name";
}

TEST(RowStruct, OfAnotherSourceFileIsNotMeant) {
  const std::array files{scan("a.cc", kModels), scan("b.cc", "namespace app { auto a = s.find<Post>(\"x\"_sql); }")};
  EXPECT_EQ(row_struct(files, files[1], files[1].literals.at(0).calls.at(0)), nullptr);
}

TEST(SourceFor, WritesLiteralsWithTheirCalls) {
  const std::array files{
      scan("models.h", kModels),
      scan("posts.cc", "namespace app {\nauto a = s.find<Post>(\"x\"_sql, 1); auto b = \"y\"_sql; }")};
  const auto source = source_for("app::sql_literals", files);
  EXPECT_THAT(source, HasSubstr("namespace app {"));
  EXPECT_THAT(source, HasSubstr(R"({2, "find", 1, "Post", "id title"},)"));
  EXPECT_THAT(source, HasSubstr(R"({"x", "posts.cc", 2, kCalls0},)"));
  EXPECT_THAT(source, HasSubstr(R"({"y", "posts.cc", 2},)"));
}

}  // namespace
}  // namespace monolite::db::sql_literals
