#include <algorithm>
#include <thread>
#include <vector>

#include <monolite/base/error.h>
#include <monolite/http/detail/serving_loop.h>
#include <monolite/http/server.h>

namespace monolite::http {
namespace {

void log_request(const base::Log& log, const RequestFinished& request) {
  if (!log.enabled(base::LogLevel::kInfo)) return;
  const double milliseconds = std::chrono::duration<double, std::milli>(request.duration).count();
  log.info("http.request", {{"method", name_of(request.method)},
                            {"path", request.path},
                            {"status", request.status},
                            {"duration_ms", milliseconds},
                            {"bytes", request.bytes},
                            {"request_id", request.request_id()}});
}

std::size_t thread_count(std::size_t wanted) noexcept {
  return wanted > 0 ? wanted : std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

void check(const ServerOptions& options) {
  const Timeouts& t = options.timeouts;
  const bool ok = std::min({t.header, t.body, t.idle, t.write}) > std::chrono::milliseconds(0) &&
                  options.limits.header_bytes > 0 && options.limits.connections > 0 && options.gzip.level >= 0 &&
                  options.gzip.level <= 9;
  if (ok) return;
  throw base::Error({.code = base::ErrorCode::kConfig,
                     .what = "a limit or timeout of the HTTP server is not above zero, or its gzip level not 0 to 9",
                     .hint = "leave out what you do not want to change: the defaults are meant for production"});
}

}  // namespace

struct Server::Impl {
  Impl(ServerOptions options, Handler handler, const ServerServices& services)
      : shared(std::move(options), std::move(handler), services),
        error_log(shared.events.failed.listen(&detail::log_failure)) {
    if (shared.options.access_log == AccessLog::kOff) return;
    access_log = shared.events.finished.listen(
        [log = services.log](const RequestFinished& request) { log_request(log, request); });
  }

  detail::Shared shared;
  base::Subscription error_log;
  base::Subscription access_log;
  std::uint16_t port = 0;
  std::vector<std::unique_ptr<detail::ServingLoop>> loops;
  std::vector<std::thread> threads;  // last: they use all of the above
};

Server::Server(ServerOptions options, Handler handler, const ServerServices& services) {
  check(options);
  impl_ = std::make_unique<Impl>(std::move(options), std::move(handler), services);
}

Server::~Server() { stop(base::Monotonic::duration::zero()); }

void Server::start() {
  ML_REQUIRE(impl_->loops.empty(), "a server is started once");
  const ServerOptions& options = impl_->shared.options;
  detail::Address address{options.host, options.port};
  {
    base::Loop probe;
    detail::require_free(probe, address);
  }
  const std::size_t count = thread_count(options.threads);
  for (std::size_t i = 0; i < count; ++i) {
    impl_->loops.push_back(std::make_unique<detail::ServingLoop>(impl_->shared, address));
    address.port = impl_->loops.back()->port();  // with port 0 the first one chooses for all
  }
  impl_->port = address.port;
  for (const auto& loop : impl_->loops) impl_->threads.emplace_back([&serving = *loop] { serving.run(); });
}

std::uint16_t Server::port() const noexcept { return impl_->port; }

void Server::stop(base::Monotonic::duration grace) {
  for (std::size_t i = 0; i < impl_->threads.size(); ++i) impl_->loops[i]->drain(grace);
  for (std::thread& thread : impl_->threads) thread.join();
  impl_->threads.clear();
}

std::size_t Server::open_connections() const noexcept {
  return impl_->shared.connections.load(std::memory_order_relaxed);
}

ServerEvents& Server::events() noexcept { return impl_->shared.events; }

}  // namespace monolite::http
