#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <monolite/app/app.h>
#include <monolite/app/application.h>
#include <monolite/app/config.h>
#include <monolite/cli/terminal.h>

namespace CLI {
class App;
}

namespace monolite::cli {

/// What every command works with. Lifetime: outlives the commands. Threads: one.
struct Context {
  const app::Application& application;
  app::Surroundings surroundings;
  Terminal& terminal;
  base::SystemClock clock = {};
  base::SystemRng rng = {};

  app::World world(const app::Config& config) { return {clock, rng, base::Log(config.log)}; }
  /// The application with its database open.
  std::unique_ptr<app::App> open(const app::Config& config,
                                 db::sqlite::CreateFile create = db::sqlite::CreateFile::kNever);
};

/// Each declares its command on the parser; the callback it sets runs when the command was given and throws when it
/// fails.
void declare_server(CLI::App& parser, Context& context);
void declare_db(CLI::App& parser, Context& context);
void declare_routes(CLI::App& parser, Context& context);
void declare_config(CLI::App& parser, Context& context);
void declare_version(CLI::App& parser, Context& context);

/// A command finished its work and found what it was asked to look for: exit 1, everything is said already.
struct FoundProblems {};

}  // namespace monolite::cli
