#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <monolite/http/cookie_jar.h>
#include <monolite/http/stack.h>

namespace monolite::http {

/// A small map of strings that follows one visitor, kept in an encrypted cookie: nothing is stored on the server.
/// Read from the cookie on first use, written back only when it changed. Threads: the request's task.
class Session {
 public:
  /// Sessions makes them; a handler asks `Request::session`.
  Session(const CookieJar& jar, const Request& request, const std::string& cookie_name)
      : jar_(jar), request_(request), cookie_name_(cookie_name) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  std::optional<std::string_view> find(std::string_view key) const;
  void set(std::string_view key, std::string value);
  void erase(std::string_view key);

  /// Forgets everything, the CSRF secret included: on sign-in and sign-out, so that nobody can plant a session.
  void reset();

 private:
  friend class Sessions;
  friend class Flash;
  using Map = std::map<std::string, std::string, std::less<>>;

  Map& loaded() const;

  const CookieJar& jar_;
  const Request& request_;
  const std::string& cookie_name_;
  mutable std::optional<Map> values_;
  bool changed_ = false;
};

/// What the previous answer left for this page (`Response::notice`, `alert`). Looking at it uses it up: it is gone from
/// the next request on; a request that does not look leaves it for the next.
class Flash {
 public:
  /// Takes what `session` holds for this page. A handler asks `Request::flash`.
  explicit Flash(Session& session);

  std::optional<std::string_view> notice() const { return find("notice"); }
  std::optional<std::string_view> alert() const { return find("alert"); }

  /// Shows a text on the page that this very request renders.
  void now(std::string kind, std::string text) { shown_[std::move(kind)] = std::move(text); }

  std::optional<std::string_view> find(std::string_view kind) const;

 private:
  Session::Map shown_;
};

struct SessionOptions {
  std::string cookie_name = "_monolite_session";
  CookieOptions cookie = {};  ///< no max age: until the browser closes
};

/// The layer that gives requests their session. Threads: any. Lifetime: outlives the handlers made with it.
class Sessions {
 public:
  /// Browsers keep 4096 bytes per cookie; a session that grows beyond is an Error of scope kBug with its size.
  static constexpr std::size_t kMaxCookieBytes = 4096;

  Sessions(SessionOptions options, const CookieJar& jar) : options_(std::move(options)), jar_(jar) {}

  Layer layer() const;

 private:
  Response serve(Request& request, const Handler& next) const;
  void write_back(Request& request, Response& response) const;

  SessionOptions options_;
  const CookieJar& jar_;
};

}  // namespace monolite::http
