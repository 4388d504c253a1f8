#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include <monolite/base/clock.h>
#include <monolite/base/failpoint.h>
#include <monolite/base/function_ref.h>
#include <monolite/db/database.h>
#include <monolite/db/sqlite/detail/connection.h>
#include <monolite/db/sqlite/detail/optimizer.h>
#include <monolite/db/sqlite/detail/snapshot_barrier.h>
#include <monolite/db/sqlite/detail/wal_syncer.h>

namespace monolite::db::sqlite {

struct CheckpointOptions {
  int frames = 1'000;                                                 ///< after so many the log is copied
  std::int64_t max_wal_bytes = 64 << 20;                              ///< a longer log has to begin anew
  base::Monotonic::duration barrier = std::chrono::milliseconds(50);  ///< most that new snapshots wait for that
  base::Monotonic::duration rest = std::chrono::seconds(1);           ///< without a write, before the idle work
  base::Monotonic::duration optimize_every = std::chrono::hours(1);
  base::Failpoints* failpoints = nullptr;
};

/// Decides when the WAL is copied into the file, made to begin anew, and cut. It works with the connection of the
/// writer lane, in the moments that the lane gives it: between batches, when nothing is queued, and at the end. The
/// argument why the WAL stays small: docs/internals/checkpoints.md.
/// Threads: whoever owns the lane; `status` from any. A failed checkpoint harms no write: it is told by
/// `Database::checkpoint_failed` and tried again later.
class Checkpointer {
 public:
  /// `syncer` may be null. `snapshots` and `database` outlive this.
  Checkpointer(const CheckpointOptions& options, std::unique_ptr<WalSyncer> syncer, Snapshots& snapshots,
               const Database& database);

  /// After each batch, when everybody is answered.
  void after_batch(Connection& connection) noexcept;

  /// When `when_idle` has something to do, if no further write comes; nothing when it has not.
  std::optional<base::Monotonic::time_point> idle_work_at() const;
  /// Copies what is left, cuts a log that grew, refreshes the planner's statistics when they are due.
  void when_idle(Connection& connection) noexcept;

  /// Copies and cuts everything, as far as other processes let it. The last call.
  void before_close(Connection& connection) noexcept;

  CheckpointStatus status() const noexcept;

 private:
  void guarded(base::FunctionRef<void()> work) noexcept;
  void note(const CheckpointResult& result);
  double times_over_limit(Connection& connection);
  bool copy_and_cut(Connection& connection);

  const CheckpointOptions options_;
  const std::unique_ptr<WalSyncer> syncer_;
  const Database& database_;
  SnapshotBarrier barrier_;
  Optimizer optimizer_;
  std::int64_t frame_bytes_ = 0;  // a page and its header; 0 = not asked yet
  int frames_at_copy_ = 0;        // of the last attempt
  bool wrote_since_idle_ = false;
  base::Monotonic::time_point last_batch_{};
  // For `status`.
  std::atomic<int> frames_{0};
  std::atomic<int> copied_{0};
  std::atomic<std::int64_t> restarts_{0};
};

}  // namespace monolite::db::sqlite
