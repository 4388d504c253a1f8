#include <algorithm>
#include <chrono>
#include <vector>

#include <monolite/db/sqlite/detail/snapshot_watch.h>

namespace monolite::db::sqlite {
namespace {

using namespace std::chrono_literals;
using Duration = base::Monotonic::duration;

/// Often enough to be late by a fraction of the limit, seldom enough to cost nothing. Zero: never.
Duration period_for(const SnapshotLimits& limits) {
  Duration shortest = Duration::max();
  for (const auto limit : {limits.warn_after, limits.interrupt_after}) {
    if (limit > Duration::zero()) shortest = std::min(shortest, limit);
  }
  return shortest == Duration::max() ? Duration::zero() : std::clamp<Duration>(shortest / 4, 1ms, 1s);
}

bool is_over(Duration age, Duration limit) { return limit > Duration::zero() && age >= limit; }

}  // namespace

SnapshotWatch::SnapshotWatch(SnapshotLimits limits, const Database& database) : limits_(limits), database_(database) {
  const auto period = period_for(limits);
  if (period > Duration::zero()) thread_ = std::thread([this, period] { serve(period); });
}

SnapshotWatch::~SnapshotWatch() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void SnapshotWatch::serve(Duration period) {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, period, [&] { return stopping_; })) {
    lock.unlock();
    look();
    lock.lock();
  }
}

void SnapshotWatch::look() {
  std::vector<SnapshotTooOld> found;
  const auto now = base::Monotonic::now();
  snapshots_.visit([&](Snapshots::Entry& entry) {
    const auto age = now - entry.since();
    if (is_over(age, limits_.interrupt_after) && entry.limit() == AgeLimit::kEnforced) {
      if (!entry.is_interrupted()) found.push_back({age, SnapshotTooOld::Measure::kInterrupted});
      entry.interrupt();
    } else if (is_over(age, limits_.warn_after) && !entry.warned) {
      entry.warned = true;
      found.push_back({age, SnapshotTooOld::Measure::kWarned});
    }
  });
  for (const auto& event : found) database_.snapshot_too_old.emit(event);  // listeners run without the lock
}

}  // namespace monolite::db::sqlite
