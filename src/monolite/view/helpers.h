#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include <monolite/view/html.h>

/// What templates say often. Text in, HTML or text out. A helper that returns `std::string` or takes `string_view`
/// deals in plain text, which is escaped where it is printed; a helper that makes markup returns SafeHtml or a value
/// that writes itself. Both are printed with `<%= … %>`.
namespace monolite::view {

/// A moment in UTC.
using Time = std::chrono::sys_time<std::chrono::microseconds>;

// ---- Attributes and URLs --------------------------------------------------------------------------------------------

/// An attribute's name, known at compile time. `on…` handlers and `srcdoc` do not compile: they would run their value.
class AttributeName {
 public:
  consteval AttributeName(const char* name) : name_(name) {  // NOLINT(google-explicit-constructor): from a literal
    if (!allowed(name_)) throw "not an attribute name, or one whose value would be run as code";
  }
  constexpr std::string_view view() const noexcept { return name_; }

 private:
  static constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
  static constexpr bool starts(std::string_view name, std::string_view lower_case) {
    if (name.size() < lower_case.size()) return false;
    for (std::size_t i = 0; i < lower_case.size(); ++i) {
      if (lower(name[i]) != lower_case[i]) return false;
    }
    return true;
  }
  static constexpr bool allowed(std::string_view name) {
    if (name.empty() || starts(name, "on") || starts(name, "srcdoc")) return false;
    for (const char c : name) {
      const char l = lower(c);
      if (!((l >= 'a' && l <= 'z') || (l >= '0' && l <= '9') || l == '-' || l == '_' || l == ':')) return false;
    }
    return true;
  }
  std::string_view name_;
};

/// One attribute of an element: `{"class", "button"}`. The value is text. Lifetime: borrows it for the call.
struct Attribute {
  AttributeName name;
  std::string_view value;
};
using Attributes = std::initializer_list<Attribute>;

/// Stands where a URL was not safe.
inline constexpr std::string_view kUnsafeUrl = "#unsafe-url";

/// True when following `url` cannot run code: it is relative, or its scheme is http, https, mailto or tel. Read as a
/// browser does: leading spaces and control characters, and tabs and line ends anywhere, do not hide a scheme.
bool is_safe_url(std::string_view url) noexcept;

/// A link, written when it is printed. Lifetime: borrows text, URL and attributes, so print it in the expression that
/// made it or convert it: `SafeHtml link = link_to(…)`. An `auto` variable of it cannot be printed.
class [[nodiscard]] Link {
 public:
  Link(std::string_view text, std::string_view href, Attributes attributes) noexcept
      : text_(text), href_(href), attributes_(attributes) {}
  Link(const SafeHtml& content, std::string_view href, Attributes attributes) noexcept
      : content_(&content), href_(href), attributes_(attributes) {}
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  operator SafeHtml() &&;  // NOLINT(google-explicit-constructor): the same thing, kept
  friend void to_html(Buffer& out, Link&& link);

 private:
  std::string_view text_;
  const SafeHtml* content_ = nullptr;
  std::string_view href_;
  Attributes attributes_;
};

/// `<a href="/posts/1" class="title">Lorem</a>`. The text is escaped. A `href` that is not `is_safe_url` is replaced by
/// kUnsafeUrl, so user text cannot become code.
inline Link link_to(std::string_view text, std::string_view href, Attributes attributes = {}) {
  return {text, href, attributes};
}
inline Link link_to(const SafeHtml& content, std::string_view href, Attributes attributes = {}) {
  return {content, href, attributes};
}

// ---- Time and numbers -----------------------------------------------------------------------------------------------

/// The distance between two moments in words, in either order: `less than a minute`, `3 days`, `about 2 years`.
std::string time_ago(Time at, Time now);

/// `April 22, 2024 19:37`, UTC.
std::string long_date(Time at);
/// `April 22, 2024`, UTC.
std::string long_day(Time at);
/// `2024-04-22T19:37:05Z`, UTC, for machines.
std::string iso_time(Time at);

/// Written by `time_ago_tag`.
struct TimeAgoTag {
  Time at;
  Time now;
};
void to_html(Buffer& out, const TimeAgoTag& tag);

/// `<abbr title="April 22, 2024 19:37"><time datetime="2024-04-22T19:37:05Z">3 days</time> ago</abbr>`; a moment after
/// `now` ends with `from now` instead.
inline TimeAgoTag time_ago_tag(Time at, Time now) { return {at, now}; }

/// `1 comment`, `2 comments`, `0 comments`. The plural follows the regular English rules unless it is given.
std::string pluralize(std::int64_t count, std::string_view singular, std::string_view plural = {});

/// `1,234,567`.
std::string number(std::int64_t value);

/// The first `max` code points of `text`, the last of them replaced by `…` when something was cut. Bytes that are not
/// UTF-8 count as one each.
std::string truncate(std::string_view text, std::size_t max);

// ---- Text of users --------------------------------------------------------------------------------------------------

/// Formats text that may hold a little HTML: a blank line begins a new `<p>`, a single line end becomes `<br />`, and
/// of the markup only harmless tags and attributes stay (the list: `docs/guide/views.md`). Scripts and styles go with
/// their content, event handlers and `javascript:` or `data:` links go, every tag is closed at the end of its
/// paragraph. Empty text gives an empty `<p>`. Linear in the length of the text.
SafeHtml paragraphs(std::string_view text);

// ---- Forms ----------------------------------------------------------------------------------------------------------

/// Text that is made when somebody first asks for it. Threads: one. Lifetime: what `make` uses outlives it.
class LazyText {
 public:
  LazyText() = default;
  template <std::convertible_to<std::string> T>
  LazyText(T text) : text_(std::move(text)) {}  // NOLINT(google-explicit-constructor): made already
  explicit LazyText(std::function<std::string()> make) : make_(std::move(make)) {}

  const std::string& get() const {
    if (!text_) text_ = make_ ? make_() : std::string();
    return *text_;
  }
  bool was_asked_for() const noexcept { return text_.has_value(); }

 private:
  std::function<std::string()> make_;
  mutable std::optional<std::string> text_;
};

/// The request's token against forged forms, and the name of the field that carries it. A page that prints no form does
/// not ask for the token, so its visitor needs no session and its answer sets no cookie. Lifetime: a value.
struct Csrf {
  std::string param = "authenticity_token";
  LazyText token = {};
};

/// What the form asks for. Browsers send only GET and POST; the others travel as POST with a field `_method`.
enum class FormMethod { kGet, kPost, kPatch, kPut, kDelete };

/// `<form …>` with its hidden fields; write `</form>` yourself. A GET form carries no token. An action that is not
/// `is_safe_url` is replaced by kUnsafeUrl.
SafeHtml form_open(std::string_view action, FormMethod method, const Csrf& csrf, Attributes attributes = {});

/// A whole form with one button: the way to DELETE or POST from a list. Attributes go to the button.
SafeHtml button_to(std::string_view label, std::string_view action, FormMethod method, const Csrf& csrf,
                   Attributes attributes = {});

/// `<input type="hidden" name="…" value="…" autocomplete="off" />`.
SafeHtml hidden_field(std::string_view name, std::string_view value);

/// The two `<meta>` tags from which scripts read the token: `csrf-param` and `csrf-token`. They ask for it: where a
/// guest's pages shall set no cookie, write them `if (csrf.token.was_asked_for())`, after the body was rendered.
SafeHtml csrf_meta_tags(const Csrf& csrf);

}  // namespace monolite::view
