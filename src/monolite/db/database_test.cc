#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
