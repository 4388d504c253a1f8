#pragma once

#include <atomic>
#include <chrono>

namespace monolite::base {

/// A point in time as everything stores and shows it: UTC, microseconds.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// The monotonic clock: for waits, deadlines and measured durations; immune to NTP and to people.
using Monotonic = std::chrono::steady_clock;

/// The wall clock, injected so that tests never sleep. Threads: any.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const noexcept = 0;
};

class SystemClock final : public Clock {
 public:
  Timestamp now() const noexcept override {
    return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  }
};

/// A clock that moves only by hand.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start) : now_(start.time_since_epoch().count()) {}
  Timestamp now() const noexcept override { return Timestamp(std::chrono::microseconds(now_.load())); }
  void advance(std::chrono::microseconds step) noexcept { now_ += step.count(); }

 private:
  std::atomic<std::int64_t> now_;
};

}  // namespace monolite::base
