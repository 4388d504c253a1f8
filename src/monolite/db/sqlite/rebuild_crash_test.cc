// A process is killed while it makes a table anew that others refer to with ON DELETE CASCADE.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/db/sqlite/testing/child_process.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db::sqlite {
namespace {

using testing::ChildProcess;
using ::testing::IsEmpty;
using testing::TemporaryDatabase;

constexpr int kParents = 2'000;
constexpr int kChildren = 4'000;

class RebuildCrash : public ::testing::Test {
 protected:
  RebuildCrash() {
    database_->write([](WriteSession& tx) {
      tx.run(R"sql(
        CREATE TABLE parents (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL);
        CREATE TABLE children (id INTEGER PRIMARY KEY, parent INTEGER NOT NULL REFERENCES parents ON DELETE CASCADE);
        CREATE UNIQUE INDEX parents_by_name ON parents (name);
        CREATE TRIGGER parents_gone AFTER DELETE ON parents BEGIN DELETE FROM children; END;
        INSERT INTO parents WITH n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2000) SELECT i, 'n' || i FROM n;
        INSERT INTO children WITH n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 4000)
          SELECT i, 1 + i % 2000 FROM n;
      )sql"_script);
    });
    database_.close();
  }

  void expect_nothing_lost() {
    database_.reopen();
    EXPECT_THAT(database_->integrity_problems(), IsEmpty());
    database_->read([](ReadSession& s) {
      EXPECT_EQ(s.scalar<int>("SELECT count(*) FROM parents WHERE name = 'n' || id"_sql), kParents);
      EXPECT_EQ(s.scalar<int>("SELECT count(*) FROM children WHERE parent = 1 + id % 2000"_sql), kChildren);
      EXPECT_EQ(s.scalar<int>("SELECT seq FROM sqlite_sequence WHERE name = 'parents'"_sql), kParents);
      EXPECT_EQ(
          s.scalar<int>("SELECT count(*) FROM sqlite_schema WHERE name IN ('parents_by_name', 'parents_gone')"_sql), 2);
      EXPECT_EQ(s.scalar<int>("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'ml\\_rebuild%' ESCAPE '\\'"_sql), 0);
    });
    database_.close();
  }

  TemporaryDatabase database_;
};

TEST_F(RebuildCrash, BeforeTheCommitLosesNoRow) {
  ChildProcess other({MONOLITE_TEST_HELPER, "rebuild", database_.path()});
  other.write_line("stop");
  std::string line;
  do line = other.read_line();
  while (line == "made");
  ASSERT_EQ(line, "uncommitted");
  other.kill();
  EXPECT_EQ(other.wait(), -SIGKILL);
  expect_nothing_lost();
}

TEST_F(RebuildCrash, AtAnyMomentLosesNoRow) {
  for (int round = 0; round < 8; ++round) {
    ChildProcess other({MONOLITE_TEST_HELPER, "rebuild", database_.path()});
    for (int made = 0; made <= round % 3; ++made) ASSERT_EQ(other.read_line(), "made");
    other.kill();  // somewhere within the next one
    EXPECT_EQ(other.wait(), -SIGKILL);
    expect_nothing_lost();
  }
}

}  // namespace
}  // namespace monolite::db::sqlite
