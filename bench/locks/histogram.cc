#include <algorithm>
#include <bit>
#include <cmath>

#include <bench/locks/histogram.h>

namespace bench::locks {

void Histogram::add(std::uint64_t nanoseconds) noexcept {
  ++count_;
  most_ = std::max(most_, nanoseconds);
  ++buckets_[bucket_of(nanoseconds)];
}

void Histogram::merge(const Histogram& other) noexcept {
  count_ += other.count_;
  most_ = std::max(most_, other.most_);
  std::ranges::transform(buckets_, other.buckets_, buckets_.begin(), [](auto a, auto b) { return a + b; });
}

double Histogram::at_us(double share) const noexcept {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets && count_ != 0; ++i) {
    seen += buckets_[i];
    if (seen >= wanted) return static_cast<double>(std::min(end_of(i), most_)) / 1e3;
  }
  return 0;
}

/// Up to 127 each value has its own; above, the seven leading bits decide.
std::size_t Histogram::bucket_of(std::uint64_t nanoseconds) noexcept {
  if (nanoseconds < 2 * kSteps) return nanoseconds;
  const auto dropped = static_cast<unsigned>(std::bit_width(nanoseconds)) - 7;
  return std::min<std::size_t>(dropped * kSteps + (nanoseconds >> dropped), kBuckets - 1);
}

/// The largest value that falls into `bucket`.
std::uint64_t Histogram::end_of(std::size_t bucket) noexcept {
  if (bucket < 2 * kSteps) return bucket;
  const auto dropped = bucket / kSteps - 1;
  return ((bucket % kSteps + kSteps + 1) << dropped) - 1;
}

}  // namespace bench::locks
