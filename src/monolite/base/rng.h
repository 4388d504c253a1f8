#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <monolite/base/clock.h>

namespace monolite::base {

/// Random bytes, injected so that seeds and tests repeat.
class Rng {
 public:
  virtual ~Rng() = default;
  virtual void fill(std::span<std::byte> out) noexcept = 0;

  std::uint64_t next() noexcept;
  /// Uniform in [low, high], both included. Requires low <= high.
  std::int64_t between(std::int64_t low, std::int64_t high);
  /// Uniform in [0, 1).
  double unit() noexcept;
};

/// libsodium's generator, which the kernel seeds: for ids, tokens and keys. Threads: any.
class SystemRng final : public Rng {
 public:
  SystemRng();
  void fill(std::span<std::byte> out) noexcept override;
};

/// Repeatable, not for secrets (xoshiro256**). Threads: one.
class SeededRng final : public Rng {
 public:
  explicit SeededRng(std::uint64_t seed) noexcept;
  void fill(std::span<std::byte> out) noexcept override;

 private:
  std::uint64_t step() noexcept;
  std::array<std::uint64_t, 4> state_;
};

/// A version 7 UUID (RFC 9562) in its usual 36 characters: milliseconds of `now`, then 74 random bits. Sorts by time,
/// so the index over a column of them grows at its end; random ones would touch a page of their own each.
/// Two of one millisecond come in any order: IdSource (ids.h) makes ids that always ascend.
std::string uuid7(Timestamp now, Rng& rng);

/// `bytes` random bytes as lower-case hexadecimal digits.
std::string random_hex(Rng& rng, std::size_t bytes);

}  // namespace monolite::base
