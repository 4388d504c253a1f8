// Kills a process that uses a database in every way, at each failpoint and at any moment, and proves: every
// acknowledged unit is stored, none is stored by half, what failed left nothing, a migration is there with its record
// or not at all, a backup is complete or not there, and the file is sound. What the process did not get to acknowledge
// may or may not be stored.

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <monolite/db/failpoints.h>
#include <monolite/db/sqlite/failpoints.h>
#include <monolite/db/sqlite/testing/child_process.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db::sqlite {
namespace {

using testing::ChildProcess;
using ::testing::IsEmpty;
using testing::TemporaryFolder;

/// Per failpoint, and as many again for each ten of them at any moment.
constexpr std::uint64_t kRounds = MONOLITE_CRASH_ROUNDS;

constexpr std::uint64_t kSeed = 20261125;

class Crash : public ::testing::Test {
 protected:
  /// Runs the writer until it kills itself, or until it has reported `kill_after` times; remembers what it says.
  int crash(std::vector<std::string> arguments, std::size_t kill_after = 0) {
    arguments.insert(arguments.begin(), {MONOLITE_CRASH_WRITER, folder_.path().string()});
    ChildProcess writer(std::move(arguments));
    std::size_t heard = 0;
    std::int64_t number = 0;
    while (read_number(writer, number)) {
      (number > 0 ? acknowledged_ : backups_).insert(number);
      if (++heard == kill_after) writer.kill();  // what is in the pipe was acknowledged too
    }
    return writer.wait();
  }

  static bool read_number(const ChildProcess& writer, std::int64_t& number) {
    std::size_t have = 0;
    while (have < sizeof number) {
      const auto got = read(writer.output(), reinterpret_cast<char*>(&number) + have, sizeof number - have);
      if (got <= 0) return false;
      have += static_cast<std::size_t>(got);
    }
    return true;
  }

  void check() {
    check_database();
    check_backups();
  }

  void check_database() {
    const auto path = folder_.file("crash.sqlite3");
    if (!std::filesystem::exists(path)) {  // it died before it made one
      EXPECT_THAT(acknowledged_, IsEmpty());
      return;
    }
    const auto database = open({.path = path});
    EXPECT_THAT(database->integrity_problems(), IsEmpty());
    database->read([&](ReadSession& s) {
      if (has_units(s))
        check_units(s, acknowledged_);
      else
        EXPECT_THAT(acknowledged_, IsEmpty());
      check_migrations(s);
    });
  }

  static bool has_units(ReadSession& s) { return has_table(s, "units"); }

  static bool has_table(ReadSession& s, const char* name) {
    return s.find<int>("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?"_sql, name).has_value();
  }

  static void check_units(ReadSession& s, const std::set<std::int64_t>& acknowledged) {
    std::set<std::int64_t> stored;
    for (const auto id : s.each<std::int64_t>("SELECT id FROM units"_sql)) stored.insert(id);
    for (const auto id : acknowledged) EXPECT_TRUE(stored.contains(id)) << "lost " << id;
    const auto count = static_cast<std::int64_t>(stored.size());
    EXPECT_EQ(s.scalar<std::int64_t>("SELECT units FROM totals"_sql), count);
    EXPECT_EQ(s.scalar<std::int64_t>("SELECT count(*) FROM halves"_sql), 2 * count);
    EXPECT_EQ(s.scalar<std::int64_t>("SELECT count(*) FROM units WHERE note = 'refused'"_sql), 0);
  }

  static void check_migrations(ReadSession& s) {
    if (!has_table(s, "ml_db_migrations")) {
      EXPECT_FALSE(has_units(s));
      return;
    }
    const auto steps = s.all<int>("SELECT version FROM ml_db_migrations"_sql);
    const auto ran = [&](int version) { return std::find(steps.begin(), steps.end(), version) != steps.end(); };
    EXPECT_EQ(ran(1), has_units(s));
    EXPECT_EQ(ran(2), has_table(s, "extras"));
  }

  /// A file under its own name is complete, whether the process got to say so or not.
  void check_backups() {
    const auto path_of = [&](std::int64_t backup) { return folder_.file("backup-" + std::to_string(-backup)); };
    for (const auto backup : backups_) EXPECT_TRUE(std::filesystem::exists(path_of(backup))) << path_of(backup);
    for (std::int64_t backup = -1; std::filesystem::exists(path_of(backup)); --backup) {
      if (!checked_backups_.insert(backup).second) continue;
      const auto copy = open({.path = path_of(backup)});
      EXPECT_THAT(copy->integrity_problems(), IsEmpty()) << path_of(backup);
      copy->read([&](ReadSession& s) { check_units(s, {}); });
    }
  }

  TemporaryFolder folder_;
  std::set<std::int64_t> acknowledged_;
  std::set<std::int64_t> backups_;  // as reported: below 0
  std::set<std::int64_t> checked_backups_;
};

TEST_F(Crash, AtAnyMomentLosesNoAcknowledgedWrite) {
  std::mt19937 random(kSeed);  // which moments differs all the same: the kill races with the writer
  for (std::uint64_t round = 0; round < 4 * kRounds; ++round) {
    EXPECT_EQ(crash({}, 1 + random() % 200), -SIGKILL);
    check();
    if (HasFailure()) FAIL() << "in round " << round;
  }
  EXPECT_GE(acknowledged_.size(), 4 * kRounds);
}

class CrashAt : public Crash, public ::testing::WithParamInterface<base::Failpoint> {};

TEST_P(CrashAt, LosesNoAcknowledgedWriteAndStoresNoHalf) {
  for (std::uint64_t round = 0; round < kRounds; ++round) {
    const auto seed = round == 0 ? 0 : kSeed + round;
    ASSERT_EQ(crash({std::string(GetParam().name), std::to_string(seed)}), -SIGKILL)
        << "never reached: let tests/crash/writer_main.cc do what gets there";
    check();
    if (HasFailure()) FAIL() << "when " << GetParam().when << ", seed " << seed;
  }
}

/// Every failpoint of every room that the writer uses.
std::vector<base::Failpoint> all_failpoints() {
  std::vector<base::Failpoint> all;
  for (const auto table : {db::failpoints(), sqlite::failpoints()}) all.insert(all.end(), table.begin(), table.end());
  return all;
}

std::string case_name(const ::testing::TestParamInfo<base::Failpoint>& info) {
  std::string name(info.param.name);
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Every, CrashAt, ::testing::ValuesIn(all_failpoints()), case_name);

}  // namespace
}  // namespace monolite::db::sqlite
