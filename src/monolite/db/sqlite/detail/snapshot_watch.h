#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include <monolite/base/clock.h>
#include <monolite/db/database.h>
#include <monolite/db/sqlite/detail/snapshots.h>

namespace monolite::db::sqlite {

/// How long a read snapshot may be open. Zero: for ever.
struct SnapshotLimits {
  base::Monotonic::duration warn_after{};
  base::Monotonic::duration interrupt_after{};
};

/// Holds the snapshots of a database, and a thread that looks at their ages: an old one keeps the WAL from being
/// written back. One that is over a limit is told of by `Database::snapshot_too_old`, once per limit; over the second
/// its statements are interrupted again and again until its closure has ended.
class SnapshotWatch {
 public:
  /// `database`, whose event it emits, outlives it. No thread when there is no limit.
  SnapshotWatch(SnapshotLimits limits, const Database& database);
  ~SnapshotWatch();
  SnapshotWatch(const SnapshotWatch&) = delete;
  SnapshotWatch& operator=(const SnapshotWatch&) = delete;

  Snapshots& snapshots() noexcept { return snapshots_; }

 private:
  void serve(base::Monotonic::duration period);
  void look();

  Snapshots snapshots_;
  const SnapshotLimits limits_;
  const Database& database_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;  // last: runs on all of the above
};

}  // namespace monolite::db::sqlite
