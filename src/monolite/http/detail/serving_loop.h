#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <monolite/base/loop.h>
#include <monolite/http/detail/connection.h>
#include <monolite/http/detail/request_root.h>
#include <monolite/http/detail/sockets.h>
#include <monolite/http/server.h>

namespace monolite::http::detail {

/// What all loops of a server share. Threads: any.
struct Shared {
  Shared(ServerOptions server_options, Handler handler, const ServerServices& services)
      : options(std::move(server_options)),
        context{services.log, services.rng, services.clock},
        workers(services.workers),
        root(std::move(handler), options.gzip, events, workers) {}

  const ServerOptions options;
  const RequestContext context;
  base::WorkerPool* const workers;
  ServerEvents events;
  const RequestRoot root;
  std::atomic<std::size_t> connections{0};
};

/// One loop thread: its listening socket, its connections, their timeouts.
/// Threads: construct and destroy while `run` is not running; `drain` from any; the rest on the loop's thread.
class ServingLoop final : private Listener::Owner {
 public:
  ServingLoop(Shared& shared, const Address& address);
  ~ServingLoop();
  ServingLoop(const ServingLoop&) = delete;
  ServingLoop& operator=(const ServingLoop&) = delete;

  std::uint16_t port() const { return listener_.port(); }

  /// Serves until it is drained.
  void run();
  /// Stops accepting, lets requests in flight finish until `grace` has passed, cuts the rest, ends `run`.
  void drain(base::Monotonic::duration grace);

  base::Loop& loop() noexcept { return loop_; }
  Shared& shared() noexcept { return shared_; }
  bool draining() const noexcept { return grace_ends_.has_value(); }
  /// The value of the Date header, made anew once per second.
  std::string_view date();
  /// Takes a closed connection off the list. It is gone when this returns.
  void remove(Connection& connection);

 private:
  void on_accept(std::unique_ptr<Stream> stream, int error) override;
  void admit(std::unique_ptr<Stream> stream);
  void tick();
  void begin_drain(base::Monotonic::duration grace);
  void end_if_drained();

  template <class Visit>
  void for_each_connection(Visit visit);

  Shared& shared_;
  base::Loop loop_;
  Listener listener_;
  Ticker ticker_;
  std::list<Connection> connections_;
  bool accepting_ = false;  // on_accept will come
  std::optional<base::Monotonic::time_point> grace_ends_;
  std::chrono::sys_seconds dated_{};
  std::string date_;
};

}  // namespace monolite::http::detail
