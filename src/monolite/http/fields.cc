#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include <monolite/base/error.h>
#include <monolite/http/detail/syntax.h>
#include <monolite/http/fields.h>

namespace monolite::http {
namespace {

enum class Plus { kIsPlus, kIsBlank };

std::optional<std::string> decode(std::string_view text, Plus plus) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus == Plus::kIsBlank) {
      decoded.push_back(' ');
    } else if (text[i] != '%') {
      decoded.push_back(text[i]);
    } else {
      if (text.size() - i < 3) return std::nullopt;
      const int high = detail::hex_digit(text[i + 1]);
      const int low = detail::hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      decoded.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  if (decoded.find('\0') != std::string::npos || !is_utf8(decoded)) return std::nullopt;
  return decoded;
}

std::string decode_part(std::string_view text) {
  if (auto decoded = decode(text, Plus::kIsBlank)) return std::move(*decoded);
  throw base::Error({.code = base::ErrorCode::kInvalid,
                     .what = "a query or form field is not percent-encoded UTF-8 text",
                     .hint = "send application/x-www-form-urlencoded"});
}

/// How many bytes the sequence that starts with `lead` has; 0 when nothing may start so.
std::size_t sequence_length(std::uint8_t lead) noexcept {
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

/// The second byte alone decides about overlong forms, surrogates and what lies above U+10FFFF.
bool is_second_byte(std::uint8_t lead, std::uint8_t byte) noexcept {
  switch (lead) {
    case 0xE0:
      return byte >= 0xA0 && byte <= 0xBF;
    case 0xED:
      return byte >= 0x80 && byte <= 0x9F;
    case 0xF0:
      return byte >= 0x90 && byte <= 0xBF;
    case 0xF4:
      return byte >= 0x80 && byte <= 0x8F;
    default:
      return byte >= 0x80 && byte <= 0xBF;
  }
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  const auto at = [text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  for (std::size_t i = 0; i < text.size();) {
    const std::uint8_t lead = at(i);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const std::size_t length = sequence_length(lead);
    if (length == 0 || text.size() - i < length || !is_second_byte(lead, at(i + 1))) return false;
    for (std::size_t k = 2; k < length; ++k)
      if ((at(i + k) & 0xC0U) != 0x80U) return false;
    i += length;
  }
  return true;
}

std::optional<std::string> decode_segment(std::string_view segment) { return decode(segment, Plus::kIsPlus); }

std::string encode_component(std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (detail::is_alnum(c) || std::string_view("-._~").find(c) != std::string_view::npos) {
      encoded.push_back(c);
      continue;
    }
    const auto byte = static_cast<std::uint8_t>(c);
    encoded.push_back('%');
    encoded.push_back(kDigits[byte >> 4U]);
    encoded.push_back(kDigits[byte & 0x0FU]);
  }
  return encoded;
}

Fields Fields::parse(std::string_view encoded) {
  Fields fields;
  while (!encoded.empty()) {
    const auto end = encoded.find('&');
    const std::string_view pair = encoded.substr(0, end);
    encoded = end == std::string_view::npos ? std::string_view() : encoded.substr(end + 1);
    if (pair.empty()) continue;
    if (fields.size() == kMaxPairs) {
      throw base::Error({.code = base::ErrorCode::kInvalid,
                         .what = fmt::format("more than {} fields in one query or form", kMaxPairs),
                         .hint = "send fewer fields"});
    }
    const auto equals = pair.find('=');
    fields.add(decode_part(pair.substr(0, equals)),
               equals == std::string_view::npos ? std::string() : decode_part(pair.substr(equals + 1)));
  }
  return fields;
}

std::optional<std::string_view> Fields::find(std::string_view name) const noexcept {
  const auto found = std::find_if(pairs_.rbegin(), pairs_.rend(), [name](const Pair& p) { return p.first == name; });
  if (found == pairs_.rend()) return std::nullopt;
  return found->second;
}

std::string_view Fields::get(std::string_view name) const {
  if (const auto value = find(name)) return *value;
  throw base::Error({.code = base::ErrorCode::kInvalid,
                     .what = fmt::format("the field '{}' is missing", name),
                     .hint = "send it in the query or the form"});
}

std::vector<std::string_view> Fields::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : pairs_)
    if (key == name) values.emplace_back(value);
  return values;
}

Fields Fields::group(std::string_view key) const {
  Fields inner;
  for (const auto& [name, value] : pairs_) {
    const std::string_view full = name;
    if (full.size() < key.size() + 2 || !full.starts_with(key) || full[key.size()] != '[' || full.back() != ']')
      continue;
    inner.add(std::string(full.substr(key.size() + 1, full.size() - key.size() - 2)), value);
  }
  if (!inner.empty()) return inner;
  throw base::Error({.code = base::ErrorCode::kInvalid,
                     .what = fmt::format("no field of the group '{}' was sent", key),
                     .hint = fmt::format("name the fields {}[…]", key)});
}

}  // namespace monolite::http
