#include <atomic>
#include <chrono>
#include <csignal>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/db/errors.h>
#include <monolite/db/sqlite/testing/child_process.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db::sqlite {
namespace {

using namespace std::chrono_literals;
using testing::ChildProcess;
using testing::TemporaryDatabase;
using testing::TemporaryFolder;

class OtherProcess : public ::testing::Test {
 protected:
  OtherProcess() {
    database_->write([](WriteSession& tx) { tx.run("CREATE TABLE t (id INTEGER) STRICT"_script); });
  }

  void tell(const std::string& sql) {
    other_.write_line(sql);
    ASSERT_EQ(other_.read_line(), "ok") << sql;
  }

  void write() {
    database_->write([](WriteSession& tx) { tx.exec("INSERT INTO t VALUES (1)"_sql); }, {.timeout = 20ms});
  }
  int count() {
    return database_->read([](ReadSession& s) { return s.scalar<int>("SELECT count(*) FROM t"_sql); });
  }

  TemporaryDatabase database_;
  ChildProcess other_{{MONOLITE_TEST_HELPER, "sql", database_.path()}};
};

TEST_F(OtherProcess, ThatHoldsTheLockMakesWritesBusyWhileReadsAreServed) {
  tell("BEGIN IMMEDIATE");
  const auto begun = base::Monotonic::now();
  EXPECT_THROW(write(), Busy);
  const auto waited = base::Monotonic::now() - begun;
  EXPECT_GE(waited, 20ms);
  EXPECT_LT(waited, 4s);
  EXPECT_EQ(count(), 0);
  tell("INSERT INTO t VALUES (7)");
  tell("COMMIT");
  write();
  EXPECT_EQ(count(), 2);
}

// At the opening the planner's statistics are refreshed, which writes.
TEST_F(OtherProcess, ThatHoldsTheLockDoesNotKeepUsFromOpening) {
  database_->write([](WriteSession& tx) {
    tx.run(R"(
      CREATE INDEX t_by_id ON t (id);
      INSERT INTO t WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 500) SELECT i FROM n;
    )"_script);
  });
  database_.close();
  tell("BEGIN IMMEDIATE");
  database_.reopen();
  EXPECT_EQ(count(), 500);
  tell("COMMIT");
  database_.reopen();
  EXPECT_EQ(database_->read([](ReadSession& s) { return s.scalar<std::string>("SELECT idx FROM sqlite_stat1"_sql); }),
            "t_by_id");
}

TEST_F(OtherProcess, EachUnitOfABatchHasItsOwnDeadline) {
  tell("BEGIN IMMEDIATE");
  std::atomic<int> stored{0}, busy{0};
  std::vector<std::thread> writers;
  for (const auto timeout :
       {std::chrono::milliseconds(10), std::chrono::milliseconds(30), std::chrono::milliseconds(60'000)}) {
    writers.emplace_back([&, timeout] {
      try {
        database_->write([](WriteSession& tx) { tx.exec("INSERT INTO t VALUES (1)"_sql); }, {.timeout = timeout});
        ++stored;
      } catch (const Busy&) {
        ++busy;
      }
    });
  }
  while (busy < 2) std::this_thread::yield();
  EXPECT_EQ(stored, 0);
  tell("COMMIT");
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(stored, 1);
  EXPECT_EQ(count(), 1);
}

TEST_F(OtherProcess, ThatDiesWithTheLockGivesItFree) {
  tell("BEGIN IMMEDIATE");
  tell("INSERT INTO t VALUES (7)");
  EXPECT_THROW(write(), Busy);
  other_.kill();
  EXPECT_EQ(other_.wait(), -SIGKILL);
  write();
  EXPECT_EQ(count(), 1);
}

TEST_F(OtherProcess, MayMigrateUnderOurStatements) {
  const auto row = [&] { return database_->read([](ReadSession& s) { return s.all<int>("SELECT * FROM t"_sql); }); };
  write();
  EXPECT_EQ(row(), std::vector<int>{1});
  tell("ALTER TABLE t ADD COLUMN extra TEXT");
  EXPECT_EQ(row(), std::vector<int>{1});
  tell("DROP TABLE t");
  EXPECT_THROW(write(), base::Error);
  tell("CREATE TABLE t (id INTEGER) STRICT");
  write();
  EXPECT_EQ(row(), std::vector<int>{1});
}

// SQLite answers BUSY at once when a file in rollback mode is in use and shall become a WAL database.
TEST(TwoProcesses, OpeningWaitsForTheMomentToSwitchToWal) {
  const TemporaryFolder folder;
  ChildProcess other({MONOLITE_TEST_HELPER, "sql", folder.file("old.sqlite3")});
  const auto tell = [&](const char* sql) {
    other.write_line(sql);
    ASSERT_EQ(other.read_line(), "ok");
  };
  tell("CREATE TABLE t (id INTEGER)");
  tell("BEGIN IMMEDIATE");
  auto opened = std::async(std::launch::async, [&] { return open({.path = folder.file("old.sqlite3")}); });
  EXPECT_EQ(opened.wait_for(50ms), std::future_status::timeout);
  tell("COMMIT");
  EXPECT_EQ(opened.get()->status().journal, "wal");
}

TEST(TwoProcesses, MigrateAtOnceAndEachStepRunsOnce) {
  for (int round = 0; round < 5; ++round) {
    const TemporaryFolder folder;
    std::vector<std::unique_ptr<ChildProcess>> children;
    for (int i = 0; i < 3; ++i) {
      children.push_back(std::make_unique<ChildProcess>(
          std::vector<std::string>{MONOLITE_TEST_HELPER, "migrate", folder.file("new.sqlite3")}));
    }
    for (auto& child : children) child->write_line("go");
    int ran = 0;
    for (auto& child : children) {
      const auto answer = child->read_line();
      EXPECT_EQ(child->wait(), 0);
      ran += answer.empty() ? 0 : std::stoi(answer);
    }
    EXPECT_EQ(ran, 5);
  }
}

}  // namespace
}  // namespace monolite::db::sqlite
