// What a power cut leaves (row F3 of docs/internals/faults.md): many cuts of a running workload, each opened and
// checked.

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <numeric>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/base/error.h>
#include <monolite/base/rng.h>
#include <monolite/db/errors.h>
#include <monolite/db/sqlite/fault_vfs.h>
#include <monolite/db/sqlite/power_cut.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db::sqlite {
namespace {

using ::testing::IsEmpty;
using testing::TemporaryDatabase;
using testing::TemporaryFolder;
using Survivors = PowerCutDisk::Survivors;
using Syncs = PowerCutDisk::Syncs;

constexpr std::uint64_t kCuts = MONOLITE_POWER_CUTS;
constexpr int kWriters = 3;

/// What a power cut left, and what had been acknowledged by then.
struct CutOff {
  TemporaryFolder folder;
  std::set<std::int64_t> acknowledged;
};

/// Threads that write units into a database on a disk that may lose power.
class Workload {
 public:
  Workload(Syncs syncs, Synchronous synchronous) : disk_(syncs), database_(options(synchronous)) {
    database_->write([](WriteSession& tx) {
      tx.run(R"(
        CREATE TABLE units (id INTEGER PRIMARY KEY, filling BLOB) STRICT;
        CREATE TABLE halves (unit_id INTEGER REFERENCES units (id), side TEXT, UNIQUE (side, unit_id)) STRICT;
      )"_script);
    });
    for (int i = 0; i < kWriters; ++i) writers_.emplace_back([this] { write_until_stopped(); });
  }
  ~Workload() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    for (auto& writer : writers_) writer.join();
  }
  Workload(const Workload&) = delete;
  Workload& operator=(const Workload&) = delete;

  /// Lets the writers store some more units, and cuts the power meanwhile: right before one of the operations on the
  /// disk that this takes.
  void run_and_cut(CutOff& cut, std::uint64_t seed) {
    seed_ = seed;
    operations_left_ = base::SeededRng(seed).between(1, 80);
    cut_ = &cut;
    {
      std::unique_lock lock(mutex_);
      tickets_ += 12;
      changed_.notify_all();
      changed_.wait(lock, [&] { return tickets_ == 0 && writing_ == 0; });
    }
    if (CutOff* const missed = cut_.exchange(nullptr)) cut_power(*missed);
    // The lane's own threads work on the disk, too: one of them may be in the middle of the cut.
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return std::exchange(is_cut_, false); });
  }

 private:
  Options options(Synchronous synchronous) {
    vfs_.watch([this](FaultVfs::Operation, const std::string&) {
      if (--operations_left_ != 0) return;
      if (CutOff* const due = cut_.exchange(nullptr)) cut_power(*due);
    });
    Options options;
    options.vfs = vfs_.name();
    options.synchronous = synchronous;
    options.checkpoint_frames = 40;  // cuts fall before, in and after checkpoints
    return options;
  }

  void cut_power(CutOff& cut) {
    {
      const std::lock_guard lock(mutex_);
      cut.acknowledged = acknowledged_;
    }
    disk_.cut_power(cut.folder.path(), {.seed = seed_});
    const std::lock_guard lock(mutex_);
    is_cut_ = true;
    changed_.notify_all();
  }

  static std::int64_t insert_unit(WriteSession& tx) {
    const auto id =
        tx.insert<std::int64_t>("INSERT INTO units (filling) VALUES (zeroblob(abs(random()) % 3000)) RETURNING id"_sql);
    tx.exec("INSERT INTO halves VALUES (?, 'left')"_sql, id);
    tx.exec("INSERT INTO halves VALUES (?, 'right')"_sql, id);
    return id;
  }

  void write_until_stopped() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return stop_ || tickets_ > 0; });
      if (stop_) return;
      --tickets_;
      ++writing_;
      lock.unlock();
      const auto id = database_->write(insert_unit, {.timeout = std::chrono::minutes(5)});
      lock.lock();
      acknowledged_.insert(id);
      --writing_;
      changed_.notify_all();
    }
  }

  std::atomic<std::int64_t> operations_left_{0};
  std::atomic<std::uint64_t> seed_{0};
  std::atomic<CutOff*> cut_{nullptr};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::int64_t> acknowledged_;
  int tickets_ = 0;
  int writing_ = 0;
  bool stop_ = false;
  bool is_cut_ = false;  // the folder of this round is complete

  PowerCutDisk disk_;
  FaultVfs vfs_{"disk", &disk_};
  TemporaryDatabase database_;
  std::vector<std::thread> writers_;  // last: they use all of the above
};

