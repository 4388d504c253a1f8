#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace monolite::http {

enum class SameSite { kLax, kStrict, kNone };
enum class Secure { kNo, kYes };
enum class Script { kForbidden, kAllowed };  ///< whether JavaScript may read the cookie; kForbidden = HttpOnly

struct CookieOptions {
  std::optional<std::chrono::seconds> max_age = std::nullopt;  ///< none: until the browser closes; zero: delete it
  std::string path = "/";
  std::string domain = {};  ///< empty: this host only
  SameSite same_site = SameSite::kLax;
  Secure secure = Secure::kNo;
  Script script = Script::kForbidden;
};

/// A cookie to set.
struct Cookie {
  std::string name;
  std::string value;
  CookieOptions options;

  /// A cookie that deletes itself. `options` must name the path and domain it was set with.
  static Cookie expired(std::string name, CookieOptions options = {});
};

/// The value of a Set-Cookie header. Throws kInvalid when the name is not a token, a part holds `;`, `,`, blanks,
/// quotes or control characters, or SameSite=None comes without Secure (browsers drop that silently).
std::string set_cookie_value(const Cookie& cookie);

/// The cookies a client sent. Values are raw: what cookies.h and cookie_jar.h write needs no decoding.
/// Lifetime: views into the header text it was parsed from.
class Cookies {
 public:
  /// Reads one Cookie header; broken pairs are left out, as browsers' own neighbours may have written them.
  void parse(std::string_view header);

  /// The first of that name: browsers send the most specific path first.
  std::optional<std::string_view> find(std::string_view name) const noexcept;
  std::size_t size() const noexcept { return pairs_.size(); }
  auto begin() const noexcept { return pairs_.begin(); }
  auto end() const noexcept { return pairs_.end(); }

 private:
  std::vector<std::pair<std::string_view, std::string_view>> pairs_;
};

}  // namespace monolite::http
