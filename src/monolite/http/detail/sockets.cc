#include <array>
#include <cerrno>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <monolite/base/error.h>
#include <monolite/http/detail/sockets.h>

namespace monolite::http::detail {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr int kBacklog = 4096;
constexpr std::size_t kMaxPieces = 4;

enum class Sharing { kAlone, kWithOtherLoops };

[[noreturn]] void throw_cannot_listen(const Address& address, const ErrorCode& ec) {
  std::string hint = "choose another host or port";
  if (ec == asio::error::address_in_use) {
    hint = fmt::format("another program serves there already: stop it, or choose another port than {}", address.port);
  } else if (ec == asio::error::access_denied) {
    hint = "ports below 1024 need a privilege (CAP_NET_BIND_SERVICE): choose a higher one";
  }
  throw base::Error({.code = base::ErrorCode::kIo,
                     .what = fmt::format("cannot listen at {}:{}: {}", address.host, address.port, ec.message()),
                     .hint = std::move(hint),
                     .system_code = ec.value()});
}

tcp::endpoint endpoint_of(const Address& address) {
  ErrorCode ec;
  const auto ip = asio::ip::make_address(address.host == "localhost" ? "127.0.0.1" : address.host, ec);
  if (!ec) return {ip, address.port};
  throw base::Error({.code = base::ErrorCode::kConfig,
                     .what = fmt::format("'{}' is not an address to listen at", address.host),
                     .hint = "use an IP address such as 127.0.0.1, 0.0.0.0 or ::, or localhost"});
}

tcp::acceptor listen(base::Loop& loop, const Address& address, Sharing sharing) {
  const tcp::endpoint endpoint = endpoint_of(address);
  tcp::acceptor acceptor(loop.io());
  ErrorCode ec;
  const auto check = [&] {
    if (ec) throw_cannot_listen(address, ec);
  };
  acceptor.open(endpoint.protocol(), ec), check();
  acceptor.set_option(tcp::acceptor::reuse_address(true), ec), check();
  if (sharing == Sharing::kWithOtherLoops) acceptor.set_option(ReusePort(true), ec), check();
  acceptor.bind(endpoint, ec), check();
  acceptor.listen(kBacklog, ec), check();
  return acceptor;
}

}  // namespace

struct Stream::Impl {
  explicit Impl(tcp::socket accepted) : socket(std::move(accepted)) {
    // Answers leave in one write each, so waiting to fill a segment only delays them. A socket that the peer has reset
    // already refuses the option; the first read tells.
    ErrorCode ignored;
    socket.set_option(tcp::no_delay(true), ignored);
  }

  tcp::socket socket;
  Owner* owner = nullptr;
};

Stream::Stream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Stream::~Stream() = default;

void Stream::own(Owner& owner) noexcept { impl_->owner = &owner; }

std::string Stream::remote_ip() const {
  ErrorCode ec;
  const tcp::endpoint peer = impl_->socket.remote_endpoint(ec);
  if (ec) return {};  // reset before it was accepted
  const auto address = peer.address();
  return address.is_v6() && address.to_v6().is_v4_mapped()
             ? asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string()
             : address.to_string();
}

void Stream::read(std::span<char> room) {
  impl_->socket.async_read_some(
      asio::buffer(room.data(), room.size()),
      [impl = impl_.get()](const ErrorCode& ec, std::size_t size) { impl->owner->on_read(ec ? 0 : size); });
}

std::optional<std::size_t> Stream::write(std::span<const std::string_view> pieces) noexcept {
  std::array<iovec, kMaxPieces> parts;
  std::size_t count = 0;
  for (const std::string_view piece : pieces.first(std::min(pieces.size(), kMaxPieces))) {
    if (!piece.empty()) parts[count++] = {const_cast<char*>(piece.data()), piece.size()};
  }
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = count;
  const ssize_t sent = ::sendmsg(impl_->socket.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ENOBUFS) return 0;
  return std::nullopt;
}

void Stream::wait_writable() {
  impl_->socket.async_wait(tcp::socket::wait_write, [impl = impl_.get()](const ErrorCode&) {
    impl->owner->on_writable();  // an error shows itself at the next write
  });
}

bool Stream::has_input() const noexcept {
  ErrorCode ec;
  return impl_->socket.available(ec) > 0 && !ec;
}

bool Stream::has_ended() const noexcept {
  char byte = 0;
  const ssize_t seen = ::recv(impl_->socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return seen == 0 || (seen < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

void Stream::shutdown_send() noexcept {
  ErrorCode ignored;  // the peer may be gone
  impl_->socket.shutdown(tcp::socket::shutdown_send, ignored);
}

void Stream::close() noexcept {
  ErrorCode ignored;  // Linux closes the descriptor whatever it answers
  impl_->socket.close(ignored);
}

struct Listener::Impl {
  tcp::acceptor acceptor;
};

Listener::Listener(base::Loop& loop, const Address& address)
    : impl_(std::make_unique<Impl>(Impl{listen(loop, address, Sharing::kWithOtherLoops)})) {}
Listener::~Listener() = default;

std::uint16_t Listener::port() const { return impl_->acceptor.local_endpoint().port(); }

void Listener::accept(Owner& owner) {
  impl_->acceptor.async_accept([&owner](const ErrorCode& ec, tcp::socket socket) {
    if (ec) return owner.on_accept(nullptr, ec.value());
    owner.on_accept(std::make_unique<Stream>(std::make_unique<Stream::Impl>(std::move(socket))), 0);
  });
}

std::unique_ptr<Stream> Listener::accept_waiting() {
  ErrorCode ec;
  impl_->acceptor.non_blocking(true, ec);
  tcp::socket socket = impl_->acceptor.accept(ec);
  if (ec) return nullptr;
  return std::make_unique<Stream>(std::make_unique<Stream::Impl>(std::move(socket)));
}

void Listener::close() noexcept {
  ErrorCode ignored;  // as in Stream::close
  impl_->acceptor.close(ignored);
}

void require_free(base::Loop& loop, const Address& address) {
  if (address.port != 0) listen(loop, address, Sharing::kAlone);
}

struct Ticker::Impl {
  asio::steady_timer timer;
  std::function<void()> tick;
  std::chrono::milliseconds interval{0};
  bool running = false;

  void arm() {
    timer.expires_after(interval);  // an earlier wait ends with operation_aborted
    timer.async_wait([this](const ErrorCode& ec) {
      if (ec || !running) return;
      tick();
      if (running) arm();
    });
  }
};

Ticker::Ticker(base::Loop& loop, std::function<void()> tick)
    : impl_(std::make_unique<Impl>(Impl{asio::steady_timer(loop.io()), std::move(tick)})) {}
Ticker::~Ticker() = default;

void Ticker::start(std::chrono::milliseconds interval) {
  impl_->interval = interval;
  impl_->running = true;
  impl_->arm();
}

void Ticker::stop() {
  impl_->running = false;
  impl_->timer.cancel();
}

}  // namespace monolite::http::detail
