#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace monolite::http {

/// Name-value pairs of a query string or an urlencoded form, decoded, in the order they were sent.
/// A name with a group (`post[title]`) is kept as it is; `group("post")` takes such names apart.
/// Lifetime: views are valid as long as the object.
class Fields {
 public:
  using Pair = std::pair<std::string, std::string>;

  /// More pairs than this are refused: they only cost time.
  static constexpr std::size_t kMaxPairs = 4096;

  /// Reads `a=1&b=two+words`. Throws kInvalid (400) for a broken percent escape, a NUL, text that is not UTF-8 and
  /// more than kMaxPairs pairs.
  static Fields parse(std::string_view encoded);

  void add(std::string name, std::string value) { pairs_.emplace_back(std::move(name), std::move(value)); }

  /// The last value sent under that name, as browsers and Rails agree on (a checkbox follows its hidden field).
  std::optional<std::string_view> find(std::string_view name) const noexcept;
  /// As `find`, but throws kInvalid (400) when there is none.
  std::string_view get(std::string_view name) const;
  std::vector<std::string_view> all(std::string_view name) const;
  bool has(std::string_view name) const noexcept { return find(name).has_value(); }

  /// The fields called `key[inner]`, under their inner names. Throws kInvalid (400) when there is none.
  Fields group(std::string_view key) const;

  bool empty() const noexcept { return pairs_.empty(); }
  std::size_t size() const noexcept { return pairs_.size(); }
  auto begin() const noexcept { return pairs_.begin(); }
  auto end() const noexcept { return pairs_.end(); }

 private:
  std::vector<Pair> pairs_;
};

/// Percent-decodes a path segment (`+` stays `+`). nullopt for a broken escape, a NUL, or text that is not UTF-8.
std::optional<std::string> decode_segment(std::string_view segment);

/// Percent-encodes everything but letters, digits and `-._~`: safe in a path segment, a query or a form.
std::string encode_component(std::string_view text);

/// True when `text` is well-formed UTF-8.
bool is_utf8(std::string_view text) noexcept;

}  // namespace monolite::http
