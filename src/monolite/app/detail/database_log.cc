#include <chrono>

#include <monolite/app/detail/database_log.h>

namespace monolite::app {
namespace {

std::int64_t ms(base::Monotonic::duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

}  // namespace

std::vector<base::Subscription> log_events(db::Database& database, const base::Log& log) {
  std::vector<base::Subscription> all;
  all.push_back(database.checkpoint_failed.listen([log](const db::CheckpointFailed& failed) {
    log.error("db.checkpoint_failed", {{"error", failed.what}});
  }));
  all.push_back(database.wal_sync_failed.listen([log](const db::WalSyncFailed& failed) {
    log.error("db.wal_sync_failed", {{"error", failed.what}});
  }));
  all.push_back(database.quarantined.listen([log](const db::Quarantined& quarantined) {
    log.error("db.quarantined", {{"error", quarantined.what}});
  }));
  all.push_back(database.snapshot_too_old.listen([log](const db::SnapshotTooOld& old) {
    const bool was_interrupted = old.measure == db::SnapshotTooOld::Measure::kInterrupted;
    log.warn("db.snapshot_too_old", {{"age_ms", ms(old.age)}, {"interrupted", was_interrupted}});
  }));
  all.push_back(database.snapshot_barrier_ended.listen([log](const db::SnapshotBarrierEnded& barrier) {
    if (barrier.done) return;
    log.warn("db.wal_over_limit",
             {{"writers_waited_ms", ms(barrier.writers_waited)}, {"readers_waited_ms", ms(barrier.readers_waited)}});
  }));
  return all;
}

}  // namespace monolite::app
