#include <algorithm>
#include <array>

#include <monolite/view/helpers.h>
#include <monolite/view/html_syntax.h>

namespace monolite::view {

namespace {

constexpr std::array<std::string_view, 4> kSafeSchemes = {"http", "https", "mailto", "tel"};
constexpr std::size_t kLongestScheme = 6;

// Browsers drop these wherever they stand, so they cannot end or split a scheme.
constexpr bool ignored_inside(char c) { return c == '\t' || c == '\n' || c == '\r'; }
constexpr bool ignored_in_front(char c) { return static_cast<unsigned char>(c) <= ' '; }
constexpr bool ends_a_scheme_part(char c) { return c == '/' || c == '?' || c == '#' || c == '\\'; }

}  // namespace

bool is_safe_url(std::string_view url) noexcept {
  const auto first = std::find_if_not(url.begin(), url.end(), ignored_in_front);
  std::array<char, kLongestScheme> scheme{};
  std::size_t size = 0;
  for (auto at = first; at != url.end(); ++at) {
    if (ends_a_scheme_part(*at)) return true;
    if (ignored_inside(*at)) continue;
    if (*at == ':') {
      if (size > kLongestScheme) return false;
      return std::find(kSafeSchemes.begin(), kSafeSchemes.end(), std::string_view(scheme.data(), size)) !=
             kSafeSchemes.end();
    }
    if (size < kLongestScheme) scheme[size] = syntax::lower(*at);
    ++size;
  }
  return true;
}

}  // namespace monolite::view
