#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/base/error.h>
#include <monolite/db/migration.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db {
namespace {

using sqlite::testing::TemporaryDatabase;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Timestamp kNow(std::chrono::microseconds(1'795'182'310'123'456));

std::vector<std::string> names(const std::vector<const Migration*>& migrations) {
  std::vector<std::string> all;
  for (const auto* migration : migrations) all.push_back(migration->name);
  return all;
}

class Migrations : public ::testing::Test {
 protected:
  Migrator migrator() { return {*database_, migrations_, clock_}; }

  std::vector<std::string> tables() {
    return database_->read([](ReadSession& s) {
      return s.all<std::string>(
          "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'ml_db_%' ORDER BY name"_sql);
    });
  }

  TemporaryDatabase database_;
  base::ManualClock clock_{kNow};
  std::vector<Migration> migrations_{
      {.version = 1,
       .name = "create_authors",
       .up = [](WriteSession& tx) { tx.run("CREATE TABLE authors (id INTEGER PRIMARY KEY) STRICT"_script); },
       .down = [](WriteSession& tx) { tx.run("DROP TABLE authors"_script); }},
      {.version = 20,
       .name = "create_books",
       .up =
           [](WriteSession& tx) {
             tx.run("CREATE TABLE books (author_id INTEGER NOT NULL REFERENCES authors (id)) STRICT"_script);
           },
       .down = [](WriteSession& tx) { tx.run("DROP TABLE books"_script); }},
  };
};

TEST_F(Migrations, RunInOrderAndOnce) {
  EXPECT_FALSE(migrator().is_current());
  EXPECT_THAT(names(migrator().migrate()), ElementsAre("create_authors", "create_books"));
  EXPECT_THAT(tables(), ElementsAre("authors", "books"));
  EXPECT_THAT(migrator().migrate(), IsEmpty());
  EXPECT_TRUE(migrator().is_current());
}

TEST_F(Migrations, StatusTellsWhatIsPending) {
  migrator().migrate();
  migrations_.push_back({.version = 21, .name = "later", .up = [](WriteSession&) {}, .down = {}});
  const auto status = migrator().status();
  ASSERT_EQ(status.size(), 3u);
  EXPECT_EQ(status[0].applied_at, kNow);
  EXPECT_EQ(status[2].name, "later");
  EXPECT_FALSE(status[2].applied_at);
  EXPECT_TRUE(status[2].known);
}

TEST_F(Migrations, RollBackNewestFirst) {
  migrator().migrate();
  EXPECT_THAT(names(migrator().rollback(1)), ElementsAre("create_books"));
  EXPECT_THAT(tables(), ElementsAre("authors"));
  EXPECT_THAT(names(migrator().rollback(5)), ElementsAre("create_authors"));
  EXPECT_THAT(names(migrator().migrate()), ElementsAre("create_authors", "create_books"));
}

TEST_F(Migrations, AFailedStepIsUndoneAndTriedAgain) {
  bool broken = true;
  migrations_.push_back({.version = 30,
                         .name = "half",
                         .up =
                             [&](WriteSession& tx) {
                               tx.run("CREATE TABLE half (id INTEGER)"_script);
                               if (broken) throw std::runtime_error("in the middle");
                             },
                         .down = {}});
  EXPECT_THROW(migrator().migrate(), std::runtime_error);
  EXPECT_THAT(tables(), ElementsAre("authors", "books"));
  broken = false;
  EXPECT_THAT(names(migrator().migrate()), ElementsAre("half"));
  EXPECT_THAT(tables(), ElementsAre("authors", "books", "half"));
}

TEST_F(Migrations, ADeferredReferenceLeftOpenFailsTheStep) {
  migrations_.push_back(
      {.version = 30,
       .name = "dangling",
       .up = [](WriteSession& tx) { tx.run("PRAGMA defer_foreign_keys = on; INSERT INTO books VALUES (7)"_script); },
       .down = {}});
  EXPECT_THROW(migrator().migrate(), base::Error);
  EXPECT_FALSE(migrator().is_current());
}

TEST_F(Migrations, WithoutADownStepRollBackRefuses) {
  migrations_.push_back({.version = 30, .name = "one_way", .up = [](WriteSession&) {}, .down = {}});
  migrator().migrate();
  try {
    migrator().rollback(1);
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ErrorCode::kUnsupported);
    EXPECT_THAT(error.what(), HasSubstr("30 'one_way'"));
  }
  EXPECT_TRUE(migrator().is_current());
}

TEST_F(Migrations, ADatabaseNewerThanTheProgramIsRefused) {
  migrator().migrate();
  migrations_.pop_back();
  EXPECT_FALSE(migrator().is_current());
  for (auto* call : {+[](Migrator& m) { m.migrate(); }, +[](Migrator& m) { m.refuse_newer(); },
                     +[](Migrator& m) { m.rollback(1); }}) {
    try {
      Migrator older = migrator();
      call(older);
      FAIL();
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::ErrorCode::kConfig);
      EXPECT_THAT(error.what(), HasSubstr("newer than this program: it has migration 20 'create_books'"));
    }
  }
  const auto status = migrator().status();
  ASSERT_EQ(status.size(), 2u);
  EXPECT_FALSE(status[1].known);
}

TEST_F(Migrations, VersionsMustAscend) {
  migrations_.push_back({.version = 20, .name = "twice", .up = [](WriteSession&) {}, .down = {}});
  EXPECT_THROW(migrator(), base::Error);
}

TEST_F(Migrations, TheSeedIsPendingInANewDatabase) {
  migrator().migrate();
  EXPECT_EQ(database_->read([](ReadSession& s) {
    return s.one<std::string>("SELECT value FROM ml_db_meta WHERE key = 'seed'"_sql);
  }),
            "pending");
}

}  // namespace
}  // namespace monolite::db
