#include <memory>

#include <monolite/http/stack.h>

namespace monolite::http {

Handler stack(std::vector<Layer> layers, Handler innermost) {
  Handler next = std::move(innermost);
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
    next = [wrap = std::move(*layer), inner = std::move(next)](Request& request) { return wrap(request, inner); };
  }
  return next;
}

Layer default_headers(Headers defaults) {
  return [defaults = std::move(defaults)](Request& request, const Handler& next) {
    Response response = next(request);
    for (const auto field : defaults)
      if (!response.headers().has(field.name)) response.headers().add_unchecked(field.name, field.value);
    return response;
  };
}

Headers recommended_headers() {
  Headers headers;
  headers.add("X-Content-Type-Options", "nosniff");
  headers.add("X-Frame-Options", "SAMEORIGIN");
  headers.add("Referrer-Policy", "strict-origin-when-cross-origin");
  return headers;
}

}  // namespace monolite::http
