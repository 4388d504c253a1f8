#include <monolite/base/error.h>
#include <monolite/http/cookie_jar.h>
#include <monolite/http/request.h>

namespace monolite::http {
namespace {

constexpr std::size_t kMinSecretBytes = 32;

std::string_view checked(std::string_view secret_key_base) {
  if (secret_key_base.size() >= kMinSecretBytes) return secret_key_base;
  throw base::Error({.code = base::ErrorCode::kConfig,
                     .what = "secret_key_base is shorter than 32 bytes",
                     .hint = "make one with: openssl rand -hex 64"});
}

}  // namespace

CookieJar::CookieJar(std::string_view secret_key_base, base::Rng& rng)
    : signing_key_(base::crypto::derive_key(checked(secret_key_base), "monolite.http.cookies.signed.v1")),
      sealing_key_(base::crypto::derive_key(secret_key_base, "monolite.http.cookies.encrypted.v1")),
      rng_(rng) {}

Cookie CookieJar::signed_cookie(std::string name, std::string_view value, CookieOptions options) const {
  std::string text = base::crypto::sign(signing_key_, name, value);
  return {std::move(name), std::move(text), std::move(options)};
}

std::optional<std::string> CookieJar::read_signed(const Request& request, std::string_view name) const {
  const auto sent = request.cookie(name);
  return sent ? base::crypto::unsign(signing_key_, name, *sent) : std::nullopt;
}

Cookie CookieJar::encrypted_cookie(std::string name, std::string_view value, CookieOptions options) const {
  std::string text = base::crypto::seal(sealing_key_, name, value, rng_);
  return {std::move(name), std::move(text), std::move(options)};
}

std::optional<std::string> CookieJar::read_encrypted(const Request& request, std::string_view name) const {
  const auto sent = request.cookie(name);
  return sent ? base::crypto::open(sealing_key_, name, *sent) : std::nullopt;
}

}  // namespace monolite::http
