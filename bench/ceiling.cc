#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <latch>
#include <thread>
#include <vector>

#include <bench/audit.h>
#include <bench/ceiling.h>
#include <bench/dataset.h>
#include <bench/routes.h>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <monolite/app/prepare.h>
#include <monolite/base/crypto.h>

namespace bench {

namespace app = monolite::app;
namespace base = monolite::base;
namespace json = boost::json;

using base::Monotonic;
using Microseconds = std::chrono::duration<double, std::micro>;

namespace {

/// One thread's work. Lifetime: outlives its thread.
struct Client {
  std::vector<double> latencies_us;
  std::exception_ptr failure;

  void run(const NewPosts& posts, app::App& app, Monotonic::duration how_long) {
    try {
      const auto end = Monotonic::now() + how_long;
      for (auto begin = Monotonic::now(); begin < end;) {
        posts.create(base::uuid7(app.clock().now(), app.rng()));
        const auto now = Monotonic::now();
        latencies_us.push_back(Microseconds(now - begin).count());
        begin = now;
      }
    } catch (...) {  // carried to the main thread, which rethrows it
      failure = std::current_exception();
    }
  }
};

/// All latencies, sorted. Rethrows what a client threw.
std::vector<double> merged(std::vector<Client>& clients) {
  std::vector<double> all;
  for (const Client& client : clients) {
    if (client.failure) std::rethrow_exception(client.failure);
    all.insert(all.end(), client.latencies_us.begin(), client.latencies_us.end());
  }
  std::sort(all.begin(), all.end());
  return all;
}

double percentile(const std::vector<double>& sorted, double share) {
  if (sorted.empty()) return 0;
  const auto index = static_cast<std::size_t>(share * static_cast<double>(sorted.size()));
  return sorted[std::min(index, sorted.size() - 1)];
}

struct Measured {
  std::vector<double> latencies_us;  ///< sorted
  Monotonic::duration elapsed;       ///< from the common start to the last answer
};

Measured measure(const NewPosts& posts, app::App& app, const Options& options) {
  const auto how_long = std::chrono::duration_cast<Monotonic::duration>(std::chrono::duration<double>(options.seconds));
  std::vector<Client> clients(options.clients);
  std::latch start(static_cast<std::ptrdiff_t>(options.clients) + 1);
  std::vector<std::thread> threads;
  for (Client& client : clients) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      client.run(posts, app, how_long);
    });
  }
  start.arrive_and_wait();
  const auto begin = Monotonic::now();
  for (auto& thread : threads) thread.join();
  const auto elapsed = Monotonic::now() - begin;
  return {merged(clients), elapsed};
}

}  // namespace

void run_ceiling(const Options& options) {
  const auto application = application_with(options.data);
  const auto config = config_for(options);
  base::SystemClock clock;
  base::SystemRng rng;
  app::App app(application, config, {clock, rng, base::Log(config.log)});
  app::require_ready(app);
  const NewPosts posts(app);
  const auto before = RowCounts::of(app.primary());
  Tally tally;
  tally.listen_to(app.primary());

  const auto measured = measure(posts, app, options);
  const auto& latencies = measured.latencies_us;
  auto line = report(app.primary(), before, tally);
  line["requests"] = latencies.size();
  line["per_second"] = static_cast<double>(latencies.size()) / std::chrono::duration<double>(measured.elapsed).count();
  line["p50_ms"] = percentile(latencies, 0.5) / 1'000;
  line["p99_ms"] = percentile(latencies, 0.99) / 1'000;
  line["p9999_ms"] = percentile(latencies, 0.9999) / 1'000;
  fmt::print("{}\n", json::serialize(line));
}

}  // namespace bench
