#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace bench::locks {

/// Latencies, counted in buckets of at most 1.6 % width. Plain memory of a fixed size: processes share it, and counting
/// allocates nothing. Threads: one at a time.
class Histogram {
 public:
  void add(std::uint64_t nanoseconds) noexcept;
  void merge(const Histogram& other) noexcept;

  std::uint64_t count() const noexcept { return count_; }
  /// The latency that `share` (0..1) of all do not exceed, in microseconds; 0 when nothing was counted.
  double at_us(double share) const noexcept;
  double most_us() const noexcept { return static_cast<double>(most_) / 1e3; }

 private:
  static constexpr unsigned kSteps = 64;  // per power of two
  static constexpr std::size_t kBuckets = 40 * kSteps;
  static std::size_t bucket_of(std::uint64_t nanoseconds) noexcept;
  static std::uint64_t end_of(std::size_t bucket) noexcept;

  std::uint64_t count_ = 0;
  std::uint64_t most_ = 0;
  std::array<std::uint32_t, kBuckets> buckets_{};
};

}  // namespace bench::locks
