#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/db/errors.h>
#include <monolite/db/sqlite/detail/probe.h>
#include <monolite/db/sqlite/testing/child_process.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db::sqlite {
namespace {

namespace fs = std::filesystem;
using testing::ChildProcess;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TemporaryDatabase;
using testing::TemporaryFolder;

/// A plain connection of another program; each line is answered "ok" or "error N".
class Shell {
 public:
  explicit Shell(const std::string& path) : process_({MONOLITE_TEST_HELPER, "sql", path}) {}

  std::string run(const std::string& sql) {
    process_.write_line(sql);
    return process_.read_line();
  }
  void crash() {
    process_.kill();
    process_.wait();
  }
  void end() {
    process_.close_input();
    process_.wait();
  }

 private:
  ChildProcess process_;
};

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

TEST(Boot, ReportsWhatItFoundOut) {
  TemporaryDatabase database;
  database.close();
  auto options = database.options();
  options.self_test = SelfTest::kRun;
  const auto opened = open(options);
  const auto& report = opened->boot_report();
  EXPECT_EQ(report.path, database.path());
  EXPECT_THAT(report.engine, HasSubstr(library_version()));
  EXPECT_NE(report.file_system, "");
  EXPECT_EQ(report.access, "read-write");
  EXPECT_EQ(report.journal, "wal");
  EXPECT_EQ(report.synchronous, "full");
  EXPECT_TRUE(report.foreign_keys);
  ASSERT_TRUE(report.sync);
  EXPECT_GT(report.sync->count(), 0);
  EXPECT_TRUE(report.locks_tested);
  EXPECT_FALSE(report.recovery);
  EXPECT_EQ(report.wal_bytes, 0);
  EXPECT_GT(report.opening.count(), 0);
  EXPECT_THAT(report.compile_options, Contains(HasSubstr("THREADSAFE=")));
  EXPECT_THAT(report.warnings, IsEmpty());
}

TEST(Boot, LeavesNothingOfItsProbeBehind) {
  const TemporaryFolder folder;
  const auto result = probe_beside(folder.file("x.sqlite3"));
  EXPECT_GT(result.sync.count(), 0);
  EXPECT_THAT(names_in(folder.path()), IsEmpty());
}

TEST(Boot, AProbeThatCannotBeMadeNamesTheDatabase) {
  try {
    probe_beside("/no/such/folder/x.sqlite3");
    ADD_FAILURE();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ErrorCode::kIo);
    EXPECT_THAT(error.what(), HasSubstr("/no/such/folder/x.sqlite3"));
  }
}

// F2.
TEST(Boot, TellsThatAWalWasRecovered) {
  TemporaryDatabase database;
  database.close();
  Shell shell(database.path());
  ASSERT_EQ(shell.run("CREATE TABLE t (a INTEGER)"), "ok");
  ASSERT_EQ(shell.run("INSERT INTO t VALUES (7)"), "ok");
  shell.crash();
  database.reopen();
  const auto& report = database->boot_report();
  EXPECT_GT(report.wal_bytes, 0);
  ASSERT_TRUE(report.recovery);
  EXPECT_GE(report.recovery->count(), 0);
  EXPECT_THAT(report.recovered, HasSubstr(database.path()));
  EXPECT_EQ(database->read([](ReadSession& s) { return s.scalar<int>("SELECT a FROM t"_sql); }), 7);
  database.reopen();
  EXPECT_FALSE(database->boot_report().recovery);
}

// F22.
TEST(Boot, UndoesAHotJournalBeforeItSwitchesToWal) {
  const TemporaryFolder folder;
  const auto path = folder.file("old.sqlite3");
  Shell shell(path);
  for (const char* sql : {"CREATE TABLE t (a INTEGER)", "INSERT INTO t VALUES (1)", "PRAGMA cache_size=2",
                          "PRAGMA cache_spill=1", "BEGIN", "CREATE TABLE big (b BLOB)"}) {
    ASSERT_EQ(shell.run(sql), "ok") << sql;
  }
  ASSERT_EQ(shell.run("INSERT INTO big WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<200) "
                      "SELECT randomblob(3000) FROM n"),
            "ok");
  ASSERT_EQ(shell.run("UPDATE t SET a = 2"), "ok");
  shell.crash();
  ASSERT_TRUE(fs::exists(path + "-journal"));
  const auto database = open({.path = path});
  EXPECT_EQ(database->boot_report().journal, "wal");
  ASSERT_TRUE(database->boot_report().recovery);
  EXPECT_EQ(database->read([](ReadSession& s) { return s.scalar<int>("SELECT a FROM t"_sql); }), 1);
  EXPECT_THROW(database->describe("SELECT b FROM big"), base::Error);
  EXPECT_THAT(database->integrity_problems(), IsEmpty());
}

