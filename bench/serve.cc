#include <csignal>
#include <cstdio>
#include <string>

#include <bench/audit.h>
#include <bench/dataset.h>
#include <bench/routes.h>
#include <bench/serve.h>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <pthread.h>

#include <monolite/app/prepare.h>
#include <monolite/http/server.h>

namespace bench {

namespace app = monolite::app;
namespace base = monolite::base;
namespace db = monolite::db;
namespace http = monolite::http;
namespace json = boost::json;

namespace {

#if defined(__clang__)
constexpr std::string_view kCompiler = "clang " __clang_version__;
#else
constexpr std::string_view kCompiler = "g++ " __VERSION__;
#endif
#if defined(NDEBUG)
constexpr std::string_view kBuild = "release";
#else
constexpr std::string_view kBuild = "debug";
#endif

sigset_t block_stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return set;
}

void wait_for(const sigset_t& signals) {
  int signal = 0;
  while (sigwait(&signals, &signal) != 0) {
  }
}

void say(const json::object& line) {
  fmt::print("{}\n", json::serialize(line));
  std::fflush(stdout);
}

json::object greeting(std::uint16_t port, const db::DatabaseStatus& database) {
  return {{"port", port},
          {"compiler", kCompiler},
          {"build", kBuild},
          {"engine", database.engine},
          {"journal", database.journal},
          {"synchronous", database.synchronous}};
}

}  // namespace

void serve(const Options& options) {
  const auto signals = block_stop_signals();
  const auto application = application_with(options.data);
  const auto config = config_for(options);
  base::SystemClock clock;
  base::SystemRng rng;
  app::App app(application, config, {clock, rng, base::Log(config.log)});
  app::require_ready(app);
  BenchRoutes routes(app);
  routes.declare();
  const auto before = RowCounts::of(app.primary());

  http::Server server(config.server, app.handler(), {app.log(), rng, clock, &app.workers()});
  Tally tally;
  tally.listen_to(server);
  tally.listen_to(app.primary());
  server.start();
  say(greeting(server.port(), app.primary().status()));
  wait_for(signals);
  server.stop(config.shutdown_grace);
  say(report(app.primary(), before, tally));
}

}  // namespace bench
