#include <algorithm>

#include <fmt/format.h>

#include <monolite/base/error.h>
#include <monolite/http/detail/route_pattern.h>
#include <monolite/http/detail/syntax.h>

namespace monolite::http::detail {
namespace {

bool is_name(std::string_view text) noexcept {
  return !text.empty() && !is_digit(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_alnum(c) || c == '_'; });
}

bool is_literal_segment(std::string_view text) noexcept {
  return !text.empty() && text.find_first_of(":*%?#") == std::string_view::npos;
}

}  // namespace

std::optional<PathSegments> PathSegments::split(std::string_view path) {
  PathSegments result;
  if (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  result.raw_path_ = path;
  std::string_view rest = path.substr(std::min<std::size_t>(path.size(), 1));
  while (!rest.empty()) {
    const auto slash = result.count_ + 1 == kMax ? std::string_view::npos : rest.find('/');
    result.raw_[result.count_++] = rest.substr(0, slash);
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
    if (rest.empty()) result.raw_[result.count_++] = rest;  // "/a//": an empty last segment
  }
  if (path.find('%') != std::string_view::npos || !is_utf8(path)) result.decode_all();
  if (!result.decodable_) return std::nullopt;
  return result;
}

void PathSegments::decode_all() {
  bool slash_inside = false;
  for (std::size_t i = 0; i < count_; ++i) {
    auto decoded = decode_segment(raw_[i]);
    if (!decoded) {
      decodable_ = false;
      return;
    }
    slash_inside = slash_inside || decoded->find('/') != std::string::npos;
    joined_.append("/").append(*decoded);
    decoded_.push_back(std::move(*decoded));
  }
  if (slash_inside) joined_.clear();
}

std::string_view PathSegments::operator[](std::size_t index) const noexcept {
  return decoded_.empty() ? raw_[index] : std::string_view(decoded_[index]);
}

std::string PathSegments::rest(std::size_t index) const {
  std::string text;
  for (; index < count_; ++index) {
    if (!text.empty()) text.push_back('/');
    text.append((*this)[index]);
  }
  return text;
}

RoutePattern::RoutePattern(std::string_view pattern) {
  ML_REQUIRE(!pattern.empty() && pattern.front() == '/', fmt::format("the route '{}' must start with '/'", pattern));
  std::string_view rest = pattern.substr(1);
  while (!rest.empty()) {
    ML_REQUIRE(!has_rest(), fmt::format("'*' must be the last segment of the route '{}'", pattern));
    const auto slash = rest.find('/');
    const std::string_view word = rest.substr(0, slash);
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
    const bool variable = !word.empty() && (word.front() == ':' || word.front() == '*');
    ML_REQUIRE(variable ? is_name(word.substr(1)) : is_literal_segment(word),
               fmt::format("'{}' is no segment of a route (in '{}')", word, pattern));
    const Kind kind = !variable ? Kind::kLiteral : word.front() == ':' ? Kind::kParam : Kind::kRest;
    segments_.push_back({kind, std::string(variable ? word.substr(1) : word)});
    literal_ = literal_ && !variable;
  }
  ML_REQUIRE(segments_.size() <= PathSegments::kMax, fmt::format("the route '{}' has too many segments", pattern));
}

std::string RoutePattern::literal_path() const {
  std::string path;
  for (const Segment& segment : segments_) path.append("/").append(segment.text);
  return path.empty() ? "/" : path;
}

bool RoutePattern::match(const PathSegments& path, PathParams& params) const {
  if (has_rest() ? path.size() < segments_.size() : path.size() != segments_.size()) return false;
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    const Segment& segment = segments_[i];
    switch (segment.kind) {
      case Kind::kLiteral:
        if (path[i] != segment.text) return false;
        break;
      case Kind::kParam:
        if (path[i].empty()) return false;
        params.add(segment.text, std::string(path[i]));
        break;
      case Kind::kRest:
        params.add(segment.text, path.rest(i));
        break;
    }
  }
  return true;
}

}  // namespace monolite::http::detail