/// What is found in a folder after a power cut.
struct Found {
  bool has_tables = false;
  std::vector<std::string> problems;
  std::vector<std::int64_t> units;
  std::int64_t halves = 0;
};

Found look(const TemporaryFolder& folder) {
  Found found;
  const auto database = open({.path = folder.file("test.sqlite3"), .create = CreateFile::kIfMissing});
  found.problems = database->integrity_problems();
  database->read([&](ReadSession& s) {
    found.has_tables = s.find<int>("SELECT 1 FROM sqlite_schema WHERE name = 'halves'"_sql).has_value();
    if (!found.has_tables) return;
    found.units = s.all<std::int64_t>("SELECT id FROM units ORDER BY id"_sql);
    found.halves = s.scalar<std::int64_t>("SELECT count(*) FROM halves"_sql);
  });
  return found;
}

std::size_t lost(const std::set<std::int64_t>& acknowledged, const std::vector<std::int64_t>& found) {
  return static_cast<std::size_t>(
      std::ranges::count_if(acknowledged, [&](std::int64_t id) { return !std::ranges::binary_search(found, id); }));
}

/// Commits are there up to some moment, whole, and none after it.
void expect_sound(const Found& found) {
  EXPECT_THAT(found.problems, IsEmpty());
  EXPECT_EQ(found.halves, 2 * static_cast<std::int64_t>(found.units.size()));
  std::vector<std::int64_t> in_order(found.units.size());
  std::iota(in_order.begin(), in_order.end(), 1);
  EXPECT_EQ(found.units, in_order);
}

