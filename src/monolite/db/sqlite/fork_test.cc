// A fork carries the memory of an open database along, but neither its threads nor its file locks.

#include <string>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <monolite/base/error.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db::sqlite {
namespace {

using testing::TemporaryDatabase;

class Fork : public ::testing::Test {
 protected:
  Fork() {
    database_->write([](WriteSession& tx) { tx.run("CREATE TABLE t (id INTEGER) STRICT"_script); });
    write();
  }

  void write() {
    database_->write([](WriteSession& tx) { tx.exec("INSERT INTO t VALUES (1)"_sql); });
  }
  int count() {
    return database_->read([](ReadSession& s) { return s.scalar<int>("SELECT count(*) FROM t"_sql); });
  }

  /// Runs `act` in a forked child; true when it said so.
  template <class F>
  static bool in_child(F act) {
    const pid_t child = fork();
    if (child == 0) _exit(act() ? 0 : 1);
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

  template <class F>
  static bool is_refused(F use) {
    try {
      use();
      return false;
    } catch (const base::Error& error) {
      return error.scope() == base::ErrorScope::kBug;
    }
  }

  TemporaryDatabase database_;
};

TEST_F(Fork, TheChildIsRefused) {
  EXPECT_TRUE(in_child([&] {
    return is_refused([&] { write(); }) && is_refused([&] { count(); }) &&
           is_refused([&] { database_->back_up(database_.path() + ".copy", [](const BackupProgress&) {}); });
  }));
  write();
  EXPECT_EQ(count(), 2);
}

// SQLite's own close would copy the WAL back and remove it under the feet of the parent.
TEST_F(Fork, ClosingInTheChildTouchesNothing) {
  EXPECT_TRUE(in_child([&] {
    database_.close();
    return true;
  }));
  EXPECT_GT(database_->status().wal_bytes, 0);
  write();
  EXPECT_EQ(count(), 2);
  database_.reopen();
  EXPECT_EQ(count(), 2);
}

// SQLite in the child believes that it holds the parent's locks.
TEST_F(Fork, TheChildCannotOpenAnything) {
  EXPECT_TRUE(in_child([&] { return is_refused([&] { open({.path = database_.path()}); }); }));
  database_.close();
  EXPECT_TRUE(in_child([&] { return is_refused([&] { open({.path = database_.path()}); }); }));
}

}  // namespace
}  // namespace monolite::db::sqlite
