#include <charconv>

#include <monolite/base/crypto.h>
#include <monolite/db/page.h>

namespace monolite::db::detail {

std::string cursor_text(std::int64_t value) { return std::to_string(value); }
std::string cursor_text(Timestamp value) { return cursor_text(std::int64_t{value.time_since_epoch().count()}); }
std::string cursor_text(std::string_view value) { return base::crypto::base64url(value); }

bool read_cursor(std::string_view text, std::int64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

bool read_cursor(std::string_view text, Timestamp& value) {
  // to_text knows these years only.
  constexpr auto kFirst = std::chrono::sys_days(std::chrono::year(0) / 1 / 1);
  constexpr auto kEnd = std::chrono::sys_days(std::chrono::year(10'000) / 1 / 1);
  std::int64_t microseconds = 0;
  if (!read_cursor(text, microseconds)) return false;
  value = Timestamp(std::chrono::microseconds(microseconds));
  return value >= kFirst && value < kEnd;
}

bool read_cursor(std::string_view text, std::string& value) {
  auto bytes = base::crypto::from_base64url(text);
  if (!bytes) return false;
  value = std::move(*bytes);
  return true;
}

bool split_cursor(std::string_view text, std::span<std::string_view> parts) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto end = text.find('~');
    const bool is_last = i + 1 == parts.size();
    if (is_last != (end == std::string_view::npos)) return false;
    parts[i] = text.substr(0, end);
    if (!is_last) text.remove_prefix(end + 1);
  }
  return true;
}

void throw_bad_cursor() {
  throw base::Error({.code = base::ErrorCode::kInvalid,
                     .scope = base::ErrorScope::kCaller,
                     .what = "the cursor of the page is malformed",
                     .hint = "begin with the first page; pass Page::next on as it is"});
}

}  // namespace monolite::db::detail
