#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <monolite/db/errors.h>
#include <monolite/db/sqlite/testing/child_process.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db::sqlite {
namespace {

namespace fs = std::filesystem;
using testing::ChildProcess;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using testing::TemporaryDatabase;

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A closed database with one row, in a folder that everybody may enter.
class ReadOnly : public ::testing::Test {
 protected:
  ReadOnly() {
    database_->write(
        [](WriteSession& tx) { tx.run("CREATE TABLE t (a INTEGER) STRICT; INSERT INTO t VALUES (1)"_script); });
    database_.close();
    chmod(folder_.c_str(), 0777);
    chmod(path_.c_str(), 0666);
  }
  ~ReadOnly() override { chmod(folder_.c_str(), 0777); }

  std::unique_ptr<Database> open_as(Access access) { return open({.path = path_, .access = access}); }
  static int count(Database& database) {
    return database.read([](ReadSession& s) { return s.scalar<int>("SELECT count(*) FROM t"_sql); });
  }
  /// What another user reads there, for whom file modes count.
  std::string unprivileged(const std::string& how) {
    ChildProcess child({MONOLITE_TEST_HELPER, how, path_});
    auto answer = child.read_line();
    EXPECT_EQ(child.wait(), 0);
    return answer;
  }

  TemporaryDatabase database_;
  const std::string path_ = database_.path();
  const fs::path folder_ = fs::path(path_).parent_path();
};

TEST_F(ReadOnly, ReadsAndRefusesToWrite) {
  for (const auto access : {Access::kReadOnly, Access::kImmutable}) {
    const auto reader = open_as(access);
    EXPECT_EQ(count(*reader), 1);
    try {
      reader->write([](WriteSession& tx) { tx.exec("INSERT INTO t VALUES (2)"_sql); });
      ADD_FAILURE() << "was written";
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::ErrorCode::kForbidden);
      EXPECT_THAT(error.what(), HasSubstr(path_));
      EXPECT_THAT(error.hint(), HasSubstr("readonly"));
    }
    EXPECT_THAT(reader->integrity_problems(), IsEmpty());
    EXPECT_EQ(reader->status().journal, access == Access::kReadOnly ? "wal" : "delete");
  }
}

TEST_F(ReadOnly, SeesWhatAnotherProgramWrites) {
  const auto reader = open_as(Access::kReadOnly);
  EXPECT_EQ(count(*reader), 1);
  database_.reopen();
  database_->write([](WriteSession& tx) { tx.exec("INSERT INTO t VALUES (2)"_sql); });
  EXPECT_EQ(count(*reader), 2);
}

TEST_F(ReadOnly, NeitherChangesTheFileNorTakesAWalAway) {
  {
    ChildProcess app({MONOLITE_TEST_HELPER, "commit", path_});
    ASSERT_EQ(app.read_line(), "committed");
    app.kill();
    app.wait();
  }
  const auto file = bytes_of(path_);
  const auto wal = bytes_of(path_ + "-wal");
  EXPECT_EQ(count(*open_as(Access::kReadOnly)), 2);
  EXPECT_EQ(bytes_of(path_), file);
  EXPECT_EQ(bytes_of(path_ + "-wal"), wal);
}

TEST_F(ReadOnly, BacksUp) {
  const auto copy = (folder_ / "copy").string();
  open_as(Access::kReadOnly)->back_up(copy, [](const BackupProgress&) {});
  EXPECT_EQ(count(*open({.path = copy})), 1);
}

TEST_F(ReadOnly, LeavesARollbackJournalFileAsItIs) {
  ChildProcess shell({MONOLITE_TEST_HELPER, "sql", path_});
  shell.write_line("PRAGMA journal_mode=delete");
  ASSERT_EQ(shell.read_line(), "ok");
  shell.close_input();
  ASSERT_EQ(shell.wait(), 0);
  const auto file = bytes_of(path_);
  const auto reader = open_as(Access::kReadOnly);
  EXPECT_EQ(reader->boot_report().journal, "delete");
  EXPECT_EQ(count(*reader), 1);
  EXPECT_EQ(bytes_of(path_), file);
}

TEST_F(ReadOnly, ImmutableRefusesAWalItWouldNotRead) {
  std::ofstream(path_ + "-wal") << "frames";
  try {
    open_as(Access::kImmutable);
    ADD_FAILURE() << "was opened";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ErrorCode::kConfig);
    EXPECT_THAT(error.what(), HasSubstr("-wal"));
  }
}

TEST_F(ReadOnly, ImmutableTakesAnyCharacterInAPath) {
  const auto odd = (folder_ / "a?b#c%41.sqlite3").string();
  fs::copy_file(path_, odd);
  EXPECT_EQ(count(*open({.path = odd, .access = Access::kImmutable})), 1);
}

// F4.
TEST_F(ReadOnly, AFileThatMayNotBeWrittenIsReadWhenThatIsAllowed) {
  ASSERT_EQ(chmod(path_.c_str(), 0444), 0);
  EXPECT_EQ(unprivileged("degrade"), "read-only 1");
  EXPECT_EQ(unprivileged("readonly"), "read-only 1");
  EXPECT_THAT(unprivileged("open"), StartsWith("forbidden: "));
}

// F4: SQLite opens such a database and fails at the first read.
TEST_F(ReadOnly, InAFolderThatMayNotBeWrittenOnlyImmutableWorks) {
  ASSERT_EQ(chmod(folder_.c_str(), 0555), 0);
  for (const char* how : {"degrade", "readonly"})
    EXPECT_THAT(unprivileged(how), HasSubstr("readonly: immutable")) << how;
  EXPECT_EQ(unprivileged("immutable"), "immutable 1");
}

TEST_F(ReadOnly, InAFolderThatMayNotBeWrittenTheFilesOfAWriterAreEnough) {
  database_.reopen();
  for (const char* suffix : {"-wal", "-shm"}) ASSERT_EQ(chmod((path_ + suffix).c_str(), 0666), 0);
  ASSERT_EQ(chmod(folder_.c_str(), 0555), 0);
  EXPECT_EQ(unprivileged("readonly"), "read-only 1");
}

// F4: root ran a command while nothing else was open.
TEST_F(ReadOnly, AWalOfAnotherUserIsNamed) {
  std::ofstream(path_ + "-wal") << "";
  ASSERT_EQ(chmod((path_ + "-wal").c_str(), 0444), 0);
  EXPECT_EQ(unprivileged("open"), "forbidden: " + path_ + "-wal is not writable");
}

TEST_F(ReadOnly, SaysWhenItDegraded) {
  const auto database = open({.path = path_, .unwritable = Unwritable::kReadOnly});
  EXPECT_EQ(database->boot_report().access, "read-write");  // it is writable
  EXPECT_THAT(database->boot_report().warnings, IsEmpty());
}

}  // namespace
}  // namespace monolite::db::sqlite
