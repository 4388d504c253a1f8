#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/base/error.h>
#include <monolite/db/migration.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db {
namespace {

using sqlite::testing::TemporaryDatabase;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(CheckStatements, NamesFileAndLineOfATypo) {
  TemporaryDatabase database;
  database->write([](WriteSession& tx) { tx.run("CREATE TABLE posts (id INTEGER, title TEXT) STRICT"_script); });
  const std::array sites{SqlSite{"SELECT title FROM posts WHERE id = ?", "posts.cc", 10},
                         SqlSite{"SELECT titel FROM posts", "posts.cc", 12},
                         SqlSite{"INSERT INTO posts (id) VALUES (?) RETURNING id", "posts.cc", 14},
                         SqlSite{"DELETE FROM post", "admin.cc", 3}};
  const auto problems = check_statements(*database, sites);
  ASSERT_EQ(problems.size(), 2u);
  EXPECT_THAT(problems[0].message(), HasSubstr("posts.cc:12: no such column: titel"));
  EXPECT_THAT(problems[1].message(), HasSubstr("admin.cc:3: no such table: post"));
}

/// What check_statements says of `sql` called like that.
std::string said(std::string_view sql, const SqlCall& call) {
  TemporaryDatabase database;
  database->write([](WriteSession& tx) { tx.run("CREATE TABLE posts (id INTEGER, title TEXT) STRICT"_script); });
  const std::array sites{SqlSite{sql, "posts.cc", 10, {&call, 1}}};
  std::string all;
  for (const auto& problem : check_statements(*database, sites)) all += problem.message();
  return all;
}

TEST(CheckStatements, ComparesValuesWithParameters) {
  EXPECT_EQ(said("SELECT id FROM posts WHERE id = ? AND title = ?", {.line = 12, .function = "find", .values = 1}),
            "posts.cc:12: find passes 1 value for 2 parameters: pass one value per parameter, in their order: "
            "SELECT id FROM posts WHERE id = ? AND title = ?");
  EXPECT_EQ(said("SELECT id FROM posts WHERE id = ?1 OR id = ?1", {.function = "find", .values = 1}), "");
  EXPECT_EQ(said("SELECT id FROM posts WHERE id = ?", {.function = "find", .values = -1}), "");
}

TEST(CheckStatements, ComparesMembersWithColumns) {
  const SqlCall call{.line = 12, .function = "all", .values = 0, .row = "Post", .members = "id title"};
  EXPECT_EQ(said("SELECT id, title, 1 FROM posts", call), "");
  EXPECT_THAT(said("SELECT id FROM posts", call),
              HasSubstr("posts.cc:12: Post has the member 'title', but the statement has no such column"));
  EXPECT_THAT(said("SELECT id, title, 'x' AS title FROM posts", call), HasSubstr("two columns are called 'title'"));
  EXPECT_EQ(said("INSERT INTO posts VALUES (1, 'x') RETURNING id, title", call), "");
}

TEST(CheckStatements, WantsRowsWhereRowsAreRead) {
  EXPECT_THAT(said("INSERT INTO posts VALUES (1, 'x')", {.function = "insert"}), HasSubstr("add RETURNING"));
  EXPECT_EQ(said("INSERT INTO posts VALUES (1, 'x')", {.function = "exec"}), "");
}

TEST(Database, DescribesAStatementWithoutRunningIt) {
  TemporaryDatabase database;
  database->write([](WriteSession& tx) { tx.run("CREATE TABLE t (a INTEGER) STRICT"_script); });
  const auto insert = database->describe("INSERT INTO t VALUES (?) RETURNING a AS stored, 2");
  EXPECT_EQ(insert.parameters, 1);
  EXPECT_THAT(insert.columns, ::testing::ElementsAre("stored", "2"));
  EXPECT_EQ(insert.effect, Effect::kWrites);
  EXPECT_EQ(database->describe("SELECT a FROM t").effect, Effect::kReads);
  EXPECT_EQ(database->read([](ReadSession& s) { return s.scalar<std::int64_t>("SELECT count(*) FROM t"_sql); }), 0);
  EXPECT_THROW(database->describe("SELECT b FROM t"), base::Error);
}

TEST(CheckStatements, TheLiteralsOfThisRoomFitItsTables) {
  TemporaryDatabase database;
  const base::SystemClock clock;
  Migrator(*database, {}, clock).migrate();
  ASSERT_FALSE(sql_literals().empty());
  std::vector<std::string> problems;
  for (const auto& problem : check_statements(*database, sql_literals())) problems.push_back(problem.message());
  EXPECT_THAT(problems, IsEmpty());
}

TEST(Database, TellsItsStatus) {
  TemporaryDatabase database;
  database->write([](WriteSession& tx) { tx.run("CREATE TABLE t (a INTEGER) STRICT"_script); });
  const auto status = database->status();
  EXPECT_EQ(status.path, database.path());
  EXPECT_THAT(status.engine, HasSubstr("SQLite 3."));
  EXPECT_EQ(status.journal, "wal");
  EXPECT_EQ(status.synchronous, "full");
  EXPECT_GT(status.bytes, 0);
  EXPECT_GT(status.wal_bytes, 0);
}

}  // namespace
}  // namespace monolite::db
