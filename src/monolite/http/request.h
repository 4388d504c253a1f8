#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <monolite/base/clock.h>
#include <monolite/base/log.h>
#include <monolite/base/rng.h>
#include <monolite/http/cookies.h>
#include <monolite/http/fields.h>
#include <monolite/http/headers.h>
#include <monolite/http/method.h>

namespace monolite::http {

class Session;
class Flash;
struct Route;

enum class Scheme { kHttp, kHttps };

/// What every request of a server shares. Lifetime: outlives its requests. Threads: any (so must rng and clock).
struct RequestContext {
  base::Log log;
  base::Rng& rng;
  const base::Clock& clock;
};

/// What came over the wire, or what a test makes up.
struct RequestParts {
  Method method = Method::kGet;
  std::string target = "/";  ///< path and query as sent: "/posts?page=2"
  Headers headers = {};
  std::string body = {};
  std::string remote_ip = {};
  Scheme scheme = Scheme::kHttp;

  /// Empties everything and keeps the memory.
  void clear() noexcept;
};

/// The values that a route's pattern took out of the path, decoded.
class PathParams {
 public:
  /// Throws an Error of scope kBug when the route has no such parameter.
  std::string_view operator[](std::string_view name) const;
  std::optional<std::string_view> find(std::string_view name) const noexcept;
  bool empty() const noexcept { return pairs_.empty(); }

  void add(std::string_view name, std::string value) { pairs_.emplace_back(name, std::move(value)); }
  void clear() noexcept { pairs_.clear(); }

 private:
  std::vector<std::pair<std::string_view, std::string>> pairs_;  // names belong to the router
};

/// One request, from the first handler to the answer.
/// Threads: the one task that handles it. Lifetime: its views are valid while it lives.
class Request {
 public:
  Request(RequestParts parts, const RequestContext& context);
  Request(Request&&) noexcept = default;
  Request& operator=(Request&&) = delete;

  /// The method in force: what was sent, or what `_method` of a form made of it.
  Method method() const noexcept { return method_; }
  void override_method(Method method) noexcept { method_ = method; }

  std::string_view target() const noexcept { return parts_.target; }
  /// The path as sent, still percent-encoded, without the query.
  std::string_view path() const noexcept { return std::string_view(parts_.target).substr(0, path_size_); }
  std::string_view query_string() const noexcept;

  const Headers& headers() const noexcept { return parts_.headers; }
  std::optional<std::string_view> header(std::string_view name) const noexcept { return parts_.headers.find(name); }
  const std::string& body() const noexcept { return parts_.body; }
  std::string_view remote_ip() const noexcept { return parts_.remote_ip; }
  Scheme scheme() const noexcept { return parts_.scheme; }
  /// Host and, if sent, port: "news.example:3000". Empty for an HTTP/1.0 request without a Host.
  std::string_view host() const noexcept { return header("Host").value_or(std::string_view()); }

  PathParams& params() noexcept { return params_; }
  const PathParams& params() const noexcept { return params_; }

  /// The route that was found, nullptr before and when there is none. Lifetime: the router.
  const Route* route() const noexcept { return route_; }
  void route(const Route* found) noexcept { route_ = found; }

  /// A path parameter as a number or string. Throws base::NotFound (404) when it is not one: `/posts/new` asked of
  /// `/posts/:id` simply does not exist.
  template <class T>
  requires std::integral<T> || std::same_as<T, std::string> T param(std::string_view name)
  const;

  /// The fields of the query string. Throws kInvalid (400) when it is malformed.
  const Fields& query() const;
  /// The fields of an urlencoded body; empty for any other content type. Throws kInvalid (400) when malformed.
  const Fields& form() const;

  const Cookies& cookies() const;
  std::optional<std::string_view> cookie(std::string_view name) const { return cookies().find(name); }

  /// True when the client has hung up, so that work for the answer may end: a client that only ended its side counts as
  /// well. Asks the kernel (a microsecond); may be called often. Never true off the loop's thread, and without a
  /// server.
  bool is_client_gone() const { return is_client_gone_ && is_client_gone_(); }
  /// For whoever holds the connection.
  void ask_client(std::function<bool()> is_gone) { is_client_gone_ = std::move(is_gone); }

  /// Who asked, in logs and headers: a sane incoming X-Request-Id (1..128 of letters, digits, `-_.@`), else a UUID.
  const std::string& request_id() const;
  /// A log whose lines carry `request_id`.
  const base::Log& log() const;
  const RequestContext& context() const noexcept { return *context_; }

  /// The visitor's session and flash; see session.h. Throw an Error of scope kBug when no session layer is mounted.
  Session& session();
  Flash& flash();

  /// Storage of one value per type and request, made on first use: the place for a memo such as the current user.
  template <class T>
  T& slot() {
    if (T* found = find_slot<T>()) return *found;
    return emplace_slot<T>();
  }
  /// Makes the value of that type anew.
  template <class T, class... Args>
  T& emplace_slot(Args&&... args);
  /// nullptr when nobody made one.
  template <class T>
  T* find_slot() noexcept;

  /// Gives the parts back, so that a server can use their memory again.
  RequestParts take_parts() && { return std::move(parts_); }

 private:
  struct Slot {
    const void* type;
    std::unique_ptr<void, void (*)(void*)> value;
  };
  template <class T>
  static inline const char kTypeKey = 0;

  RequestParts parts_;
  const RequestContext* context_;
  Method method_;
  std::size_t path_size_;
  const Route* route_ = nullptr;
  PathParams params_;
  mutable std::optional<Fields> query_;
  mutable std::optional<Fields> form_;
  mutable std::optional<Cookies> cookies_;
  mutable std::optional<base::Log> log_;
  mutable std::string request_id_;
  std::function<bool()> is_client_gone_;
  std::vector<Slot> slots_;
};

namespace detail {
[[noreturn]] void throw_malformed_param(std::string_view name);
}

template <class T>
requires std::integral<T> || std::same_as<T, std::string> T Request::param(std::string_view name)
const {
  const std::string_view text = params_[name];
  if constexpr (std::same_as<T, std::string>) {
    return std::string(text);
  } else {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) detail::throw_malformed_param(name);
    return value;
  }
}

template <class T, class... Args>
T& Request::emplace_slot(Args&&... args) {
  auto value = std::make_unique<T>(std::forward<Args>(args)...);
  T& result = *value;
  std::erase_if(slots_, [](const Slot& slot) { return slot.type == &kTypeKey<T>; });
  slots_.push_back({&kTypeKey<T>, {value.release(), [](void* p) { delete static_cast<T*>(p); }}});
  return result;
}

template <class T>
T* Request::find_slot() noexcept {
  for (auto& slot : slots_)
    if (slot.type == &kTypeKey<T>) return static_cast<T*>(slot.value.get());
  return nullptr;
}

}  // namespace monolite::http
