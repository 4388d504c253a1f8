#include <algorithm>

#include <monolite/base/ids.h>

namespace monolite::base {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kUuidLength = 36;
constexpr std::size_t kUlidLength = 26;
constexpr std::uint64_t kMillisecondBits = 48;

bool is_dash_place(std::size_t at) { return at == 8 || at == 13 || at == 18 || at == 23; }

std::optional<unsigned> hex_digit(char c) {
  if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  const auto found = kHex.find(c);
  return found == std::string_view::npos ? std::nullopt : std::optional(static_cast<unsigned>(found));
}

std::optional<unsigned> crockford_digit(char c) {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (c == 'O') return 0;
  if (c == 'I' || c == 'L') return 1;
  const auto found = kCrockford.find(c);
  return found == std::string_view::npos ? std::nullopt : std::optional(static_cast<unsigned>(found));
}

void put(std::span<std::byte> out, std::uint64_t value) {
  for (std::size_t i = out.size(); i-- > 0; value >>= 8) out[i] = std::byte(value & 0xff);
}

constexpr std::uint64_t lowest_bits(unsigned count) { return count >= 64 ? ~0ULL : (1ULL << count) - 1; }

}  // namespace

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != kUuidLength) return std::nullopt;
  Uuid id;
  std::size_t digits = 0;
  for (std::size_t i = 0; i < kUuidLength; ++i) {
    if (is_dash_place(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const auto digit = hex_digit(text[i]);
    if (!digit) return std::nullopt;
    auto& byte = id.bytes.at(digits++ / 2);
    byte = (byte << 4) | std::byte(*digit);
  }
  return id;
}

std::string Uuid::text() const {
  std::string text;
  text.reserve(kUuidLength);
  for (const std::byte b : bytes) {
    if (is_dash_place(text.size())) text += '-';
    text += kHex[std::to_integer<std::size_t>(b >> 4)];
    text += kHex[std::to_integer<std::size_t>(b & std::byte{0x0f})];
  }
  return text;
}

std::optional<Ulid> Ulid::parse(std::string_view text) {
  // 26 digits of 5 bits are 130: the first one may only hold three.
  if (text.size() != kUlidLength || crockford_digit(text[0]).value_or(8) > 7) return std::nullopt;
  Ulid id;
  std::size_t next = 0;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (std::size_t i = 0; i < kUlidLength; ++i) {
    const auto digit = crockford_digit(text[i]);
    if (!digit) return std::nullopt;
    bits = (bits << 5) | *digit;
    held += i == 0 ? 3 : 5;
    if (held < 8) continue;
    held -= 8;
    id.bytes.at(next++) = std::byte((bits >> held) & 0xff);
  }
  return id;
}

std::string Ulid::text() const {
  std::string text;
  text.reserve(kUlidLength);
  std::uint32_t bits = 0;
  unsigned held = 2;  // two leading zero bits make 130
  for (const std::byte b : bytes) {
    bits = (bits << 8) | std::to_integer<std::uint32_t>(b);
    for (held += 8; held >= 5;) {
      held -= 5;
      text += kCrockford[(bits >> held) & 31];
    }
  }
  return text;
}

/// Sets `last` to what the next id shows: a new random number in a new millisecond, a somewhat larger one otherwise.
void IdSource::advance(Last& last, unsigned high_bits, unsigned low_bits) {
  const auto since_epoch = std::chrono::floor<std::chrono::milliseconds>(clock_.now().time_since_epoch()).count();
  const auto now = static_cast<std::uint64_t>(std::max<std::int64_t>(since_epoch, 0)) & lowest_bits(kMillisecondBits);
  if (!last.used || now > last.milliseconds) {
    last = {.milliseconds = now,
            .high = static_cast<std::uint16_t>(rng_.next() & lowest_bits(high_bits)),
            .low = rng_.next() & lowest_bits(low_bits),
            .used = true};
    return;
  }
  const auto before = last.low;
  last.low = (before + 1 + (rng_.next() & lowest_bits(32))) & lowest_bits(low_bits);
  if (last.low > before) return;
  last.high = static_cast<std::uint16_t>((last.high + 1U) & lowest_bits(high_bits));
  if (last.high == 0) ++last.milliseconds;  // all random bits were used up: borrow from the future
}

Uuid IdSource::uuid7() {
  const std::lock_guard lock(mutex_);
  advance(uuid_, 12, 62);
  Uuid id;
  const std::span<std::byte> out(id.bytes);
  put(out.first(6), uuid_.milliseconds);
  put(out.subspan(6, 2), 0x7000U | uuid_.high);
  put(out.subspan(8), (2ULL << 62) | uuid_.low);
  return id;
}

Ulid IdSource::ulid() {
  const std::lock_guard lock(mutex_);
  advance(ulid_, 16, 64);
  Ulid id;
  const std::span<std::byte> out(id.bytes);
  put(out.first(6), ulid_.milliseconds);
  put(out.subspan(6, 2), ulid_.high);
  put(out.subspan(8), ulid_.low);
  return id;
}

}  // namespace monolite::base
