#pragma once

#include <functional>
#include <vector>

#include <monolite/http/response.h>

namespace monolite::http {

/// Code around a handler: it may look at the request first, answer by itself, or change the answer.
using Layer = std::function<Response(Request&, const Handler& next)>;

/// `stack({a, b}, handler)`: a request goes through a, then b, then the handler, and the answer comes back that way.
Handler stack(std::vector<Layer> layers, Handler innermost);

/// A layer that adds `defaults` to every answer that does not set those headers itself.
Layer default_headers(Headers defaults);

/// The headers recommended for HTML applications: no sniffing of types, no framing by other sites, short referrers.
Headers recommended_headers();

}  // namespace monolite::http
