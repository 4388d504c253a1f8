#include <atomic>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <monolite/base/error.h>
#include <monolite/base/loop.h>
#include <monolite/db/sqlite/detail/boot_check.h>
#include <monolite/db/sqlite/detail/connection.h>
#include <monolite/db/sqlite/detail/reader_pool.h>
#include <monolite/db/sqlite/fault_vfs.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db::sqlite {
namespace {

using testing::TemporaryDatabase;
using testing::TemporaryFolder;

class Connections : public ::testing::Test {
 protected:
  Connections() {
    configure(connection_, Role::kCreator, {});
    connection_.pragma("CREATE TABLE t (id INTEGER PRIMARY KEY, rank INTEGER, word TEXT) STRICT");
  }

  std::int64_t scalar(const Sql& sql, int value) {
    const StatementLease statement(connection_, sql, BoundBytes::kBorrowed, value);
    statement->step();
    return statement->cell(0).integer;
  }

  int compiled_anew(const Sql& sql) {
    for (sqlite3_stmt* s = nullptr; (s = sqlite3_next_stmt(connection_.handle(), s));) {
      if (sql.text() == sqlite3_sql(s)) return sqlite3_stmt_status(s, SQLITE_STMTSTATUS_REPREPARE, 0);
    }
    ADD_FAILURE() << "not cached: " << sql.text();
    return -1;
  }

  TemporaryFolder folder_;
  Connection connection_{folder_.file("c.sqlite3"), Role::kCreator, ""};
};

// With statistics a range over an index depends on the value. SQLite would compile it for each new one.
TEST_F(Connections, NewValuesDoNotCompileAStatementAnew) {
  connection_.pragma(
      "INSERT INTO t (rank) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2000) SELECT i FROM "
      "n");
  connection_.pragma("CREATE INDEX t_by_rank ON t (rank)");
  connection_.pragma("ANALYZE");
  constexpr auto sql = "SELECT count(*) FROM t WHERE rank > ? AND word IS NULL"_sql;
  EXPECT_EQ(scalar(sql, 0), 2000);
  const int before = compiled_anew(sql);
  for (int i = 1; i < 50; ++i) EXPECT_EQ(scalar(sql, 10 * i), 2000 - 10 * i);
  EXPECT_EQ(compiled_anew(sql), before);
}

TEST_F(Connections, ALiteralIsCompiledOnce) {
  constexpr auto sql = "SELECT ?"_sql;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(scalar(sql, i), i);
  int statements = 0;
  for (sqlite3_stmt* s = nullptr; (s = sqlite3_next_stmt(connection_.handle(), s));) {
    if (sql.text() == sqlite3_sql(s)) ++statements;
  }
  EXPECT_EQ(statements, 1);
}

TEST_F(Connections, ALiteralThatFailedToCompileIsTriedAgain) {
  constexpr auto sql = "SELECT count(*) FROM later WHERE id > ?"_sql;
  EXPECT_THROW(scalar(sql, 0), base::Error);
  connection_.pragma("CREATE TABLE later (id INTEGER)");
  EXPECT_EQ(scalar(sql, 0), 0);
}

TEST_F(Connections, AnErrorThatEndsTheTransactionPoisonsUntilRecovery) {
  connection_.pragma("INSERT INTO t (id) VALUES (1)");
  connection_.control(Control::kBeginWrite);
  connection_.pragma("INSERT INTO t (id) VALUES (2)");
  EXPECT_THROW(connection_.pragma("INSERT OR ROLLBACK INTO t (id) VALUES (1)"), base::Error);
  EXPECT_FALSE(connection_.in_transaction());
  EXPECT_TRUE(connection_.poison());
  EXPECT_THROW(connection_.pragma("INSERT INTO t (id) VALUES (3)"), base::Error);
  EXPECT_THROW(connection_.control(Control::kCommit), base::Error);
  connection_.recover();
  EXPECT_FALSE(connection_.poison());
  EXPECT_EQ(scalar("SELECT count(*) FROM t WHERE id > ?"_sql, 0), 1);
}

TEST_F(Connections, AnOrdinaryErrorInATransactionPoisonsNothing) {
  connection_.control(Control::kBeginWrite);
  connection_.pragma("INSERT INTO t (id) VALUES (1)");
  EXPECT_THROW(connection_.pragma("INSERT INTO t (id) VALUES (1)"), base::Error);
  EXPECT_FALSE(connection_.poison());
  EXPECT_FALSE(connection_.is_broken());
  connection_.control(Control::kCommit);
  EXPECT_EQ(scalar("SELECT count(*) FROM t WHERE id > ?"_sql, 0), 1);
}

class SharedSnapshots : public ::testing::Test {
 protected:
  SharedSnapshots() {
    database_->write([](WriteSession& tx) { tx.run("CREATE TABLE t (id INTEGER) STRICT"_script); });
  }

