#include <algorithm>
#include <bit>
#include <string_view>

#include <sodium.h>

#include <monolite/base/detail/sodium.h>
#include <monolite/base/error.h>
#include <monolite/base/ids.h>
#include <monolite/base/rng.h>

namespace monolite::base {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

void append_hex(std::string& out, std::span<const std::byte> bytes) {
  for (const std::byte b : bytes) {
    out += kHexDigits[std::to_integer<std::size_t>(b >> 4)];
    out += kHexDigits[std::to_integer<std::size_t>(b & std::byte{0x0f})];
  }
}

/// splitmix64: spreads one seed over the state, so that neighbouring seeds give unrelated sequences.
std::uint64_t spread(std::uint64_t& seed) noexcept {
  std::uint64_t z = (seed += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

std::uint64_t Rng::next() noexcept {
  std::array<std::byte, 8> bytes;
  fill(bytes);
  std::uint64_t value = 0;
  for (const std::byte b : bytes) value = (value << 8) | std::to_integer<std::uint64_t>(b);
  return value;
}

std::int64_t Rng::between(std::int64_t low, std::int64_t high) {
  ML_REQUIRE(low <= high, "Rng::between needs low <= high");
  const std::uint64_t count = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
  std::uint64_t value = next();
  if (count != 0) {  // 0 = all 2^64 values
    // The lowest 2^64 mod count values would make some remainders more frequent than others: draw again.
    const std::uint64_t uneven = (0 - count) % count;
    while (value < uneven) value = next();
    value %= count;
  }
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + value);
}

double Rng::unit() noexcept { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

SystemRng::SystemRng() { detail::init_sodium(); }

void SystemRng::fill(std::span<std::byte> out) noexcept { randombytes_buf(out.data(), out.size()); }

SeededRng::SeededRng(std::uint64_t seed) noexcept : state_{} {
  for (auto& word : state_) word = spread(seed);
}

void SeededRng::fill(std::span<std::byte> out) noexcept {
  // Big end first whatever the machine, so a seed means the same data everywhere.
  for (std::size_t at = 0; at < out.size(); at += 8) {
    std::uint64_t word = step();
    for (std::size_t i = at; i < std::min(at + 8, out.size()); ++i, word <<= 8) out[i] = std::byte(word >> 56);
  }
}

std::uint64_t SeededRng::step() noexcept {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::string uuid7(Timestamp now, Rng& rng) {
  IdBytes bytes;
  rng.fill(std::span(bytes).subspan(6));
  auto milliseconds =
      static_cast<std::uint64_t>(std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch()).count());
  for (std::size_t i = 6; i-- > 0; milliseconds >>= 8) bytes[i] = std::byte(milliseconds & 0xff);
  bytes[6] = (bytes[6] & std::byte{0x0f}) | std::byte{0x70};  // version 7
  bytes[8] = (bytes[8] & std::byte{0x3f}) | std::byte{0x80};  // variant of RFC 9562
  return Uuid{bytes}.text();
}

std::string random_hex(Rng& rng, std::size_t bytes) {
  std::string text;
  text.reserve(bytes * 2);
  std::array<std::byte, 64> chunk;
  for (std::size_t left = bytes; left > 0;) {
    const auto part = std::span(chunk).first(std::min(left, chunk.size()));
    rng.fill(part);
    append_hex(text, part);
    left -= part.size();
  }
  return text;
}

}  // namespace monolite::base
