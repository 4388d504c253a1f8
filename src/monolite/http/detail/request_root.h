#pragma once

#include <monolite/base/worker_pool.h>
#include <monolite/http/response.h>
#include <monolite/http/server.h>

namespace monolite::http::detail {

/// Answers requests: the one place where the exceptions of handlers are caught.
/// Threads: any. Lifetime: `events` and `workers` outlive it.
class RequestRoot {
 public:
  RequestRoot(Handler handler, GzipOptions gzip, ServerEvents& events, base::WorkerPool* workers)
      : handler_(std::move(handler)), gzip_(gzip), events_(events), workers_(workers) {}

  /// Never throws: whatever goes wrong becomes an answer.
  Response answer(Request& request) const noexcept;

 private:
  Response run(Request& request) const;
  Response rescue(const Request& request, const std::exception_ptr& error) const;

  Handler handler_;
  GzipOptions gzip_;
  ServerEvents& events_;
  base::WorkerPool* workers_;
};

/// The status that an exception becomes.
Status status_for(const std::exception_ptr& error) noexcept;

/// Writes RequestFailed to the log: `http.error` for a 500, `http.busy` for a 503, `http.client_gone` (info) for a 499,
/// `http.refused` (debug) for the rest.
void log_failure(const RequestFailed& failure);

}  // namespace monolite::http::detail
