#include <optional>

#include <monolite/base/crypto.h>
#include <monolite/http/csrf.h>
#include <monolite/http/error_pages.h>
#include <monolite/http/session.h>

namespace monolite::http {
namespace {

constexpr std::size_t kSecretBytes = 32;
constexpr std::string_view kSessionKey = "csrf";

std::string random_bytes(base::Rng& rng) {
  std::string bytes(kSecretBytes, '\0');
  rng.fill(std::as_writable_bytes(std::span(bytes)));
  return bytes;
}

std::string exclusive_or(std::string_view a, std::string_view b) {
  std::string result(a);
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = static_cast<char>(result[i] ^ b[i]);
  return result;
}

std::optional<std::string> secret_of(Session& session) {
  const auto stored = session.find(kSessionKey);
  auto secret = stored ? base::crypto::from_base64url(*stored) : std::nullopt;
  return secret && secret->size() == kSecretBytes ? secret : std::nullopt;
}

bool unmasks_to(std::string_view token, std::string_view secret) {
  const auto bytes = base::crypto::from_base64url(token);
  if (!bytes || bytes->size() != 2 * kSecretBytes) return false;
  const std::string_view pad = std::string_view(*bytes).substr(0, kSecretBytes);
  const std::string_view masked = std::string_view(*bytes).substr(kSecretBytes);
  return base::crypto::equal(exclusive_or(masked, pad), secret);
}

/// "https://news.example:443" names "news.example:443"; the port may be left out where it is the scheme's own.
/// The scheme is not compared: behind a proxy that ends TLS, ours is not the one the browser sees.
bool origin_names_host(std::string_view origin, std::string_view host) {
  const auto mark = origin.find("://");
  if (mark == std::string_view::npos) return false;
  const std::string_view own_port = origin.substr(0, mark) == "https" ? ":443" : ":80";
  std::string_view authority = origin.substr(mark + 3);
  if (authority.ends_with(own_port)) authority.remove_suffix(own_port.size());
  if (host.ends_with(own_port)) host.remove_suffix(own_port.size());
  return !authority.empty() && equal_ignoring_case(authority, host);
}

}  // namespace

std::string Csrf::token(Request& request) const {
  Session& session = request.session();
  auto secret = secret_of(session);
  if (!secret) {
    secret = random_bytes(rng_);
    session.set(kSessionKey, base::crypto::base64url(*secret));
  }
  const std::string pad = random_bytes(rng_);
  return base::crypto::base64url(pad + exclusive_or(*secret, pad));
}

bool Csrf::is_valid(Request& request) const {
  if (mode_ == CsrfMode::kOff) return true;
  if (const auto origin = request.header("Origin"); origin && !origin_names_host(*origin, request.host())) return false;
  const auto secret = secret_of(request.session());
  if (!secret) return false;
  if (const auto sent = request.header(kHeader); sent && unmasks_to(*sent, *secret)) return true;
  const auto field = request.form().find(kParam);
  return field && unmasks_to(*field, *secret);
}

Router::Guard Csrf::guard() const {
  return [this](Request& request, const Route& route) -> std::optional<Response> {
    // The route's method, not the request's: HEAD may use a GET route, and a GET route changes nothing.
    if (is_safe(route.method) || route.csrf == CsrfCheck::kExempt || is_valid(request)) return std::nullopt;
    request.log().warn("http.csrf_refused",
                       {{"path", request.path()}, {"origin", request.header("Origin").value_or("")}});
    return error_page(Status::kUnprocessable);
  };
}

}  // namespace monolite::http
