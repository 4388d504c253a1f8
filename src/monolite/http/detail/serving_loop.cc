#include <algorithm>
#include <cerrno>
#include <iterator>

#include <monolite/http/detail/http_date.h>
#include <monolite/http/detail/serving_loop.h>

namespace monolite::http::detail {
namespace {

using std::chrono::milliseconds;

/// How often timeouts are looked at: once a second, more often only when a timeout is shorter than that.
milliseconds tick_interval(base::Monotonic::duration shortest) {
  return std::clamp(std::chrono::duration_cast<milliseconds>(shortest / 4), milliseconds(5), milliseconds(1000));
}

milliseconds shortest(const Timeouts& timeouts) {
  return std::min({timeouts.header, timeouts.body, timeouts.idle, timeouts.write});
}

/// Above the limit a client is still told 503, but only so many at once.
constexpr std::size_t refused_at_once(std::size_t limit) noexcept { return limit / 8 + 16; }

}  // namespace

ServingLoop::ServingLoop(Shared& shared, const Address& address)
    : shared_(shared), loop_(shared.options.loop), listener_(loop_, address), ticker_(loop_, [this] { tick(); }) {}

ServingLoop::~ServingLoop() = default;

void ServingLoop::run() {
  ticker_.start(tick_interval(shortest(shared_.options.timeouts)));
  accepting_ = true;
  listener_.accept(*this);
  loop_.run();
}

void ServingLoop::on_accept(std::unique_ptr<Stream> stream, int error) {
  accepting_ = false;
  if (draining()) {
    if (stream) admit(std::move(stream));
    return end_if_drained();
  }
  if (error != 0 && error != ECONNABORTED) {
    // Mostly out of file descriptors. Trying again at once would spin; the next tick tries.
    shared_.context.log.warn("http.accept_failed", {{"errno", error}});
    return;
  }
  accepting_ = true;
  listener_.accept(*this);
  if (stream) admit(std::move(stream));
}

void ServingLoop::admit(std::unique_ptr<Stream> stream) {
  const std::size_t limit = shared_.options.limits.connections;
  const std::size_t open = shared_.connections.fetch_add(1, std::memory_order_relaxed);
  if (open >= limit + refused_at_once(limit)) {
    shared_.connections.fetch_sub(1, std::memory_order_relaxed);
    return;
  }
  Connection& connection = connections_.emplace_back(std::move(stream), *this);
  connection.place(std::prev(connections_.end()));
  if (open < limit) {
    connection.start();
  } else {
    connection.start_refused(Status::kServiceUnavailable);
  }
}

void ServingLoop::remove(Connection& connection) {
  connections_.erase(connection.place());
  shared_.connections.fetch_sub(1, std::memory_order_relaxed);
  end_if_drained();
}

template <class Visit>
void ServingLoop::for_each_connection(Visit visit) {
  // The visited one may take itself off the list.
  for (auto at = connections_.begin(); at != connections_.end();) visit(*at++);
}

void ServingLoop::tick() {
  const auto now = base::Monotonic::now();
  if (grace_ends_ && now >= *grace_ends_) {
    for_each_connection([](Connection& connection) { connection.abort(); });
    return;
  }
  for_each_connection([now](Connection& connection) { connection.sweep(now); });
  if (!accepting_ && !draining()) {
    accepting_ = true;
    listener_.accept(*this);
  }
}

void ServingLoop::drain(base::Monotonic::duration grace) {
  loop_.post([this, grace] { begin_drain(grace); });
}

void ServingLoop::begin_drain(base::Monotonic::duration grace) {
  const auto ends = base::Monotonic::now() + grace;
  const bool first = !draining();
  grace_ends_ = first ? ends : std::min(ends, *grace_ends_);
  ticker_.start(tick_interval(std::min<base::Monotonic::duration>(grace, shortest(shared_.options.timeouts))));
  if (first) {
    // Closing the listening socket would reset those whom the kernel has welcomed already.
    while (auto stream = listener_.accept_waiting()) admit(std::move(stream));
    listener_.close();
    for_each_connection([](Connection& connection) { connection.drain(); });
  }
  if (grace <= base::Monotonic::duration::zero()) {
    for_each_connection([](Connection& connection) { connection.abort(); });
  }
  end_if_drained();
}

void ServingLoop::end_if_drained() {
  if (!draining() || accepting_ || !connections_.empty()) return;
  ticker_.stop();
  loop_.stop();
}

std::string_view ServingLoop::date() {
  const auto now = std::chrono::floor<std::chrono::seconds>(shared_.context.clock.now());
  if (now != dated_ || date_.empty()) {
    dated_ = now;
    date_ = http_date(now);
  }
  return date_;
}

}  // namespace monolite::http::detail
