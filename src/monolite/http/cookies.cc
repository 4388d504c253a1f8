#include <algorithm>

#include <fmt/format.h>

#include <monolite/base/error.h>
#include <monolite/http/cookies.h>
#include <monolite/http/detail/syntax.h>

namespace monolite::http {
namespace {

bool is_value_char(char c) noexcept { return c > 0x20 && c < 0x7F && c != '"' && c != ',' && c != ';' && c != '\\'; }

bool is_attribute(std::string_view text) noexcept {
  return std::none_of(text.begin(), text.end(), [](char c) { return c == ';' || detail::is_forbidden_in_value(c); });
}

[[noreturn]] void refuse(std::string_view name, std::string_view why) {
  throw base::Error({.code = base::ErrorCode::kInvalid,
                     .what = fmt::format("the cookie '{}' cannot be set: {}", name, why),
                     .hint = "sign, encrypt or base64url-encode values that hold free text"});
}

void check(const Cookie& cookie) {
  if (!detail::is_token(cookie.name)) refuse(cookie.name, "its name is not a token");
  if (!std::all_of(cookie.value.begin(), cookie.value.end(), is_value_char)) {
    refuse(cookie.name, "its value holds blanks, quotes, commas, semicolons, backslashes or non-ASCII characters");
  }
  if (!is_attribute(cookie.options.path)) refuse(cookie.name, "its path holds a forbidden character");
  if (!is_attribute(cookie.options.domain)) refuse(cookie.name, "its domain holds a forbidden character");
  if (cookie.options.same_site == SameSite::kNone && cookie.options.secure == Secure::kNo) {
    refuse(cookie.name, "browsers drop SameSite=None without Secure");
  }
}

std::string_view name_of(SameSite same_site) noexcept {
  switch (same_site) {
    case SameSite::kLax:
      return "Lax";
    case SameSite::kStrict:
      return "Strict";
    case SameSite::kNone:
      return "None";
  }
  return "Lax";
}

}  // namespace

Cookie Cookie::expired(std::string name, CookieOptions options) {
  options.max_age = std::chrono::seconds(0);
  return {std::move(name), "", std::move(options)};
}

std::string set_cookie_value(const Cookie& cookie) {
  check(cookie);
  const CookieOptions& options = cookie.options;
  std::string text = fmt::format("{}={}", cookie.name, cookie.value);
  if (!options.path.empty()) text.append("; Path=").append(options.path);
  if (!options.domain.empty()) text.append("; Domain=").append(options.domain);
  if (options.max_age) text.append(fmt::format("; Max-Age={}", options.max_age->count()));
  if (options.secure == Secure::kYes) text.append("; Secure");
  if (options.script == Script::kForbidden) text.append("; HttpOnly");
  text.append("; SameSite=").append(name_of(options.same_site));
  return text;
}

void Cookies::parse(std::string_view header) {
  while (!header.empty()) {
    const std::string_view pair = detail::next_element(header, ';');
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = detail::trim(pair.substr(0, equals));
    std::string_view value = detail::trim(pair.substr(equals + 1));
    if (!detail::is_token(name)) continue;
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    pairs_.emplace_back(name, value);
  }
}

std::optional<std::string_view> Cookies::find(std::string_view name) const noexcept {
  for (const auto& [key, value] : pairs_)
    if (key == name) return value;
  return std::nullopt;
}

}  // namespace monolite::http
