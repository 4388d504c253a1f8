// Kills a writing process at any moment and proves: every acknowledged unit is stored, no unit is stored by half, and
// the file is sound. What the process did not get to acknowledge may or may not be there.

#include <csignal>
#include <cstdint>
#include <random>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include <monolite/db/sqlite/testing/child_process.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db::sqlite {
namespace {

using testing::ChildProcess;
using testing::TemporaryFolder;

class Crash : public ::testing::Test {
 protected:
  /// Runs a writer until it has acknowledged `kill_after` units (0: until it kills itself) and collects all it says.
  void crash(int batches, std::size_t kill_after) {
    ChildProcess writer({MONOLITE_CRASH_WRITER, path_, std::to_string(batches)});
    std::size_t heard = 0;
    std::int64_t id = 0;
    while (read_id(writer, id)) {
      acknowledged_.insert(id);
      if (++heard == kill_after) writer.kill();  // what is in the pipe was acknowledged too
    }
    EXPECT_EQ(writer.wait(), -SIGKILL);
  }

  static bool read_id(const ChildProcess& writer, std::int64_t& id) {
    std::size_t have = 0;
    while (have < sizeof id) {
      const auto got = read(writer.output(), reinterpret_cast<char*>(&id) + have, sizeof id - have);
      if (got <= 0) return false;
      have += static_cast<std::size_t>(got);
    }
    return true;
  }

  void check() {
    const auto database = open({.path = path_});
    database->read([&](ReadSession& s) {
      std::set<std::int64_t> stored;
      for (const auto id : s.each<std::int64_t>("SELECT id FROM units"_sql)) stored.insert(id);
      for (const auto id : acknowledged_) EXPECT_TRUE(stored.contains(id)) << "lost " << id;
      EXPECT_EQ(s.scalar<std::int64_t>("SELECT units FROM totals"_sql), static_cast<std::int64_t>(stored.size()));
      EXPECT_EQ(s.scalar<std::int64_t>("SELECT count(*) FROM halves"_sql),
                2 * static_cast<std::int64_t>(stored.size()));
      EXPECT_EQ(s.scalar<std::string>("PRAGMA integrity_check"_sql), "ok");
      EXPECT_FALSE(s.find<std::string>("PRAGMA foreign_key_check"_sql));
      stored_ = stored.size();
    });
  }

  TemporaryFolder folder_;
  const std::string path_ = folder_.file("crash.sqlite3");
  std::set<std::int64_t> acknowledged_;
  std::size_t stored_ = 0;
};

TEST_F(Crash, AtAnyMomentLosesNoAcknowledgedWrite) {
  std::mt19937 random(20261120);  // which moments differs all the same: the kill races with the writer
  for (int round = 0; round < 40; ++round) {
    crash(0, 1 + random() % 200);
    check();
    if (HasFailure()) FAIL() << "in round " << round;
  }
  EXPECT_GE(acknowledged_.size(), 40u);
}

TEST_F(Crash, BetweenCommitAndAnswersLosesNothing) {
  for (int batch = 1; batch <= 20; ++batch) {
    crash(batch, 0);
    check();
    if (HasFailure()) FAIL() << "at batch " << batch;
  }
  EXPECT_FALSE(acknowledged_.empty());
  EXPECT_GE(stored_, acknowledged_.size() + 20);  // each kill came after a COMMIT that nobody had heard of yet
}

}  // namespace
}  // namespace monolite::db::sqlite
