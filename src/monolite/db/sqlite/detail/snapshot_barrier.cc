#include <algorithm>
#include <chrono>

#include <monolite/db/sqlite/detail/snapshot_barrier.h>

namespace monolite::db::sqlite {
namespace {

using namespace std::chrono_literals;
using Duration = base::Monotonic::duration;
using Time = base::Monotonic::time_point;

/// Only writers wait: many logs end in this time without stopping a reader. It also lets a snapshot that began just
/// before last longer than the barrier.
constexpr Duration kWritersAlone = 20ms;
/// After all is copied, for the snapshots that began meanwhile. They read from the log, which nobody changes.
constexpr Duration kLastReaders = 25ms;
constexpr Duration kLongestPause = 1s;
/// After stopping readers they run for nine times as long: they are stopped a tenth of the time at most.
constexpr int kRunPerStop = 9;
constexpr Duration kFirstBackOff = 500ms;
constexpr Duration kLastBackOff = 10s;

bool checkpoint_until(Connection& connection, CheckpointMode mode, Time until) {
  connection.set_lock_deadline(base::Deadline(until));
  return connection.checkpoint(mode).done;
}

}  // namespace

class SnapshotBarrier::ClosedGate {
 public:
  ClosedGate(Snapshots& snapshots, Time until) : snapshots_(snapshots) { snapshots_.close_gate(until); }
  ~ClosedGate() { snapshots_.open_gate(); }
  ClosedGate(const ClosedGate&) = delete;
  ClosedGate& operator=(const ClosedGate&) = delete;

 private:
  Snapshots& snapshots_;
};

/// A log far over its limit is worth a longer pause: writers are slowed down to what can be copied.
Duration SnapshotBarrier::pause_for(double over) const {
  const Duration usual = kWritersAlone + longest_ + kLastReaders;
  const auto scaled = std::chrono::duration<double>(usual) * std::max(over, 1.0);
  return std::max(usual, std::min(kLongestPause, std::chrono::duration_cast<Duration>(scaled)));
}

bool SnapshotBarrier::is_due(double over) const {
  const auto now = base::Monotonic::now();
  if (now < next_) return false;
  // A snapshot that has lasted longer than the whole attempt would is not going to end during it.
  const auto oldest = snapshots_.oldest();
  return !oldest || now - *oldest <= pause_for(over);
}

bool SnapshotBarrier::run(Connection& connection, double over) {
  const auto begun = base::Monotonic::now();
  const auto end = begun + pause_for(over);
  Duration readers_waited{};
  const bool copied = checkpoint_until(connection, CheckpointMode::kFull, end - longest_ - kLastReaders) ||
                      copy_behind_gate(connection, readers_waited);
  const bool done = copied && checkpoint_until(connection, CheckpointMode::kRestart, end);
  put_off(begun, readers_waited, done);
  database_.snapshot_barrier_ended.emit(
      {.done = done, .writers_waited = base::Monotonic::now() - begun, .readers_waited = readers_waited});
  return done;
}

/// Opens the gate as soon as everything is copied: who begins then reads the file alone and is in nobody's way.
bool SnapshotBarrier::copy_behind_gate(Connection& connection, Duration& readers_waited) {
  if (longest_ <= Duration::zero()) return false;
  const auto closed = base::Monotonic::now();
  const ClosedGate gate(snapshots_, closed + longest_);
  const bool copied = checkpoint_until(connection, CheckpointMode::kFull, closed + longest_);
  readers_waited = std::min(base::Monotonic::now() - closed, longest_);
  return copied;
}

void SnapshotBarrier::put_off(Time begun, Duration readers_waited, bool done) {
  const auto now = base::Monotonic::now();
  const auto oldest = snapshots_.oldest();
  const bool others_fault = !done && (!oldest || *oldest >= begun);  // all of ours that were open have ended
  back_off_ = others_fault ? std::clamp(back_off_ * 2, kFirstBackOff, kLastBackOff) : Duration::zero();
  next_ = now + std::max(readers_waited * kRunPerStop, back_off_);
}

}  // namespace monolite::db::sqlite
