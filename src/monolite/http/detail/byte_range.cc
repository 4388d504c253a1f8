#include <algorithm>
#include <charconv>
#include <optional>

#include <monolite/http/detail/byte_range.h>
#include <monolite/http/detail/syntax.h>

namespace monolite::http::detail {
namespace {

std::optional<std::uint64_t> number(std::string_view text) noexcept {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

ByteRange parse_range(std::string_view header, std::uint64_t size) noexcept {
  constexpr std::string_view kUnit = "bytes=";
  const std::string_view spec = trim(header.substr(std::min(header.size(), kUnit.size())));
  const auto dash = spec.find('-');
  if (!header.starts_with(kUnit) || dash == std::string_view::npos || spec.find(',') != std::string_view::npos) {
    return {};
  }
  const std::string_view before = spec.substr(0, dash);
  const std::string_view after = spec.substr(dash + 1);
  const auto first = number(before);
  const auto last = number(after);
  if (before.empty() && last) {  // "-500": the last 500
    if (*last == 0 || size == 0) return {.kind = ByteRange::Kind::kUnsatisfiable};
    const std::uint64_t length = std::min(*last, size);
    return {.kind = ByteRange::Kind::kPart, .first = size - length, .length = length};
  }
  if (!first || (!last && !after.empty()) || (last && *last < *first)) return {};
  if (*first >= size) return {.kind = ByteRange::Kind::kUnsatisfiable};
  const std::uint64_t end = last && *last < size ? *last + 1 : size;
  return {.kind = ByteRange::Kind::kPart, .first = *first, .length = end - *first};
}

}  // namespace monolite::http::detail