TEST(PowerCut, AtFullLosesNothingThatWasAcknowledged) {
  Workload workload(Syncs::kHonest, Synchronous::kFull);
  for (std::uint64_t seed = 1; seed <= kCuts; ++seed) {
    SCOPED_TRACE(seed);
    CutOff cut;
    workload.run_and_cut(cut, seed);
    const Found found = look(cut.folder);
    expect_sound(found);
    EXPECT_TRUE(found.has_tables);
    EXPECT_EQ(lost(cut.acknowledged, found.units), 0u);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(PowerCut, AtNormalMayLoseTheLastCommitsAndNothingElse) {
  Workload workload(Syncs::kHonest, Synchronous::kNormal);
  std::size_t lost_units = 0;
  for (std::uint64_t seed = 1; seed <= kCuts; ++seed) {
    SCOPED_TRACE(seed);
    CutOff cut;
    workload.run_and_cut(cut, seed);
    const Found found = look(cut.folder);
    expect_sound(found);
    lost_units += lost(cut.acknowledged, found.units);
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(lost_units, 0u) << "this disk is too good to be true";
}

TEST(PowerCut, AtEveryMomentOfALifeLeavesADatabaseThatOpens) {
  const auto live = [](const std::string& path, const FaultVfs& vfs, std::atomic<bool>& acknowledged) {
    const auto database = open({.path = path, .create = CreateFile::kIfMissing, .vfs = vfs.name()});
    database->write([](WriteSession& tx) {
      tx.run(R"(
        CREATE TABLE units (id INTEGER PRIMARY KEY, filling BLOB) STRICT;
        CREATE TABLE halves (unit_id INTEGER REFERENCES units (id), side TEXT) STRICT;
        INSERT INTO units VALUES (1, zeroblob(10000));
        INSERT INTO halves VALUES (1, 'left'), (1, 'right');
      )"_script);
    });
    acknowledged = true;
  };
  std::uint64_t n = 1;
  for (bool was_cut = true; was_cut; ++n) {
    SCOPED_TRACE(n);
    was_cut = false;
    const TemporaryFolder folder, after;
    PowerCutDisk disk;
    FaultVfs vfs("life", &disk);
    std::uint64_t operations = 0;
    std::atomic<bool> acknowledged = false, acknowledged_before = false;
    vfs.watch([&](FaultVfs::Operation, const std::string&) {
      if (++operations != n) return;
      was_cut = true;
      acknowledged_before = acknowledged.load();
      disk.cut_power(after.path(), {.seed = n});
    });
    live(folder.file("test.sqlite3"), vfs, acknowledged);
    if (!was_cut) break;
    const Found found = look(after);
    expect_sound(found);
    if (acknowledged_before) {
      EXPECT_EQ(found.units, std::vector<std::int64_t>{1});
    }
    ASSERT_FALSE(HasFailure());
  }
  EXPECT_GT(n, 50u);
}

// No software can do better on such a disk. The test shows what the promise of FULL rests on, and that the cuts of the
// tests above would have been noticed.
TEST(PowerCut, OnADiskThatLiesLosesAcknowledgedWrites) {
  Workload workload(Syncs::kLies, Synchronous::kFull);
  int losses = 0;
  int refusals = 0;
  for (std::uint64_t seed = 1; seed <= kCuts; ++seed) {
    CutOff cut;
    workload.run_and_cut(cut, seed);
    try {
      const Found found = look(cut.folder);
      losses += lost(cut.acknowledged, found.units) > 0 || !found.problems.empty() ? 1 : 0;
    } catch (const base::Error& error) {  // nothing there, no database, damaged pages, no tables
      EXPECT_NE(error.hint(), "") << error.what();
      ++refusals;
    }
  }
  EXPECT_GT(losses + refusals, 0);
}

TEST(PowerCutDisk, KnowsWhatIsNotSynced) {
  PowerCutDisk disk;
  const TemporaryFolder folder;
  const auto file = disk.opened(folder.file("a"));
  const auto after = [&](Survivors survivors) {
    const TemporaryFolder cut;
    disk.cut_power(cut.path(), {.survivors = survivors});
    return std::filesystem::exists(cut.file("a")) ? static_cast<int>(std::filesystem::file_size(cut.file("a"))) : -1;
  };
  disk.written(*file, "12345678", 8, 0);
  EXPECT_EQ(disk.unsynced_writes(), 1u);
  EXPECT_EQ(after(Survivors::kNone), -1);
  EXPECT_EQ(after(Survivors::kAll), 8);
  disk.synced(*file, folder.file("a"), PowerCutDisk::FolderSync::kNo);
  EXPECT_EQ(after(Survivors::kNone), -1);  // its bytes are safe, its name is not
  disk.synced(*disk.opened(folder.file("b")), folder.file("b"), PowerCutDisk::FolderSync::kYes);
  EXPECT_EQ(after(Survivors::kNone), 8);
  disk.truncated(*file, 3);
  EXPECT_EQ(after(Survivors::kNone), 8);
  EXPECT_EQ(after(Survivors::kAll), 3);
  disk.removed(folder.file("a"), PowerCutDisk::FolderSync::kNo);
  EXPECT_EQ(after(Survivors::kNone), 8);
  EXPECT_EQ(after(Survivors::kAll), -1);
}

TEST(PowerCutDisk, TearsWritesBetweenSectors) {
  PowerCutDisk disk;
  const TemporaryFolder folder;
  const auto file = disk.opened(folder.file("a"));
  disk.synced(*file, folder.file("a"), PowerCutDisk::FolderSync::kYes);
  const std::string bytes(4096, 'x');
  disk.written(*file, bytes.data(), bytes.size(), 0);
  std::set<std::uintmax_t> sizes;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const TemporaryFolder cut;
    disk.cut_power(cut.path(), {.seed = seed});
    const auto size = std::filesystem::file_size(cut.file("a"));
    EXPECT_EQ(size % 512, 0u);
    sizes.insert(size);
  }
  EXPECT_GT(sizes.size(), 4u);
}

}  // namespace
}  // namespace monolite::db::sqlite
