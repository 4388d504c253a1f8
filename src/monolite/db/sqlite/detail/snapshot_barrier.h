#pragma once

#include <monolite/base/clock.h>
#include <monolite/db/database.h>
#include <monolite/db/sqlite/detail/connection.h>
#include <monolite/db/sqlite/detail/snapshots.h>

namespace monolite::db::sqlite {

/// Makes a WAL begin anew that readers, each of them short, keep alive by overlapping. Why it succeeds, and what it
/// costs whom: docs/internals/checkpoints.md.
/// Threads: the owner of the lane's connection.
class SnapshotBarrier {
 public:
  /// New snapshots of this process wait at most `longest` in an attempt, and never more than a tenth of the time.
  SnapshotBarrier(base::Monotonic::duration longest, Snapshots& snapshots, const Database& database)
      : longest_(longest), snapshots_(snapshots), database_(database) {}

  /// Whether an attempt is allowed by now and may succeed. `over` says how many times its limit the log is long.
  bool is_due(double over) const;

  /// Copies the whole log and lets the next write begin it anew. Blocks the lane up to about twice the barrier, longer
  /// the further the log is over its limit. False when readers lasted longer. Errors: of the disk.
  bool run(Connection& connection, double over);

 private:
  class ClosedGate;

  base::Monotonic::duration pause_for(double over) const;
  bool copy_behind_gate(Connection& connection, base::Monotonic::duration& readers_waited);
  void put_off(base::Monotonic::time_point begun, base::Monotonic::duration readers_waited, bool done);

  const base::Monotonic::duration longest_;
  Snapshots& snapshots_;
  const Database& database_;
  base::Monotonic::time_point next_{};
  base::Monotonic::duration back_off_{};  // while something outside of this process is in the way
};

}  // namespace monolite::db::sqlite
