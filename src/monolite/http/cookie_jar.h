#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <monolite/base/crypto.h>
#include <monolite/base/rng.h>
#include <monolite/http/cookies.h>

namespace monolite::http {

class Request;

/// Makes and reads cookies that a visitor cannot forge (signed) or cannot even read (encrypted). Keys come from the
/// application's secret, one per kind; the cookie's name is part of the seal, so a value is worthless under another
/// name. Threads: any. Lifetime: `rng` outlives the jar.
class CookieJar {
 public:
  /// Throws kConfig when the secret is shorter than 32 bytes.
  CookieJar(std::string_view secret_key_base, base::Rng& rng);

  Cookie signed_cookie(std::string name, std::string_view value, CookieOptions options = {}) const;
  /// nullopt when it is missing, forged, or was made with another secret.
  std::optional<std::string> read_signed(const Request& request, std::string_view name) const;

  Cookie encrypted_cookie(std::string name, std::string_view value, CookieOptions options = {}) const;
  std::optional<std::string> read_encrypted(const Request& request, std::string_view name) const;

 private:
  base::crypto::Key signing_key_;
  base::crypto::Key sealing_key_;
  base::Rng& rng_;
};

}  // namespace monolite::http
