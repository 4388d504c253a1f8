#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

/// What a person typed, and what is wrong with it. Invalid input is a value that the form shows, not an exception.
namespace monolite::db {

/// What is wrong with a row or a form: messages by field, in the order they were found. Empty: nothing.
class Errors {
 public:
  struct Entry {
    std::string field;    ///< "screen_name"; empty for what concerns the whole
    std::string message;  ///< "can't be blank", or a whole sentence without a field

    /// "Screen name can't be blank".
    std::string sentence() const;
    bool operator==(const Entry&) const = default;
  };

  void add(std::string_view field, std::string_view message) {
    entries_.push_back({std::string(field), std::string(message)});
  }
  /// About the whole, as a sentence.
  void add_base(std::string_view sentence) { add("", sentence); }

  bool empty() const noexcept { return entries_.empty(); }
  std::size_t size() const noexcept { return entries_.size(); }
  auto begin() const noexcept { return entries_.begin(); }
  auto end() const noexcept { return entries_.end(); }

  bool has(std::string_view field) const noexcept;
  /// The messages of one field, for a form that shows them beside it.
  std::vector<std::string> on(std::string_view field) const;
  std::vector<std::string> sentences() const;

  bool operator==(const Errors&) const = default;

 private:
  std::vector<Entry> entries_;
};

/// "user_id" -> "User", "screen_name" -> "Screen name".
std::string human_name(std::string_view field);

/// The number of code points in UTF-8 text.
std::size_t length_of(std::string_view text) noexcept;
/// Nothing but white space.
bool is_blank(std::string_view text) noexcept;

/// How long a text may be, in code points, both ends included.
struct LengthRange {
  std::size_t min = 0;
  std::size_t max = std::numeric_limits<std::size_t>::max();
};

/// The rules for one text. Lifetime: within the expression that `Validation::check` begins.
class TextRules {
 public:
  TextRules(Errors& errors, std::string_view field, std::string_view text)
      : errors_(errors), field_(field), text_(text) {}

  /// "can't be blank".
  const TextRules& present() const;
  /// "is too short (minimum is 5 characters)", "is too long (maximum is 80 characters)".
  const TextRules& length(LengthRange range) const;
  /// "is not included in the list".
  const TextRules& one_of(std::initializer_list<std::string_view> allowed) const;
  /// "is reserved".
  const TextRules& none_of(std::initializer_list<std::string_view> reserved) const;
  /// `is_right(std::string_view)` decides; "is invalid".
  template <std::predicate<std::string_view> F>
  const TextRules& format(F is_right, std::string_view message = "is invalid") const {
    return satisfies(is_right(text_) ? Verdict::kGood : Verdict::kBad, message);
  }
  /// For a password typed twice: "doesn't match Password".
  const TextRules& confirms(std::string_view field, std::string_view text) const;

 private:
  enum class Verdict { kGood, kBad };
  const TextRules& satisfies(Verdict verdict, std::string_view message) const;

  Errors& errors_;
  std::string_view field_;
  std::string_view text_;
};

/// The rules for one number. Lifetime: as TextRules.
template <class N>
class NumberRules {
 public:
  NumberRules(Errors& errors, std::string_view field, N value) : errors_(errors), field_(field), value_(value) {}

  /// "must be greater than or equal to 1".
  const NumberRules& at_least(N least) const {
    if (value_ < least) errors_.add(field_, fmt::format("must be greater than or equal to {}", least));
    return *this;
  }
  /// "must be less than or equal to 10".
  const NumberRules& at_most(N most) const {
    if (value_ > most) errors_.add(field_, fmt::format("must be less than or equal to {}", most));
    return *this;
  }
  const NumberRules& between(N least, N most) const { return at_least(least).at_most(most); }

 private:
  Errors& errors_;
  std::string_view field_;
  N value_;
};

/// Collects what is wrong:
///
///     db::Validation v;
///     v.check("title", title).present().length({.max = 80});
///     v.check("stars", stars).between(1, 5);
///     return v.errors();
class Validation {
 public:
  TextRules check(std::string_view field, std::string_view text) { return {errors_, field, text}; }
  /// An absent text is an empty one.
  TextRules check(std::string_view field, const std::optional<std::string>& text) {
    return {errors_, field, text ? std::string_view(*text) : std::string_view()};
  }
  TextRules check(std::string_view field, const std::string& text) { return check(field, std::string_view(text)); }
  TextRules check(std::string_view field, const char* text) { return check(field, std::string_view(text)); }
  template <class N>
  requires(std::is_arithmetic_v<N> && !std::is_same_v<N, bool>) NumberRules<N> check(std::string_view field, N value) {
    return {errors_, field, value};
  }

  /// A rule of the application's own: `v.require(ends > begins, "ends_on", "must be after the beginning")`.
  template <std::same_as<bool> B>
  Validation& require(B holds, std::string_view field, std::string_view message) {
    if (!holds) errors_.add(field, message);
    return *this;
  }
  /// "must be accepted": for a box that has to be ticked.
  template <std::same_as<bool> B>
  Validation& accepted(std::string_view field, B ticked) {
    return require(ticked, field, "must be accepted");
  }
  /// The whole number that `text` writes, nothing else around it but white space; "is not a number" otherwise.
  std::optional<std::int64_t> integer(std::string_view field, std::string_view text);

  bool passed() const noexcept { return errors_.empty(); }
  Errors& errors() & noexcept { return errors_; }
  Errors errors() && noexcept { return std::move(errors_); }

 private:
  Errors errors_;
};

}  // namespace monolite::db
