#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/base/error.h>
#include <monolite/db/sqlite/detail/connection.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db::sqlite {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TemporaryDatabase;
using testing::TemporaryFolder;

class Backup : public ::testing::Test {
 protected:
  Backup() {
    database_->write([](WriteSession& tx) {
      tx.run(R"(
        CREATE TABLE pairs (id INTEGER PRIMARY KEY, a INTEGER NOT NULL, b INTEGER NOT NULL, filling BLOB) STRICT;
        CREATE TABLE child (id INTEGER PRIMARY KEY, pair_id INTEGER REFERENCES pairs (id)) STRICT;
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 4000)
        INSERT INTO pairs SELECT i, 0, 0, zeroblob(2000) FROM n;
      )"_script);
    });
  }

  static constexpr auto ignore = [](const BackupProgress& /*progress*/) {};

  TemporaryFolder folder_;
  TemporaryDatabase database_;
};

TEST_F(Backup, IsOneSnapshotWhileOthersWrite) {
  std::atomic<bool> over{false};
  std::thread writer([&] {
    for (int i = 1; !over; ++i) {
      database_->write([&](WriteSession& tx) { tx.exec("UPDATE pairs SET a = ? WHERE id % 100 = 0"_sql, i); });
      database_->write(
          [&](WriteSession& tx) { tx.exec("UPDATE pairs SET a = ?, b = ? WHERE id % 100 = 0"_sql, i, i); });
    }
  });
  for (int i = 0; i < 5; ++i) {
    const auto path = folder_.file("copy" + std::to_string(i));
    std::int64_t last = 0, total = 0;
    database_->back_up(path, [&](const BackupProgress& progress) {
      EXPECT_GE(progress.pages, last);
      last = progress.pages;
      total = progress.total_pages;
    });
    EXPECT_GT(total, 2000);
    EXPECT_EQ(last, total);
    const auto copy = open({.path = path});
    EXPECT_THAT(copy->integrity_problems(), IsEmpty());
    copy->read([](ReadSession& s) {
      EXPECT_EQ(s.scalar<int>("SELECT count(*) FROM pairs"_sql), 4000);
      EXPECT_EQ(s.scalar<int>("SELECT count(DISTINCT a) FROM pairs WHERE id % 100 = 0"_sql), 1);  // whole units only
    });
  }
  over = true;
  writer.join();
}

TEST_F(Backup, NeverOverwrites) {
  const auto path = folder_.file("mine");
  std::ofstream(path) << "precious";
  try {
    database_->back_up(path, ignore);
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ErrorCode::kConflict);
    EXPECT_NE(error.hint(), "");
  }
  std::ifstream file(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "precious");
}

// A WAL that an earlier file of that name left was applied to the copy by whoever opened it, which damaged it. Found by
// memory that ran out while the earlier copy was closed (tests/faults/memory_test.cc).
TEST_F(Backup, RefusesANameBesideWhichALogLies) {
  for (const char* const ending : {"-wal", "-journal"}) {
    std::ofstream(folder_.file("copy") + ending) << "of another database";
    EXPECT_THROW(database_->back_up(folder_.file("copy"), ignore), base::Error) << ending;
    EXPECT_FALSE(std::filesystem::exists(folder_.file("copy")));
    std::filesystem::remove(folder_.file("copy") + ending);
  }
  database_->back_up(folder_.file("copy"), ignore);
}

TEST_F(Backup, LeavesNothingBehindWhenItFails) {
  EXPECT_THROW(database_->back_up(folder_.file("none/copy"), ignore), base::Error);
  const auto interrupt = [](const BackupProgress&) { throw std::runtime_error("the caller gave up"); };
  EXPECT_THROW(database_->back_up(folder_.file("copy"), interrupt), std::runtime_error);
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
  database_->back_up(folder_.file("copy"), ignore);
  EXPECT_TRUE(std::filesystem::exists(folder_.file("copy")));
}

TEST_F(Backup, ReplacesWhatAnUnfinishedOneLeft) {
  std::ofstream(folder_.file("copy.part")) << "half of something";
  database_->back_up(folder_.file("copy"), ignore);
  EXPECT_FALSE(std::filesystem::exists(folder_.file("copy.part")));
  EXPECT_THAT(open({.path = folder_.file("copy")})->integrity_problems(), IsEmpty());
}

TEST_F(Backup, ReferencesToNothingAreProblems) {
  EXPECT_THAT(database_->integrity_problems(), IsEmpty());
  database_->write([](WriteSession& tx) { tx.exec("INSERT INTO child VALUES (7, 1)"_sql); });
  const auto path = folder_.file("copy");
  database_->back_up(path, ignore);
  {
    Connection careless(path, Role::kWriter, "");
    careless.pragma("PRAGMA foreign_keys=off");
    careless.pragma("DELETE FROM pairs WHERE id = 1");
  }
  EXPECT_THAT(open({.path = path})->integrity_problems(),
              ElementsAre(HasSubstr("row 7 of child refers to a row of pairs")));
}

}  // namespace
}  // namespace monolite::db::sqlite
