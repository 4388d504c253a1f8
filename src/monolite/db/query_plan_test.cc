#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/base/error.h>
#include <monolite/db/query_plan.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db {
namespace {

using sqlite::testing::TemporaryDatabase;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Explain : ::testing::Test {
  Explain() {
    database->write([](WriteSession& tx) {
      tx.run(R"(
        CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL, title TEXT NOT NULL) STRICT;
        CREATE INDEX posts_by_user ON posts (user_id, title);
      )"_script);
    });
  }
  std::vector<std::string> notes(std::string_view sql) { return database->explain(sql).notes(); }

  TemporaryDatabase database;
};

TEST_F(Explain, KeepsTheShapeOfTheTree) {
  EXPECT_EQ(database->explain("SELECT id FROM posts WHERE id = ?").tree(),
            "`--SEARCH posts USING INTEGER PRIMARY KEY (rowid=?)\n");
  EXPECT_EQ(database->explain("SELECT id FROM posts UNION SELECT 1").tree(),
            "`--MERGE (UNION)\n"
            "   |--LEFT\n"
            "   |  `--SCAN posts\n"
            "   `--RIGHT\n"
            "      `--SCAN CONSTANT ROW\n");
  EXPECT_EQ(database->explain("SELECT * FROM posts ORDER BY title").line(),
            "SCAN posts | USE TEMP B-TREE FOR ORDER BY");
}

TEST_F(Explain, TellsInWordsWhatCosts) {
  EXPECT_THAT(notes("SELECT id FROM posts WHERE user_id = ?"), IsEmpty());
  EXPECT_THAT(notes("SELECT * FROM posts WHERE title > ? ORDER BY title"),
              ElementsAre("every row of posts is read", HasSubstr("ORDER BY needs a sort")));
  EXPECT_THAT(notes("SELECT user_id FROM posts ORDER BY user_id"),
              ElementsAre("every entry of an index of posts is read"));
  EXPECT_THAT(notes("SELECT (SELECT count(*) FROM posts b WHERE b.id < a.id) FROM posts a"),
              ::testing::Contains(HasSubstr("once for each row")));
  EXPECT_THAT(notes("SELECT 1"), IsEmpty());
}

TEST_F(Explain, RunsNothing) {
  database->explain("INSERT INTO posts VALUES (1, 1, 'x')");
  database->explain("DROP TABLE posts");
  EXPECT_EQ(database->read([](ReadSession& s) { return s.scalar<std::int64_t>("SELECT count(*) FROM posts"_sql); }), 0);
}

TEST_F(Explain, SaysWhatIsWrongWithAStatement) {
  for (const char* wrong : {"SELECT titel FROM posts", "", "SELECT 1; SELECT 2"}) {
    EXPECT_THROW(database->explain(wrong), base::Error) << wrong;
  }
}

}  // namespace
}  // namespace monolite::db
