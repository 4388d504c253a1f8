#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <monolite/http/request.h>
#include <monolite/http/response.h>
#include <monolite/http/server.h>

/// For tests of applications and of this room. Not part of a running server.
namespace monolite::http::testing {

/// Name-value pairs of a form, not yet encoded.
using Form = std::vector<std::pair<std::string, std::string>>;

/// `a=1&b=two%20words`.
std::string encode_form(const Form& form);

/// What a client sees of an answer.
struct Reply {
  int status = 0;
  Headers headers = {};
  std::string body = {};

  std::string header(std::string_view name) const { return std::string(headers.find(name).value_or("")); }
};

/// A browser without a network: asks a handler through the same request root as the server (so exceptions become
/// pages, and HEAD and gzip apply), keeps cookies, follows redirects when told. Threads: one.
class Client {
 public:
  explicit Client(Handler handler);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  Reply get(std::string target) { return send(Method::kGet, std::move(target)); }
  Reply post(std::string target, const Form& form = {}) { return send(Method::kPost, std::move(target), form); }
  Reply send(Method method, std::string target, const Form& form = {}, const Headers& headers = {});
  /// Follows the Location of `reply` with GET.
  Reply follow(const Reply& reply);

  std::optional<std::string> cookie(std::string_view name) const;
  void set_cookie(std::string name, std::string value);
  void forget_cookies();

  /// The exceptions that reached the request root, as texts, oldest first.
  const std::vector<std::string>& errors() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A blocking connection that sends exactly the bytes it is told to and reads answers. Throws base::Error kIo when
/// nothing comes for 5 s. Threads: one.
class Wire {
 public:
  explicit Wire(std::uint16_t port);
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  void send(std::string_view bytes);
  /// Sends nothing more; the server sees the end of the stream.
  void finish();

  enum class Body { kExpected, kNone };  ///< kNone after HEAD
  /// The next answer by its Content-Length; nullopt when the connection ended instead.
  std::optional<Reply> read(Body body = Body::kExpected);
  /// `read` after `send`; throws when the connection ended.
  Reply ask(std::string_view bytes, Body body = Body::kExpected);
  /// Exactly `size` raw bytes, fewer at the end of the stream.
  std::string read_bytes(std::size_t size);
  /// Waits for the end of the stream; true when it came and nothing before it.
  bool ends();

 private:
  bool fill();

  int socket_;
  std::string buffer_;
};

}  // namespace monolite::http::testing
