#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>

#include <monolite/base/clock.h>
#include <monolite/http/detail/outgoing.h>
#include <monolite/http/detail/read_buffer.h>
#include <monolite/http/detail/request_parser.h>
#include <monolite/http/detail/sockets.h>
#include <monolite/http/request.h>
#include <monolite/http/response.h>

namespace monolite::http::detail {

class ServingLoop;

/// One client connection: reads a request, lets its handler run as a task, sends the answer, and again. Requests that
/// arrive early (pipelining) wait in the buffer, so answers keep their order, and nothing is read meanwhile, so a
/// client that does not take its answers is not served further.
///
/// Threads: the loop's; only the handler may run elsewhere (TaskMode::kThread), and then nothing here touches the
/// request. Lifetime: owned by the ServingLoop's list; leaves it by itself when it is closed and no operation of the
/// socket, the loop or a worker will call back any more.
class Connection final : private Stream::Owner {
 public:
  Connection(std::unique_ptr<Stream> stream, ServingLoop& home);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Where the list holds it.
  void place(std::list<Connection>::iterator place) noexcept { place_ = place; }
  std::list<Connection>::iterator place() const noexcept { return place_; }

  // Each of these may be the last call: the connection may be gone when it returns.
  void start();
  /// Answers with `status` whatever the client wants, and closes.
  void start_refused(Status status);
  /// Closes when idle, else after the request that is being received or answered.
  void drain();
  /// Closes at once. A handler that runs is waited for.
  void abort();
  /// Closes, or answers 408, when the client took too long.
  void sweep(base::Monotonic::time_point now);

 private:
  enum class Phase { kReading, kHandling, kWriting, kLingering, kClosed };

  void on_read(std::size_t size) override;
  void on_writable() override;

  void advance();
  bool step();
  bool read_step();
  bool write_step();
  bool linger_step();
  bool wait_for_input();
  void offer_continue();
  void handle();
  void answered();
  void refuse(Status status);
  void send(Response response, Method method, AfterAnswer after);
  void fetch_chunk();
  void on_chunk(std::string bytes, std::uint64_t wanted);
  void finish_answer();
  void report(Status status);
  void next_request();
  void begin_receiving();
  void close();
  void hang_up() noexcept;
  AfterAnswer after_answer() const;
  void fill_origin();

  ServingLoop& home_;
  std::unique_ptr<Stream> stream_;
  std::list<Connection>::iterator place_;
  std::string remote_ip_;

  Phase phase_ = Phase::kReading;
  int pending_ = 0;         // callbacks that will still come
  bool reading_ = false;    // one of them is on_read
  bool receiving_ = false;  // a request has begun to arrive
  bool last_ = false;       // close after this request
  bool advancing_ = false;  // advance() is on the stack
  bool continue_offered_ = false;
  AfterAnswer after_ = AfterAnswer::kKeepAlive;
  base::Monotonic::time_point expires_at_;
  base::Monotonic::time_point received_at_;

  ReadBuffer buffer_;
  RequestParser parser_;
  RequestParts parts_;
  std::optional<Request> request_;
  Response response_;
  Outgoing outgoing_;
};

}  // namespace monolite::http::detail
