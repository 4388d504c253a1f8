#pragma once

#include <string>
#include <string_view>

#include <monolite/base/rng.h>
#include <monolite/http/router.h>

namespace monolite::http {

enum class CsrfMode { kOn, kOff };

/// Protects forms from other sites: whatever is not GET, HEAD or OPTIONS must carry the session's token, in the form
/// field `authenticity_token` or the header `X-CSRF-Token`, and an Origin, if the browser sent one, must name our host.
/// The token is masked anew each time, so that compressing a page does not leak it.
/// Threads: any. Lifetime: outlives the router that uses its guard.
class Csrf {
 public:
  static constexpr std::string_view kParam = "authenticity_token";
  static constexpr std::string_view kHeader = "X-CSRF-Token";

  Csrf(CsrfMode mode, base::Rng& rng) : mode_(mode), rng_(rng) {}

  /// A token for a form or a meta tag of this visitor. Starts a session if there is none.
  std::string token(Request& request) const;

  /// True when the request may change something.
  bool is_valid(Request& request) const;

  /// For Router::before: answers 422 unless the request is valid, safe, or its route exempt.
  Router::Guard guard() const;

 private:
  CsrfMode mode_;
  base::Rng& rng_;
};

}  // namespace monolite::http
