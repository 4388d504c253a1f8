#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <monolite/base/clock.h>
#include <monolite/base/rng.h>

/// Ids that programs make by themselves, without asking a database. Both kinds sort by the time they were made, so an
/// index over them grows at its end.
namespace monolite::base {

using IdBytes = std::array<std::byte, 16>;

/// A UUID of any version. Orders as its text does.
struct Uuid {
  IdBytes bytes{};

  /// Reads the usual 36 characters, digits of either case. Nothing when it is something else.
  static std::optional<Uuid> parse(std::string_view text);
  /// "017f22e2-79b0-7cc3-98c4-dc0c0c07398f".
  std::string text() const;

  bool operator==(const Uuid&) const = default;
  std::strong_ordering operator<=>(const Uuid&) const = default;
};

/// A ULID: the same 16 bytes as 26 characters without look-alikes (Crockford's base 32). Orders as its text does.
struct Ulid {
  IdBytes bytes{};

  /// Reads 26 characters of either case; I and L count as 1, O as 0. Nothing when it is something else, or larger than
  /// 128 bits.
  static std::optional<Ulid> parse(std::string_view text);
  /// "01ARZ3NDEKTSV4RRFFQ69G5FAV".
  std::string text() const;

  bool operator==(const Ulid&) const = default;
  std::strong_ordering operator<=>(const Ulid&) const = default;
};

/// Makes ids that ascend for the life of the object, whatever the clock does: within a millisecond, and while the clock
/// has stepped back, the next id follows the last one by a random step of up to 2^32.
/// Ids of several processes ascend as far as their clocks agree. One object per process and kind of row is enough.
/// Threads: any, if the Rng may be used from any. Lifetime: borrows clock and rng.
class IdSource {
 public:
  IdSource(const Clock& clock, Rng& rng) : clock_(clock), rng_(rng) {}
  IdSource(const IdSource&) = delete;
  IdSource& operator=(const IdSource&) = delete;

  /// Version 7 of RFC 9562: 48 bits of milliseconds, 74 random bits.
  Uuid uuid7();
  /// 48 bits of milliseconds, 80 random bits.
  Ulid ulid();

 private:
  /// The moment and the random bits of the last id of one kind, as one number that only grows.
  struct Last {
    std::uint64_t milliseconds = 0;
    std::uint16_t high = 0;  ///< the upper of the random bits
    std::uint64_t low = 0;
    bool used = false;
  };

  void advance(Last& last, unsigned high_bits, unsigned low_bits);

  const Clock& clock_;
  Rng& rng_;
  std::mutex mutex_;
  Last uuid_;
  Last ulid_;
};

}  // namespace monolite::base
