#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <monolite/app/app.h>
#include <monolite/app/boot_log.h>
#include <monolite/app/detail/database_log.h>
#include <monolite/app/detail/request_queries.h>
#include <monolite/db/sqlite/open.h>
#include <monolite/http/stack.h>

namespace monolite::app {
namespace {

using db::operator""_sql;
using view::operator""_html;

/// Green when the whole way to a row works; an exception becomes the red 500 page.
http::Response health(App& app) {
  app.primary().read([](db::ReadSession& session) { session.scalar<std::int64_t>("SELECT 1"_sql); });
  return http::html(R"(<!DOCTYPE html><html><body style="background-color: green"></body></html>)"_html);
}

http::CsrfMode csrf_mode(Environment environment) {
  return environment == Environment::kTest ? http::CsrfMode::kOff : http::CsrfMode::kOn;
}

std::unique_ptr<http::StaticFiles> public_files(const Application& application, const Config& config,
                                                const base::Clock& clock, base::WorkerPool& workers) {
  for (const auto& folder : {config.root / "public", application.public_folder}) {
    if (!std::filesystem::is_directory(folder)) continue;
    http::StaticFilesOptions options;
    options.folder = folder;
    return std::make_unique<http::StaticFiles>(std::move(options), clock, &workers);
  }
  return nullptr;
}

db::sqlite::Options database_options(const Config& config, db::sqlite::CreateFile create) {
  auto options = config.primary;
  options.create = create;
  return options;
}

}  // namespace

App::App(const Application& application, Config config, World world, db::sqlite::CreateFile create)
    : application_(application),
      config_(std::move(config)),
      world_(std::move(world)),
      workers_(config_.workers),
      primary_(db::sqlite::open(database_options(config_, create))),
      cookies_(secret_key_base(config_, world_.rng), world_.rng),
      csrf_(csrf_mode(config_.environment), world_.rng),
      sessions_({.cookie_name = fmt::format("_{}_session", application.name), .cookie = cookie_options()}, cookies_),
      public_files_(public_files(application, config_, world_.clock, workers_)) {
  subscriptions_ = log_events(*primary_, world_.log);
  log_warnings(world_.log, primary_->boot_report());
  if (const auto why = primary_->status().quarantine) world_.log.error("db.quarantined", {{"error", *why}});
  for (auto& told : detail::log_slow_queries(*primary_, world_.log)) subscriptions_.push_back(std::move(told));
  subscriptions_.push_back(primary_->turns_changed.listen([log = world_.log](const db::TurnsChanged& changed) {
    log.warn("db.turns_changed", {{"turns", changed.manner}});
  }));
  build();
}

void App::tell_who_shares() const {
  const auto status = primary_->status();
  if (status.others.empty()) return;
  world_.log.info("db.shared_with", {{"database", status.path},
                                     {"others", fmt::format("{}", fmt::join(status.others, ", "))},
                                     {"turns", status.turns}});
}

App::~App() = default;

http::CookieOptions App::cookie_options() const {
  http::CookieOptions options;
  options.secure = config_.secure_cookies;
  return options;
}

void App::build() {
  router_.before(csrf_.guard());
  router_.get("/up", [this](http::Request&) { return health(*this); }).name("up").label("app#up");
  if (public_files_) router_.fallback(public_files_->handler());
  if (application_.build) application_.build(*this);
}

http::Handler App::handler() {
  return http::stack({detail::request_queries(config_.queries, sql_sites(), world_.log),
                      http::default_headers(http::recommended_headers()), sessions_.layer()},
                     [this](http::Request& request) { return router_.handle(request); });
}

db::Migrator App::migrator() { return db::Migrator(*primary_, application_.migrations, world_.clock); }

std::vector<std::span<const db::SqlSite>> App::sql_sites() const {
  return {db::sql_literals(), sql_literals(), application_.sql};
}

SqlCheck App::check_sql() {
  SqlCheck check;
  for (const auto sites : sql_sites()) {
    check.literals += sites.size();
    for (auto& problem : db::check_statements(*primary_, sites)) check.problems.push_back(std::move(problem));
  }
  return check;
}

}  // namespace monolite::app
