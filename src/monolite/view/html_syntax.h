#pragma once

#include <algorithm>
#include <string_view>

/// The letters of HTML and the names in it that carry danger. ASCII only and free of locales, as HTML and URLs want it.
namespace monolite::view::syntax {

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr bool is_letter(char c) noexcept { return lower(c) >= 'a' && lower(c) <= 'z'; }
constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
/// What separates attributes in HTML.
constexpr bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
/// True when `text` begins with `lower_case` in any case.
constexpr bool starts_with_any_case(std::string_view text, std::string_view lower_case) noexcept {
  return text.size() >= lower_case.size() && std::equal(lower_case.begin(), lower_case.end(), text.begin(),
                                                        [](char wanted, char c) { return lower(c) == wanted; });
}

/// Attributes whose value a browser follows or loads. Takes lower case, like everything below.
constexpr bool holds_url(std::string_view attribute) noexcept {
  for (const std::string_view name : {"href", "src", "action", "formaction", "poster", "cite", "data", "background",
                                      "xlink:href", "ping", "manifest", "longdesc"}) {
    if (attribute == name) return true;
  }
  return false;
}

/// Attributes whose value a browser runs, or parses as a document.
constexpr bool runs_its_value(std::string_view attribute) noexcept {
  return attribute.starts_with("on") || attribute == "srcdoc";
}

/// Elements whose content is text to the tokenizer, whatever it looks like.
constexpr bool has_raw_text(std::string_view tag) noexcept {
  for (const std::string_view name :
       {"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "noscript", "plaintext"}) {
    if (tag == name) return true;
  }
  return false;
}

}  // namespace monolite::view::syntax