  void read() {
    pool_.read([](ReadSession& s) { s.scalar<int>("SELECT count(*) FROM t"_sql); });
  }
  /// Runs `works` as tasks in one turn of a loop.
  static void run_in_a_turn(std::initializer_list<std::function<void()>> works) {
    base::Loop loop({.mode = base::TaskMode::kInline});  // tasks on the loop's own thread, also for sanitizers
    loop.post([&] {
      for (const auto& work : works) loop.spawn(work);
      loop.post([&] { loop.stop(); });
    });
    loop.run();
  }

  TemporaryDatabase database_;
  std::atomic<std::uint64_t> commits_{0};
  Quarantine quarantine_{*database_};
  Snapshots snapshots_;
  ReaderPool pool_{[this] {
                     auto connection = std::make_unique<Connection>(database_.path(), Role::kReader, "");
                     configure(*connection, Role::kReader, {});
                     return connection;
                   },
                   commits_,
                   {snapshots_, quarantine_},
                   2};
};

TEST_F(SharedSnapshots, PassFromTaskToTaskAndEndWithTheTurn) {
  run_in_a_turn({[&] { read(); },
                 [&] {
                   EXPECT_EQ(pool_.free_connections(), 0U);  // still inside of the transaction
                   read();
                   EXPECT_EQ(pool_.free_connections(), 0U);
                 }});
  EXPECT_EQ(pool_.free_connections(), 1U);
}

TEST_F(SharedSnapshots, EndWhenTheLaneCommitted) {
  run_in_a_turn({[&] { read(); },
                 [&] {
                   database_->write([](WriteSession& tx) { tx.exec("INSERT INTO t VALUES (1)"_sql); });
                   ++commits_;  // what the lane of this pool would do
                   pool_.read([](ReadSession& s) { EXPECT_EQ(s.scalar<int>("SELECT count(*) FROM t"_sql), 1); });
                 }});
}

TEST_F(SharedSnapshots, EndWhenTheTaskWrites) {
  run_in_a_turn({[&] {
    read();
    pool_.end_snapshot();
    EXPECT_EQ(pool_.free_connections(), 1U);
  }});
}

TEST(ReaderPool, KeepsSoundConnectionsAndClosesBrokenOnes) {
  FaultVfs vfs("reader_pool");
  Options options;
  options.vfs = vfs.name();
  const TemporaryDatabase database(options);
  database->write([](WriteSession& tx) { tx.run("CREATE TABLE t (id INTEGER) STRICT"_script); });
  int opened = 0;
  const std::atomic<std::uint64_t> commits{0};
  Quarantine quarantine(*database);
  Snapshots snapshots;
  ReaderPool pool(
      [&] {
        ++opened;
        auto connection = std::make_unique<Connection>(database.path(), Role::kReader, vfs.name());
        configure(*connection, Role::kReader, options);
        return connection;
      },
      commits, {snapshots, quarantine}, 2);
  const auto count = [&] { pool.read([](ReadSession& s) { s.scalar<int>("SELECT count(*) FROM t"_sql); }); };
  count();
  count();
  EXPECT_EQ(opened, 1);
  EXPECT_THROW(pool.read([](ReadSession& s) { s.find<int>("SELECT nonsense"_sql); }), base::Error);
  EXPECT_EQ(pool.free_connections(), 1u);

  database->write([](WriteSession& tx) { tx.run("INSERT INTO t VALUES (1)"_script); });  // the cached page is old
  vfs.fail({.operation = FaultVfs::Operation::kRead});
  EXPECT_THROW(count(), base::Error);
  EXPECT_EQ(pool.free_connections(), 0u);
  for (int i = 0; i < 5; ++i) EXPECT_THROW(count(), base::Error);  // opening fails: no place is lost
  vfs.heal();
  count();
  EXPECT_EQ(pool.free_connections(), 1u);
}

}  // namespace
}  // namespace monolite::db::sqlite
