#include <chrono>
#include <csignal>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <pthread.h>

#include <monolite/app/boot_log.h>
#include <monolite/app/prepare.h>
#include <monolite/cli/command.h>
#include <monolite/http/server.h>

namespace monolite::cli {
namespace {

/// SIGINT and SIGTERM, taken by `wait` instead of ending the process. Construct before any thread starts: they inherit
/// the mask.
class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }
  void wait() const {
    int signal = 0;
    while (sigwait(&set_, &signal) != 0) {
    }
  }
  /// From now on a second Ctrl-C ends the process at once.
  void release() const { pthread_sigmask(SIG_UNBLOCK, &set_, nullptr); }

 private:
  sigset_t set_{};
};

std::string address(const app::Config& config, int port) {
  const auto& host = config.server.host;
  const bool local = host == "127.0.0.1" || host == "0.0.0.0" || host == "::1" || host == "::";
  return fmt::format("http://{}:{}", local ? "localhost" : host, port);
}

void serve(Context& context, const std::vector<app::Flag>& flags) {
  const StopSignals signals;
  const auto config = app::load_config(context.surroundings, flags);
  const auto app = context.open(config);
  app::require_ready(*app);
  app->tell_who_shares();
  const auto log = app->log();
  http::Server server(config.server, app->handler(), {log, context.rng, context.clock, &app->workers()});
  server.start();
  app::log_ready(log, app->primary().boot_report());
  log.info("server.started", {{"port", server.port()}, {"env", app::name_of(config.environment)}});
  auto& terminal = context.terminal;
  terminal.line(fmt::format("{} at {} ({}, {}). Ctrl-C stops.", context.application.title,
                            terminal.coloured(address(config, server.port()), Colour::kBold),
                            app::name_of(config.environment), config.primary.path));
  std::fflush(stdout);
  signals.wait();
  signals.release();
  log.info("server.draining", {{"connections", server.open_connections()}});
  server.stop(config.shutdown_grace);
  log.info("server.stopped");
}

}  // namespace

void declare_server(CLI::App& parser, Context& context) {
  auto* command = parser.add_subcommand("server", "Serves the application until Ctrl-C or SIGTERM");
  const auto host = std::make_shared<std::string>();
  const auto port = std::make_shared<std::string>();
  command->add_option("--host", *host, "Address to listen on (server.yml: host)");
  command->add_option("-p,--port", *port, "Port to listen on (PORT, server.yml: port)");
  command->callback([&context, host, port] {
    std::vector<app::Flag> flags;
    if (!host->empty()) flags.push_back({"host", *host, "--host"});
    if (!port->empty()) flags.push_back({"port", *port, "--port"});
    serve(context, flags);
  });
}

}  // namespace monolite::cli