// F22: SQLite does not wait for it by itself.
TEST(Boot, WaitsToSwitchToWalUntilOthersHaveEnded) {
  const TemporaryFolder folder;
  const auto path = folder.file("old.sqlite3");
  Shell shell(path);
  ASSERT_EQ(shell.run("CREATE TABLE t (a INTEGER)"), "ok");
  ASSERT_EQ(shell.run("BEGIN IMMEDIATE"), "ok");
  ASSERT_EQ(shell.run("INSERT INTO t VALUES (1)"), "ok");
  std::unique_ptr<Database> database;
  std::thread opener([&] { database = open({.path = path}); });
  ASSERT_EQ(shell.run("COMMIT"), "ok");
  shell.end();
  opener.join();
  EXPECT_EQ(database->boot_report().journal, "wal");
  EXPECT_EQ(database->read([](ReadSession& s) { return s.scalar<int>("SELECT a FROM t"_sql); }), 1);
}

/// A database whose process ended without closing it, with a commit that lies in the WAL alone.
class CrashedDatabase : public ::testing::Test {
 protected:
  CrashedDatabase() : path_(folder_.file("app.sqlite3")) {
    open({.path = path_, .create = CreateFile::kIfMissing})->write([](WriteSession& tx) {
      tx.run("CREATE TABLE t (a INTEGER) STRICT"_script);
    });
    ChildProcess app({MONOLITE_TEST_HELPER, "commit", path_});
    EXPECT_EQ(app.read_line(), "committed");
    app.kill();
    app.wait();
  }

  std::string refusal(const Options& options) {
    try {
      open(options);
    } catch (const Corrupt& error) {
      EXPECT_EQ(error.scope(), base::ErrorScope::kDatabase);
      EXPECT_THAT(error.hint(), HasSubstr("lost_wal: warn"));
      return error.what();
    }
    ADD_FAILURE() << "was opened";
    return "";
  }
  std::vector<std::string> warnings(const Options& options) { return open(options)->boot_report().warnings; }

  const TemporaryFolder folder_;
  const std::string path_;
};

// F14.
TEST_F(CrashedDatabase, IsRefusedWhenItsWalIsGone) {
  fs::remove(path_ + "-wal");
  EXPECT_THAT(refusal({.path = path_}), HasSubstr("its -wal file with committed data"));
  EXPECT_THAT(refusal({.path = path_}), HasSubstr(path_));  // and stays so
  EXPECT_THAT(warnings({.path = path_, .lost_wal = LostWal::kWarn}), ElementsAre(HasSubstr("data was lost")));
  EXPECT_THAT(warnings({.path = path_}), IsEmpty());  // accepted
}

TEST_F(CrashedDatabase, IsSavedByPuttingItsWalBack) {
  fs::rename(path_ + "-wal", folder_.file("saved"));
  fs::remove(path_ + "-shm");
  refusal({.path = path_});
  fs::rename(folder_.file("saved"), path_ + "-wal");
  const auto database = open({.path = path_});
  EXPECT_EQ(database->read([](ReadSession& s) { return s.scalar<int>("SELECT a FROM t"_sql); }), 1);
}

TEST_F(CrashedDatabase, IsRefusedWhenItsWalWasCut) {
  fs::resize_file(path_ + "-wal", 32);
  EXPECT_THAT(refusal({.path = path_}), HasSubstr("was cut"));
  EXPECT_TRUE(fs::exists(path_ + "-wal"));
}

TEST_F(CrashedDatabase, IsRefusedWhenAnotherWalIsThere) {
  Shell shell(folder_.file("other.sqlite3"));
  for (const char* sql : {"PRAGMA journal_mode=wal", "CREATE TABLE u (b)", "INSERT INTO u VALUES (zeroblob(40000))"}) {
    ASSERT_EQ(shell.run(sql), "ok");
  }
  fs::copy_file(folder_.file("other.sqlite3") + "-wal", path_ + "-wal", fs::copy_options::overwrite_existing);
  EXPECT_THAT(refusal({.path = path_}), HasSubstr("was replaced by another"));
}

