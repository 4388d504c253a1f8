#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <monolite/base/loop.h>

/// The seam to Boost.Asio: sockets and ticks of one loop. Threads: the loop's.
namespace monolite::http::detail {

/// One accepted TCP connection.
/// Lifetime: `read` and `wait_writable` call their owner back once each, also after `close`; the stream and its owner
/// live until then.
class Stream {
 public:
  class Owner {
   public:
    /// `size` bytes have arrived; 0 = the stream ended, broke or was closed.
    virtual void on_read(std::size_t size) = 0;
    virtual void on_writable() = 0;

   protected:
    ~Owner() = default;
  };

  struct Impl;
  explicit Stream(std::unique_ptr<Impl> impl);
  ~Stream();

  void own(Owner& owner) noexcept;
  std::string remote_ip() const;

  /// Reads once into `room`, which stays valid until on_read. One at a time.
  void read(std::span<char> room);
  /// Gives as much as the kernel takes at once. 0: it takes nothing now; nullopt: the connection is broken.
  std::optional<std::size_t> write(std::span<const std::string_view> pieces) noexcept;
  void wait_writable();
  /// True when bytes have arrived that no read has taken yet.
  bool has_input() const noexcept;
  /// True when the peer has closed or reset the connection, or ended its side of it, and left nothing to read.
  bool has_ended() const noexcept;
  /// Tells the peer that nothing more will come.
  void shutdown_send() noexcept;
  void close() noexcept;

 private:
  std::unique_ptr<Impl> impl_;
};

struct Address {
  std::string host;
  std::uint16_t port = 0;
};

/// A listening socket that shares its port with those of the other loops (SO_REUSEPORT).
/// Lifetime: as Stream: `accept` calls back once, also after `close`.
class Listener {
 public:
  class Owner {
   public:
    /// `error` is errno, ECANCELED after `close`, 0 with a stream.
    virtual void on_accept(std::unique_ptr<Stream> stream, int error) = 0;

   protected:
    ~Owner() = default;
  };

  /// Throws kConfig when the host is no address, kIo when the port cannot be had.
  Listener(base::Loop& loop, const Address& address);
  ~Listener();

  /// The chosen port.
  std::uint16_t port() const;
  void accept(Owner& owner);
  /// A connection that already waits; null when there is none.
  std::unique_ptr<Stream> accept_waiting();
  void close() noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Throws kIo when another socket, of this process or another, listens at the address: SO_REUSEPORT alone would let
/// two servers share the port without either noticing.
void require_free(base::Loop& loop, const Address& address);

/// Calls a function again and again. Lifetime: destroy it once its loop has ended.
class Ticker {
 public:
  Ticker(base::Loop& loop, std::function<void()> tick);
  ~Ticker();
  /// From now on every `interval`, whatever was said before.
  void start(std::chrono::milliseconds interval);
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace monolite::http::detail
