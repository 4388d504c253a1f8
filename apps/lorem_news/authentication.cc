#include <charconv>
#include <chrono>

#include <lorem_news/authentication.h>

#include <monolite/base/crypto.h>
#include <monolite/base/worker_pool.h>
#include <monolite/http/session.h>

namespace lorem_news {

namespace base = monolite::base;
namespace http = monolite::http;

using monolite::db::operator""_sql;

namespace {

constexpr const char* kCookie = "session_token";
constexpr auto kRemembered = std::chrono::hours(24 * 365 * 20);

/// bcrypt of no password, cost 4 as the seeded users have: the work done for a name that nobody has.
constexpr std::string_view kNobodysDigest = "$2b$04$abcdefghijklmnopqrstuuxozHNa8sOHEZwaidkaMalAhHhvIut0S";

struct SignedIn {
  std::int64_t session_id = 0;
  std::int64_t id = 0;
  std::string screen_name;
  std::string password_digest;
  std::optional<std::string> about;
  std::int64_t posts_count = 0;
  Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(SignedIn, (), (session_id, id, screen_name, password_digest, about, posts_count, created_at))

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

const Viewer& Authentication::viewer(http::Request& request) const {
  if (const Viewer* known = request.find_slot<Viewer>()) return *known;
  return request.emplace_slot<Viewer>(look_up(request));
}

Viewer Authentication::look_up(http::Request& request) const {
  const auto token = app_.cookies().read_signed(request, kCookie);
  const auto id = token ? number(*token) : std::nullopt;
  if (!id) return {};
  auto row = app_.primary().read([&](db::ReadSession& session) {
    return session.find<SignedIn>(
        "SELECT sessions.id AS session_id, users.id, screen_name, password_digest, about, posts_count, "
        "users.created_at "
        "FROM sessions JOIN users ON users.id = user_id WHERE sessions.id = ?"_sql,
        *id);
  });
  if (!row) return {};
  return {.user = User{row->id, std::move(row->screen_name), std::move(row->password_digest), std::move(row->about),
                       row->posts_count, row->created_at},
          .session_id = row->session_id};
}

std::optional<User> Authentication::verify(std::string_view screen_name, std::string_view password) const {
  auto user = app_.primary().read(
      [&](db::ReadSession& session) { return kUsers.find_by<&User::screen_name>(session, screen_name); });
  const std::string digest(user ? std::string_view(user->password_digest) : kNobodysDigest);
  const bool right = base::offload(app_.workers(), [&] { return base::crypto::verify_password(password, digest); });
  if (!user || !right || password.empty()) return std::nullopt;
  return user;
}

void Authentication::sign_in(http::Request& request, const User& user) const {
  const auto now = app_.clock().now();
  const auto agent = request.header("User-Agent");
  std::int64_t session_id = 0;
  const auto open_session = [&](db::WriteSession& tx) {
    session_id = Session::create(tx, user.id, agent, request.remote_ip(), now);
  };
  const auto touch_user = [&](db::WriteSession& tx) { User::touch_last_seen(tx, user.id, now); };
  app_.primary().write_each({open_session, touch_user}, app_.write_options());
  request.emplace_slot<Viewer>(Viewer{user, session_id});
}

void Authentication::remember(http::Request& request, http::Response& response) const {
  auto options = app_.cookie_options();
  options.max_age = kRemembered;
  response.cookie(app_.cookies().signed_cookie(kCookie, std::to_string(viewer(request).session_id), options));
}

bool Authentication::sign_out(http::Request& request, std::int64_t session_id) const {
  const Viewer& who = viewer(request);
  if (who.is_guest()) return false;
  return app_.primary().write([&](db::WriteSession& tx) { return Session::destroy(tx, session_id, who.user->id); },
                              app_.write_options());
}

void Authentication::forget(http::Response& response) const {
  response.cookie(http::Cookie::expired(kCookie, app_.cookie_options()));
}

}  // namespace lorem_news