TEST_F(CrashedDatabase, IsFineAsItIs) {
  EXPECT_THAT(warnings({.path = path_}), IsEmpty());
  EXPECT_THAT(warnings({.path = path_}), IsEmpty());
}

TEST_F(CrashedDatabase, IsFineAfterAnotherProgramRecoveredAndClosedIt) {
  Shell shell(path_);
  ASSERT_EQ(shell.run("INSERT INTO t VALUES (2)"), "ok");
  shell.end();
  ASSERT_FALSE(fs::exists(path_ + "-wal"));
  EXPECT_THAT(warnings({.path = path_}), IsEmpty());
}

TEST_F(CrashedDatabase, IsRefusedWhenTheFileWasEmptied) {
  fs::resize_file(path_, 0);
  EXPECT_THAT(refusal({.path = path_}), HasSubstr("the file is empty"));
  EXPECT_THAT(refusal({.path = path_, .create = CreateFile::kIfMissing}), HasSubstr("the file is empty"));
}

TEST_F(CrashedDatabase, MayBeMadeAnewAfterItWasRemoved) {
  for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(path_ + suffix);
  EXPECT_THAT(warnings({.path = path_, .create = CreateFile::kIfMissing}), IsEmpty());
}

TEST_F(CrashedDatabase, IsOpenedWithADamagedRecordAndSaysSo) {
  std::ofstream(path_ + "-state", std::ios::trunc) << "what is this";
  EXPECT_THAT(warnings({.path = path_}), ElementsAre(HasSubstr("-state is damaged")));
  EXPECT_THAT(warnings({.path = path_}), IsEmpty());
}

/// F10, with the file still under its name or another in its place.
class MovedFile : public ::testing::Test {
 protected:
  MovedFile() {
    database_->write([](WriteSession& tx) { tx.run("CREATE TABLE t (a INTEGER) STRICT"_script); });
  }
  void insert() {
    database_->write([](WriteSession& tx) { tx.exec("INSERT INTO t VALUES (1)"_sql); });
  }
  /// The guard does not ask at each write; it does at the latest after a tenth of a second.
  base::ErrorCode code_of_refusal() {
    try {
      while (true) insert();
    } catch (const base::Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("was deleted or replaced"));
      return error.code();
    }
  }

  TemporaryDatabase database_;
};

TEST_F(MovedFile, ThatWasDeletedTakesNoMoreWrites) {
  std::vector<std::string> told;
  const auto subscription = database_->quarantined.listen([&](const Quarantined& q) { told.push_back(q.what); });
  database_->read([](ReadSession& s) { s.scalar<int>("SELECT count(*) FROM t"_sql); });  // opens a reader
  fs::remove(database_.path());
  EXPECT_EQ(code_of_refusal(), base::ErrorCode::kClosed);
  EXPECT_THROW(insert(), base::Error);  // for good
  EXPECT_THAT(told, ElementsAre(HasSubstr("was deleted or replaced")));
  EXPECT_TRUE(database_->status().quarantine);
}

TEST_F(MovedFile, IsNeverMadeAnew) {
  fs::remove(database_.path());
  EXPECT_THROW(open({.path = database_.path()}), base::Error);
  code_of_refusal();
  database_.close();
  EXPECT_FALSE(fs::exists(database_.path()));
}

/// A new reader would open what lies at the path now.
TEST_F(MovedFile, IsNotReadInPlaceOfTheOldOne) {
  const TemporaryDatabase other;
  other->write([](WriteSession& tx) { tx.run("CREATE TABLE t (a INTEGER) STRICT"_script); });
  other->back_up(fs::path(database_.path()).replace_filename("other"), [](const BackupProgress&) {});
  fs::rename(fs::path(database_.path()).replace_filename("other"), database_.path());
  try {
    database_->read([](ReadSession& s) { s.scalar<int>("SELECT count(*) FROM t"_sql); });
    ADD_FAILURE() << "another database was read";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ErrorCode::kClosed);
  }
}

TEST_F(MovedFile, DoesNotRecordWhatIsNotItsOwn) {
  fs::rename(database_.path(), database_.path() + ".away");
  code_of_refusal();
  const auto before = fs::last_write_time(database_.path() + "-state");
  database_.close();
  EXPECT_EQ(fs::last_write_time(database_.path() + "-state"), before);
}

}  // namespace
}  // namespace monolite::db::sqlite
