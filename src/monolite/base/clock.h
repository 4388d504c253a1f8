#pragma once

#include <atomic>
#include <chrono>
#include <ctime>

namespace monolite::base {

/// A point in time as everything stores and shows it: UTC, microseconds.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// The monotonic clock: for waits, deadlines and measured durations; immune to NTP and to people.
using Monotonic = std::chrono::steady_clock;

/// Now, as of the kernel's last tick: up to 10 ms behind Monotonic::now() and never ahead of it. Four times cheaper,
/// for what is measured all the time and only matters when it is long.
inline Monotonic::time_point coarse_now() noexcept {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);  // steady_clock is CLOCK_MONOTONIC
  return Monotonic::time_point(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

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
