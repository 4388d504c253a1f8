#pragma once

#include <memory>
#include <span>
#include <vector>

#include <monolite/app/application.h>
#include <monolite/app/config.h>
#include <monolite/base/clock.h>
#include <monolite/base/log.h>
#include <monolite/base/rng.h>
#include <monolite/base/worker_pool.h>
#include <monolite/db/database.h>
#include <monolite/db/migration.h>
#include <monolite/http/cookie_jar.h>
#include <monolite/http/csrf.h>
#include <monolite/http/router.h>
#include <monolite/http/server.h>
#include <monolite/http/session.h>
#include <monolite/http/static_files.h>

namespace monolite::app {

/// The outside world of an App; tests replace it. Lifetime: outlives the App. Threads: any.
struct World {
  base::Clock& clock;
  base::Rng& rng;
  base::Log log;
};

struct SqlCheck {
  std::size_t literals = 0;
  std::vector<db::SqlProblem> problems;
};

/// One running application: configuration, database, router and what they need, wired together. No state lies outside
/// of it, so a process can hold several. Threads: build on one; afterwards what it hands out says for itself.
class App {
 public:
  /// Opens the database (`create` makes a missing file) and lets the application build itself.
  /// Errors: kConfig, kIo and what opening the database throws; each with a hint.
  App(const Application& application, Config config, World world,
      db::sqlite::CreateFile create = db::sqlite::CreateFile::kNever);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  const Config& config() const noexcept { return config_; }
  const base::Clock& clock() const noexcept { return world_.clock; }
  base::Rng& rng() const noexcept { return world_.rng; }
  const base::Log& log() const noexcept { return world_.log; }
  base::WorkerPool& workers() noexcept { return workers_; }
  db::Database& primary() noexcept { return *primary_; }
  db::WriteOptions write_options() const { return {.timeout = config_.write_timeout}; }
  http::Router& router() noexcept { return router_; }
  const http::CookieJar& cookies() const noexcept { return cookies_; }
  const http::Csrf& csrf() const noexcept { return csrf_; }
  /// Cookies as the configuration wants them: Secure in production.
  http::CookieOptions cookie_options() const;

  /// Keeps an object, a controller for instance, as long as the App.
  template <class T>
  T& keep(std::unique_ptr<T> object) {
    T& kept = *object;
    kept_.push_back(std::shared_ptr<T>(std::move(object)));  // sole owner: this list
    return kept;
  }

  /// Sessions, headers, CSRF, routes and the files of public/, as the server calls them.
  http::Handler handler();

  db::Migrator migrator();
  /// Prepares every SQL literal of the program against the schema as it is.
  SqlCheck check_sql();
  /// One log line when other processes have the database open: two servers on one database work, but are more often an
  /// accident than a plan. Commands beside a server do not call it.
  void tell_who_shares() const;

 private:
  void build();
  /// Those of the rooms and of the application.
  std::vector<std::span<const db::SqlSite>> sql_sites() const;

  const Application& application_;
  const Config config_;
  World world_;
  base::WorkerPool workers_;
  std::unique_ptr<db::Database> primary_;
  http::CookieJar cookies_;
  http::Csrf csrf_;
  http::Sessions sessions_;
  std::unique_ptr<http::StaticFiles> public_files_;  // null: there is no such folder
  http::Router router_;
  std::vector<std::shared_ptr<void>> kept_;        // after everything they may use
  std::vector<base::Subscription> subscriptions_;  // last: their events are members above
};

/// The SQL literals of this room.
std::span<const db::SqlSite> sql_literals();

/// The application's secret: the configured one, else the one in storage/<environment>.secret, made when missing
/// (readable by its owner only). Errors: kIo.
std::string secret_key_base(const Config& config, base::Rng& rng);

}  // namespace monolite::app
