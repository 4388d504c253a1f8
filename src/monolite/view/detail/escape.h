#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace monolite::view::detail {

/// The reference that stands for `c` in HTML, or an empty view when `c` may stand for itself.
constexpr std::string_view reference_for(char c) noexcept {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

/// Room for the longest reference, and some.
inline constexpr std::size_t kReferenceRoom = 8;

inline constexpr auto kNeedsReference = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c < table.size(); ++c) table[c] = !reference_for(static_cast<char>(c)).empty();
  return table;
}();

/// Copies from `from` to `to` up to the first byte that needs a reference; returns how many bytes that were.
/// Requires room for `size` bytes at `to`, all of which may be overwritten. One byte at a time, for any processor.
inline std::size_t copy_plain_bytewise(const char* from, std::size_t size, char* to) noexcept {
  std::size_t i = 0;
  for (; i < size && !kNeedsReference[static_cast<unsigned char>(from[i])]; ++i) to[i] = from[i];
  return i;
}

#ifdef __SSE2__

// One bit per byte that needs a reference. & and ' differ in one bit, so do < and >: three comparisons find all five.
inline unsigned special_bytes(__m128i chunk) noexcept {
  const auto amp_or_apostrophe = _mm_cmpeq_epi8(_mm_or_si128(chunk, _mm_set1_epi8(1)), _mm_set1_epi8('\''));
  const auto angle = _mm_cmpeq_epi8(_mm_or_si128(chunk, _mm_set1_epi8(2)), _mm_set1_epi8('>'));
  const auto quote = _mm_cmpeq_epi8(chunk, _mm_set1_epi8('"'));
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(amp_or_apostrophe, angle), quote)));
}
static_assert((('&' | 1) == '\'') && (('\'' | 1) == '\'') && (('<' | 2) == '>') && (('>' | 2) == '>'));

inline std::size_t first_bit(unsigned mask) noexcept { return static_cast<std::size_t>(std::countr_zero(mask)); }

// 4 to 15 bytes as two words that overlap in the middle: no byte outside of the text is read.
template <class Word>
std::size_t copy_short(const char* from, std::size_t size, char* to) noexcept {
  Word head;
  Word tail;
  const std::size_t tail_at = size - sizeof(Word);
  std::memcpy(&head, from, sizeof(Word));
  std::memcpy(&tail, from + tail_at, sizeof(Word));
  std::memcpy(to, &head, sizeof(Word));
  std::memcpy(to + tail_at, &tail, sizeof(Word));
  const auto mask = special_bytes(_mm_set_epi64x(static_cast<long long>(tail), static_cast<long long>(head)));
  const auto head_mask = mask & ((1U << sizeof(Word)) - 1);
  if (head_mask != 0) return first_bit(head_mask);
  const auto tail_mask = mask >> 8U;
  return tail_mask == 0 ? size : tail_at + first_bit(tail_mask);
}

inline std::size_t copy_chunk(const char* from, char* to) noexcept {
  const auto chunk = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), chunk);
  const auto mask = special_bytes(chunk);
  return mask == 0 ? 16 : first_bit(mask);
}

/// The same, 16 bytes at a time.
inline std::size_t copy_plain(const char* from, std::size_t size, char* to) noexcept {
  if (size < 4) return copy_plain_bytewise(from, size, to);
  if (size < 8) return copy_short<std::uint32_t>(from, size, to);
  if (size < 16) return copy_short<std::uint64_t>(from, size, to);
  std::size_t done = 0;
  for (; done + 16 <= size; done += 16) {
    const auto plain = copy_chunk(from + done, to + done);
    if (plain < 16) return done + plain;
  }
  if (done == size) return size;
  // The rest, together with bytes before it that are known to be plain.
  return size - 16 + copy_chunk(from + size - 16, to + size - 16);
}

#else

inline std::size_t copy_plain(const char* from, std::size_t size, char* to) noexcept {
  return copy_plain_bytewise(from, size, to);
}

#endif

}  // namespace monolite::view::detail
