#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include <monolite/base/clock.h>
#include <monolite/db/database.h>
#include <monolite/db/sqlite/detail/connection.h>

namespace monolite::db::sqlite {

/// Syncs the WAL of a database at NORMAL a moment after each commit, on a thread of its own. There SQLite syncs only
/// when it checkpoints; then the sync of everything since the last one is the longest wait that a writer meets, and a
/// power cut may lose all of it. Done early and beside the lane, both shrink to about `interval`.
///
/// It syncs through the file handle of a connection of its own, so nothing opens the WAL outside of SQLite.
///
/// Thread safety: `dirty_` says that something was committed since the last sync began; `committed` sets it on the
/// lane, and only the call that finds it unset wakes the thread, so a busy lane pays once per interval.
class WalSyncer {
 public:
  /// Emits `wal_sync_failed` of `database`, which outlives it.
  WalSyncer(std::unique_ptr<Connection> connection, base::Monotonic::duration interval, const Database& database);
  ~WalSyncer();
  WalSyncer(const WalSyncer&) = delete;
  WalSyncer& operator=(const WalSyncer&) = delete;

  /// There is something new in the WAL. Threads: any.
  void committed();

 private:
  void serve();
  bool sync() const;

  const std::unique_ptr<Connection> connection_;
  const base::Monotonic::duration interval_;
  const Database& database_;
  std::atomic<bool> dirty_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;  // last: runs on all of the above
};

}  // namespace monolite::db::sqlite
