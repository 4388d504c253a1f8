#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>

#include <monolite/base/error.h>
#include <monolite/db/sqlite/detail/wal_syncer.h>

namespace monolite::db::sqlite {
namespace {

/// A disk that just failed is not asked again at once.
constexpr auto kPauseAfterFailure = std::chrono::seconds(1);
/// A slow disk is left alone for several times as long as a sync takes: commits want to write meanwhile.
constexpr int kRestPerSync = 4;

sqlite3_file& wal_of(Connection& connection) {
  sqlite3_file* file = nullptr;
  sqlite3_file_control(connection.handle(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &file);
  ML_REQUIRE(file && file->pMethods, "the connection has no WAL open");
  return *file;
}

}  // namespace

WalSyncer::WalSyncer(std::unique_ptr<Connection> connection, base::Monotonic::duration interval,
                     const Database& database)
    : connection_(std::move(connection)), interval_(interval), database_(database) {
  connection_->pragma("PRAGMA schema_version");  // the first read opens the WAL, which then stays open
  wal_of(*connection_);
  thread_ = std::thread([this] { serve(); });
}

WalSyncer::~WalSyncer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void WalSyncer::committed() {
  if (dirty_.exchange(true, std::memory_order_acq_rel)) return;
  { const std::lock_guard lock(mutex_); }  // the thread either sees the flag or is already waiting
  wake_.notify_one();
}

void WalSyncer::serve() {
  const auto stopping = [&] { return stopping_; };
  base::Monotonic::duration pause = interval_;
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [&] { return stopping_ || dirty_.load(std::memory_order_acquire); });
    if (wake_.wait_for(lock, pause, stopping)) return;  // what is left is synced by the checkpoint of closing
    dirty_.store(false, std::memory_order_release);
    lock.unlock();
    const auto begun = base::Monotonic::now();
    const bool synced = sync();
    const auto rest = (base::Monotonic::now() - begun) * kRestPerSync;
    lock.lock();
    pause = synced ? std::max<base::Monotonic::duration>(interval_, rest) : kPauseAfterFailure;
    if (!synced) dirty_.store(true, std::memory_order_release);
  }
}

bool WalSyncer::sync() const {
  sqlite3_file& wal = wal_of(*connection_);
  const int result = wal.pMethods->xSync(&wal, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
  if (result == SQLITE_OK) return true;
  database_.wal_sync_failed.emit(
      {fmt::format("syncing the WAL of {} failed: {} [SQLite {}]", sqlite3_db_filename(connection_->handle(), "main"),
                   sqlite3_errstr(result), result)});
  return false;
}

}  // namespace monolite::db::sqlite
