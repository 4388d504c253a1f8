#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

#include <monolite/base/clock.h>
#include <monolite/base/event.h>
#include <monolite/base/log.h>
#include <monolite/base/loop.h>
#include <monolite/base/rng.h>
#include <monolite/base/task.h>
#include <monolite/base/worker_pool.h>
#include <monolite/http/method.h>
#include <monolite/http/request.h>
#include <monolite/http/response.h>

namespace monolite::http {

/// How much a client may send or hold. Beyond it is told so and the connection closes.
struct Limits {
  std::size_t header_bytes = 16 * 1024;      ///< request line and headers; 431
  std::size_t body_bytes = 8 * 1024 * 1024;  ///< 413
  std::size_t connections = 10'000;          ///< of the whole server; 503
};

/// How long a client may take. Checked by a coarse sweep: up to a second (or a quarter of the shortest) late.
struct Timeouts {
  std::chrono::milliseconds header{10'000};  ///< from the first byte, or the connection, to the last header; 408
  std::chrono::milliseconds body{30'000};    ///< without a byte of progress; 408
  std::chrono::milliseconds idle{75'000};    ///< between requests of a connection; closed
  std::chrono::milliseconds write{30'000};   ///< without a byte of progress; closed
};

struct GzipOptions {
  int level = 1;                          ///< zlib's 1..9; 0 = never compress
  std::size_t min_bytes = 1024;           ///< smaller bodies are not worth it
  std::size_t offload_bytes = 32 * 1024;  ///< from here on a worker compresses, so that the loop stays free
};

/// Whether to believe X-Forwarded-For and X-Forwarded-Proto: only behind a proxy that sets both.
enum class Forwarded { kIgnore, kTrust };
enum class AccessLog { kOff, kOn };

struct ServerOptions {
  std::string host = "127.0.0.1";  ///< an address, or "localhost"
  std::uint16_t port = 3000;       ///< 0 = any free one, see Server::port
  std::size_t threads = 0;         ///< loop threads; 0 = one per core
  base::LoopOptions loop = {};
  Limits limits = {};
  Timeouts timeouts = {};
  GzipOptions gzip = {};
  Forwarded forwarded = Forwarded::kIgnore;
  AccessLog access_log = AccessLog::kOn;
};

/// What the server uses of its surroundings. Lifetime: all outlive it. Threads: any (so must each of them).
struct ServerServices {
  base::Log log;
  base::Rng& rng;
  const base::Clock& clock;
  base::WorkerPool* workers = nullptr;  ///< for compression and file reads; none: done on the loop
};

/// An answer has left, or the connection broke under it. Lifetime: for the call of the listener.
struct RequestFinished {
  const Request* request = nullptr;  ///< none when the request was refused before it was complete
  Method method = Method::kGet;
  std::string_view path = {};   ///< without the query, whose values are nobody's business
  std::string_view route = {};  ///< the label of the route, such as "posts#show"; empty when none matched
  int status = 0;
  std::chrono::microseconds duration{0};  ///< from the last byte of the request to the last byte of the answer
  std::uint64_t bytes = 0;                ///< of the body

  /// Made on first use: an id that nobody looks at costs nothing. Empty without a request.
  std::string_view request_id() const { return request ? std::string_view(request->request_id()) : ""; }
};

/// A handler threw. Emitted at the request root, on the request's task.
struct RequestFailed {
  const Request& request;
  std::exception_ptr error;
  Status status = Status::kInternalServerError;  ///< what the visitor gets to see
  std::string_view error_id;                     ///< the short id of the 500 page; empty for other statuses
};

struct ServerEvents {
  base::Event<RequestFinished> finished;
  base::Event<RequestFailed> failed;
};

/// Serves HTTP/1.1: N threads, each with its own loop, listening socket (SO_REUSEPORT) and connections.
///
/// The request root: what a handler throws becomes an answer. base::NotFound and kNotFound 404, kForbidden 403,
/// kInvalid 400, kBusy 503 with `Retry-After: 1`, kCancelled 499 to a client that is gone, anything else the 500 page
/// with a short random id, which the log line `http.error` carries too.
///
/// Threads: construct, start and stop on one; the rest any. Lifetime: the handler's surroundings outlive the server.
class Server {
 public:
  Server(ServerOptions options, Handler handler, const ServerServices& services);
  /// Stops without grace if `stop` was not called.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Listens and starts the threads; returns once connections are accepted.
  /// Throws kIo with a hint when the port is taken or may not be used, kConfig when the host is no address.
  void start();

  /// The port it listens on.
  std::uint16_t port() const noexcept;

  /// Drains: no new connections, idle ones close, requests in flight get their answer until `grace` has passed, then
  /// what is left is cut. Blocks until all threads have ended. May be called twice.
  /// A handler that never returns is waited for: its stack cannot be taken away.
  void stop(base::Monotonic::duration grace = std::chrono::seconds(10));

  std::size_t open_connections() const noexcept;
  ServerEvents& events() noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace monolite::http
