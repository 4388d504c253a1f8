#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <lorem_news/viewer.h>

#include <monolite/app/app.h>
#include <monolite/http/request.h>
#include <monolite/http/response.h>

namespace lorem_news {

/// Sessions in the database, carried by a signed cookie. Threads: any. Lifetime: the app outlives it.
class Authentication {
 public:
  explicit Authentication(monolite::app::App& app) : app_(app) {}

  /// Who sent this request; looked up once. Anything wrong with the cookie makes a guest.
  const Viewer& viewer(monolite::http::Request& request) const;

  /// The user of that name, if the password is theirs. Takes as long for a name that nobody has.
  std::optional<User> verify(std::string_view screen_name, std::string_view password) const;

  /// Opens a session for the user; the request goes on as theirs.
  void sign_in(monolite::http::Request& request, const User& user) const;
  /// Adds the cookie for the viewer's session, after `sign_in`.
  void remember(monolite::http::Request& request, monolite::http::Response& response) const;
  /// Ends one session of the viewer. False when they have no such session.
  bool sign_out(monolite::http::Request& request, std::int64_t session_id) const;
  void forget(monolite::http::Response& response) const;

 private:
  Viewer look_up(monolite::http::Request& request) const;

  monolite::app::App& app_;
};

}  // namespace lorem_news
