#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <monolite/http/request.h>

namespace monolite::http::detail {

/// A request's path, cut at its slashes and decoded. A trailing slash is dropped.
/// Lifetime: views into the path it was cut from.
class PathSegments {
 public:
  static constexpr std::size_t kMax = 32;

  /// nullopt when a segment is not percent-encoded UTF-8. A path of more than kMax segments keeps the rest in the last.
  static std::optional<PathSegments> split(std::string_view path);

  std::size_t size() const noexcept { return count_; }
  std::string_view operator[](std::size_t index) const noexcept;

  /// What a literal route is looked up by; empty, which matches none, when a decoded segment holds a slash.
  std::string_view text() const noexcept { return decoded_.empty() ? raw_path_ : std::string_view(joined_); }
  /// All segments from `index` on, with their slashes.
  std::string rest(std::size_t index) const;

 private:
  void decode_all();

  std::array<std::string_view, kMax> raw_;
  std::size_t count_ = 0;
  std::vector<std::string> decoded_;  // filled only when the path holds an escape
  std::string_view raw_path_;
  std::string joined_;
  bool decodable_ = true;
};

/// A compiled pattern such as "/posts/:id/*rest".
class RoutePattern {
 public:
  /// Throws an Error of scope kBug for what is no pattern.
  explicit RoutePattern(std::string_view pattern);

  bool is_literal() const noexcept { return literal_; }
  bool has_rest() const noexcept { return !segments_.empty() && segments_.back().kind == Kind::kRest; }
  std::size_t size() const noexcept { return segments_.size(); }
  std::string literal_path() const;

  /// Adds the parameters to `params` when it matches; what it added before finding that it does not, stays there.
  bool match(const PathSegments& path, PathParams& params) const;

 private:
  enum class Kind { kLiteral, kParam, kRest };
  struct Segment {
    Kind kind;
    std::string text;
  };

  std::vector<Segment> segments_;
  bool literal_ = true;
};

}  // namespace monolite::http::detail
