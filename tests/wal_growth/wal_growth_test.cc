#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db::sqlite {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;
using testing::TemporaryDatabase;

constexpr auto kSeconds = std::chrono::seconds(MONOLITE_WAL_GROWTH_SECONDS);
constexpr auto kSnapshot = 60ms;
constexpr std::int64_t kMostWalBytes = 256 << 20;

Options at_normal() {
  Options options;
  options.synchronous = Synchronous::kNormal;  // the faster the writer, the faster the log grows
  return options;
}

class WalGrowth : public ::testing::Test {
 protected:
  WalGrowth() {
    database_->write(
        [](WriteSession& tx) { tx.run("CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT"_script); });
  }
  ~WalGrowth() override { stop_readers(); }

  /// Each looks twice at the same snapshot, `kSnapshot` apart.
  void start_reader() {
    readers_.emplace_back([this] {
      while (!stop_) {
        database_->read([this](ReadSession& s) {
          const auto end = base::Monotonic::now() + kSnapshot;
          const auto before = newest(s);
          while (base::Monotonic::now() < end) std::this_thread::yield();
          if (newest(s) != before) ++inconsistent_;
          ++snapshots_;
        });
      }
    });
    while (snapshots_ < static_cast<int>(readers_.size())) std::this_thread::yield();  // not all at the same moment
  }
  void stop_readers() {
    stop_ = true;
    for (auto& reader : readers_) reader.join();
    readers_.clear();
  }
  static std::int64_t newest(ReadSession& s) {
    return s.scalar<std::int64_t>("SELECT coalesce(max(id), 0) FROM t"_sql);
  }

  TemporaryDatabase database_{at_normal()};
  std::atomic<bool> stop_{false};
  std::atomic<int> snapshots_{0}, inconsistent_{0};
  std::vector<std::thread> readers_;
};

TEST_F(WalGrowth, OverlappingReadersDoNotLetTheWalGrowWithoutBound) {
  for (int i = 0; i < 3; ++i) start_reader();
  std::int64_t rows = 0;
  std::int64_t largest = 0;
  const auto end = base::Monotonic::now() + kSeconds;
  while (base::Monotonic::now() < end && largest < kMostWalBytes) {
    for (int i = 0; i < 100; ++i, ++rows) {
      database_->write([](WriteSession& tx) { tx.exec("INSERT INTO t (body) VALUES (randomblob(2000))"_sql); });
    }
    largest = std::max(largest, database_->status().wal_bytes);
  }
  stop_readers();
  EXPECT_LT(largest, kMostWalBytes);
  EXPECT_EQ(inconsistent_, 0);
  EXPECT_EQ(database_->read(newest), rows);
  EXPECT_THAT(database_->integrity_problems(), IsEmpty());
  RecordProperty("largest_wal_mb", static_cast<int>(largest >> 20));
  RecordProperty("rows", static_cast<int>(rows));
}

}  // namespace
}  // namespace monolite::db::sqlite
