#include <array>
#include <cerrno>
#include <charconv>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <monolite/base/error.h>
#include <monolite/http/detail/outgoing.h>
#include <monolite/http/detail/request_root.h>
#include <monolite/http/detail/response_head.h>
#include <monolite/http/testing.h>

namespace monolite::http::testing {
namespace {

constexpr timeval kPatience{.tv_sec = 5, .tv_usec = 0};

[[noreturn]] void throw_io(std::string_view what) {
  throw base::Error({.code = base::ErrorCode::kIo,
                     .what = fmt::format("test connection: {}", what),
                     .hint = "is the server still running?",
                     .system_code = errno});
}

int connect_to(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket);
    throw_io("cannot connect");
  }
  return socket;
}

template <class Number>
Number number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) throw_io(fmt::format("'{}' is no number", text));
  return value;
}

/// Status and headers out of a head that ends with its empty line.
Reply parse_head(std::string_view head) {
  Reply reply;
  if (!head.starts_with("HTTP/1.1 ") || head.size() < 12) throw_io(fmt::format("no status line in '{}'", head));
  reply.status = number<int>(head.substr(9, 3));
  head.remove_prefix(head.find("\r\n") + 2);
  while (!head.starts_with("\r\n")) {
    const auto colon = head.find(": ");
    const auto end = head.find("\r\n");
    if (colon > end) throw_io(fmt::format("a header line without colon in '{}'", head));
    reply.headers.add(head.substr(0, colon), head.substr(colon + 2, end - colon - 2));
    head.remove_prefix(end + 2);
  }
  return reply;
}

}  // namespace

std::string encode_form(const Form& form) {
  std::string text;
  for (const auto& [name, value] : form) {
    if (!text.empty()) text.push_back('&');
    text.append(encode_component(name)).append("=").append(encode_component(value));
  }
  return text;
}

struct Client::Impl {
  explicit Impl(Handler handler) : root(std::move(handler), GzipOptions{}, events, nullptr) {
    failures =
        events.failed.listen([this](const RequestFailed& failed) { errors.push_back(base::describe(failed.error)); });
  }

  std::string cookie_header() const {
    std::string text;
    for (const auto& [name, value] : cookies) {
      text.append(text.empty() ? "" : "; ").append(name).append("=").append(value);
    }
    return text;
  }

  void keep_cookies(const Headers& headers) {
    for (std::string_view line : headers.all("Set-Cookie")) {
      const std::string_view pair = line.substr(0, line.find(';'));
      const auto equals = pair.find('=');
      const std::string name(pair.substr(0, equals));
      if (line.find("; Max-Age=0;") != std::string_view::npos) {
        cookies.erase(name);
      } else {
        cookies.insert_or_assign(name, std::string(pair.substr(equals + 1)));
      }
    }
  }

  base::SystemRng rng;
  base::SystemClock clock;
  RequestContext context{.log = base::Log::silent(), .rng = rng, .clock = clock};
  ServerEvents events;
  detail::RequestRoot root;
  std::map<std::string, std::string> cookies;
  std::vector<std::string> errors;
  base::Subscription failures;
};

Client::Client(Handler handler) : impl_(std::make_unique<Impl>(std::move(handler))) {}
Client::~Client() = default;

Reply Client::send(Method method, std::string target, const Form& form, const Headers& headers) {
  RequestParts parts{.method = method, .target = std::move(target), .headers = headers, .remote_ip = "127.0.0.1"};
  if (!parts.headers.has("Host")) parts.headers.add("Host", "test.host");
  if (!form.empty()) {
    parts.headers.set("Content-Type", "application/x-www-form-urlencoded");
    parts.body = encode_form(form);
  }
  if (const std::string cookies = impl_->cookie_header(); !cookies.empty()) parts.headers.set("Cookie", cookies);
  Request request(std::move(parts), impl_->context);
  Response response = impl_->root.answer(request);
  impl_->keep_cookies(response.headers());
  Reply reply{.status = code(response.status()), .headers = response.headers()};
  if (!detail::sends_body(method, response.status())) return reply;
  const auto* file = std::get_if<FileSlice>(&response.body());
  reply.body = file ? detail::read_slice(*file) : std::string(response.body_text());
  return reply;
}

Reply Client::follow(const Reply& reply) {
  std::string location = reply.header("Location");
  ML_REQUIRE(!location.empty(), "the reply redirects nowhere");
  return get(location.substr(0, location.find('#')));
}

std::optional<std::string> Client::cookie(std::string_view name) const {
  const auto found = impl_->cookies.find(std::string(name));
  if (found == impl_->cookies.end()) return std::nullopt;
  return found->second;
}

void Client::set_cookie(std::string name, std::string value) {
  impl_->cookies.insert_or_assign(std::move(name), std::move(value));
}

void Client::forget_cookies() { impl_->cookies.clear(); }

const std::vector<std::string>& Client::errors() const noexcept { return impl_->errors; }

Wire::Wire(std::uint16_t port) : socket_(connect_to(port)) {}

Wire::~Wire() { ::close(socket_); }

void Wire::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) throw_io("cannot send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void Wire::finish() { ::shutdown(socket_, SHUT_WR); }

/// False at the end of the stream.
bool Wire::fill() {
  std::array<char, 65536> bytes;
  const ssize_t got = ::recv(socket_, bytes.data(), bytes.size(), 0);
  if (got < 0 && errno != ECONNRESET) throw_io("nothing came for five seconds");
  if (got > 0) buffer_.append(bytes.data(), static_cast<std::size_t>(got));
  return got > 0;
}

std::optional<Reply> Wire::read(Body body) {
  std::size_t head = 0;
  while ((head = buffer_.find("\r\n\r\n")) == std::string::npos)
    if (!fill()) return std::nullopt;
  Reply reply = parse_head(std::string_view(buffer_).substr(0, head + 4));
  buffer_.erase(0, head + 4);
  const auto length = reply.headers.find("Content-Length");
  if (body == Body::kExpected && length) reply.body = read_bytes(number<std::size_t>(*length));
  return reply;
}

Reply Wire::ask(std::string_view bytes, Body body) {
  send(bytes);
  auto reply = read(body);
  if (!reply) throw_io("the server closed instead of answering");
  return std::move(*reply);
}

std::string Wire::read_bytes(std::size_t size) {
  while (buffer_.size() < size && fill()) {
  }
  std::string bytes = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return bytes;
}

bool Wire::ends() { return buffer_.empty() && !fill(); }

}  // namespace monolite::http::testing
