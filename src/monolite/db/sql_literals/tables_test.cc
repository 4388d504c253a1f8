#include <array>

#include <gmock/gmock.h>

#include <monolite/db/sql_literals/detail/table_sql.h>

namespace monolite::db::sql_literals {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kModels =
    "namespace app { struct Post {}; BOOST_DESCRIBE_STRUCT(Post, (), (id, title))\n"
    "inline constexpr db::Table<Post, \"posts\"> kPosts;\n"
    "inline constexpr db::Table<other::Tag, \"odd \\\"tags\", \"name\"> kTags{}; }";

/// The statements that check `source`, with the number of values where it is known.
std::vector<std::string> checks(std::string_view source) {
  const std::array files{scan("models.h", kModels), scan("posts.cc", source)};
  std::vector<std::string> texts;
  for (const auto& literal : table_literals(files, files[1])) {
    texts.push_back(literal.text);
    for (const auto& call : literal.calls) texts.back() += " /" + call.function + std::to_string(call.values);
  }
  return texts;
}

std::string in_app(std::string_view code) { return "namespace app { auto x = " + std::string(code) + "; }"; }

TEST(Tables, AreCheckedWithTheColumnsOfTheirStruct) {
  const std::array files{scan("models.h", kModels)};
  const auto literals = table_literals(files, files[0]);
  ASSERT_EQ(literals.size(), 2U);
  EXPECT_EQ(literals[0].text, R"(SELECT "id", "title" FROM "posts" WHERE "id" = ?)");
  EXPECT_EQ(literals[0].line, 2);
  EXPECT_EQ(literals[1].text, R"(SELECT * FROM "odd ""tags" WHERE "name" = ?)") << "the struct is not known";
}

TEST(Tables, OtherUsesOfTheWordAreNone) {
  for (const char* source :
       {"Table t;", "Table<A> t;", "Table<A, 3> t;", "Table<A, \"t\">", "using T = Table<A, \"t\">;",
        "template <class T, Literal N> class Table", "Table<vector<A>, \"t\"> t;", "Table<"}) {
    EXPECT_THAT(scan("a.h", source).tables, IsEmpty()) << source;
  }
}

TEST(Clauses, OfATableAreCheckedBehindWhere) {
  EXPECT_THAT(checks(in_app("kPosts.where<\"user_id = ? \" \"ORDER BY id\">(s, id)")),
              ElementsAre(R"(SELECT * FROM "posts" WHERE user_id = ? ORDER BY id /where1)"));
  EXPECT_THAT(checks(in_app("kPosts.count<\"true\">(s)")), ElementsAre(R"(SELECT * FROM "posts" WHERE true /count0)"));
  EXPECT_THAT(checks("bool b = app::kPosts.exists<\"a = ? AND b = ?\">(s, f(1, 2), 3);"),
              ElementsAre(R"(SELECT * FROM "posts" WHERE a = ? AND b = ? /exists2)"));
  EXPECT_THAT(checks(in_app("in_batches<\"a > 1\">(*database_, kPosts, 10, use)")),
              ElementsAre(R"(SELECT * FROM "posts" WHERE a > 1)"));
  EXPECT_THAT(checks(in_app("db::preload<&Post::id, \"ORDER BY b\">(s, app::kPosts, rows, &Tag::id)")),
              ElementsAre(R"(SELECT * FROM "posts" WHERE true ORDER BY b)"));
}

TEST(Clauses, OfConflictsNeedTheirColumns) {
  EXPECT_THAT(checks(in_app("kPosts.upsert<\"ON CONFLICT (a, b) DO NOTHING\">(tx, row)")),
              ElementsAre(R"(INSERT INTO "posts" (a, b) VALUES (NULL, NULL) ON CONFLICT (a, b) DO NOTHING)"));
  EXPECT_THAT(checks(in_app("upsert_all<\"ON CONFLICT (a) DO UPDATE SET b = 1\">(tx, kPosts, rows)")),
              ElementsAre(R"(INSERT INTO "posts" (a) VALUES (NULL) ON CONFLICT (a) DO UPDATE SET b = 1)"));
  for (const char* clause : {"ON CONFLICT DO NOTHING", "ON CONFLICT (lower(a)) DO NOTHING",
                             "ON CONFLICT (a COLLATE nocase) DO NOTHING", "ON CONFLICT ("}) {
    EXPECT_THAT(checks(in_app("kPosts.upsert<\"" + std::string(clause) + "\">(tx, row)")), IsEmpty()) << clause;
  }
}

TEST(Clauses, WhoseTableIsNotSureAreLeftOut) {
  EXPECT_THAT(checks("namespace other { auto x = kPosts.where<\"a\">(s); }"), IsEmpty()) << "another namespace";
  EXPECT_THAT(checks(in_app("that.kPosts.where<\"a\">(s)")), IsEmpty()) << "a member";
  EXPECT_THAT(checks(in_app("tables().where<\"a\">(s)")), IsEmpty());
  EXPECT_THAT(checks(in_app("list.where < \"a\" > (s)")), IsEmpty()) << "no table";
  EXPECT_THAT(checks(in_app("in_batches<\"a\">(database, table_of(x), 10, use)")), IsEmpty());
  EXPECT_THAT(checks("namespace app { db::Table<Post, \"old_posts\"> kPosts; auto x = kPosts.where<\"a\">(s); }"),
              ElementsAre(R"(SELECT "id", "title" FROM "old_posts" WHERE "id" = ?)"))
      << "two of that name";
}

TEST(Clauses, UnfinishedSourceHasNone) {
  for (const char* source :
       {"kPosts.where<\"a\"", "kPosts.where<\"a\">", "kPosts.where<", "where<\"a\">(s)", "in_batches<",
        "in_batches<\"a\">(", "in_batches<\"a\">(x", "in_batches<\"a\">(x,", "preload<>()"}) {
    EXPECT_THAT(checks(source), IsEmpty()) << source;
  }
}

}  // namespace
}  // namespace monolite::db::sql_literals
