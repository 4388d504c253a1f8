#include <chrono>
#include <string>

#include <fmt/format.h>

#include <monolite/app/prepare.h>
#include <monolite/base/error.h>

namespace monolite::app {
namespace {

using db::operator""_sql;

constexpr std::uint64_t kSeedStart = 20'240'507;  // any fixed number: benchmarks compare equal databases
constexpr db::WriteOptions kSeedWrite{.timeout = std::chrono::minutes(30), .grouping = db::Grouping::kAlone};

bool seed_is_pending(db::ReadSession& session) {
  return session.find<std::string>("SELECT value FROM ml_db_meta WHERE key = 'seed'"_sql) == "pending";
}

void run_seed(App& app, const Application& application, const PrepareProgress& progress, db::WriteSession& tx) {
  base::SeededRng rng(kSeedStart);
  application.seed(tx, {.rng = rng, .clock = app.clock(), .progress = progress.seeding});
  tx.exec("UPDATE ml_db_meta SET value = 'done' WHERE key = 'seed'"_sql);
}

[[noreturn]] void refuse(std::string what, std::string hint) {
  throw base::Error({.code = base::ErrorCode::kConfig, .what = std::move(what), .hint = std::move(hint)});
}

}  // namespace

bool prepare(App& app, const Application& application, const PrepareProgress& progress) {
  for (const db::Migration* migration : app.migrator().migrate()) progress.migrated(*migration);
  if (!application.seed || !app.primary().read(seed_is_pending)) return false;
  return app.primary().write(
      [&](db::WriteSession& tx) {
        if (!seed_is_pending(tx)) return false;  // another process was faster
        run_seed(app, application, progress, tx);
        return true;
      },
      kSeedWrite);
}

void seed(App& app, const Application& application, const PrepareProgress& progress) {
  if (!application.seed) refuse("this application has no seed", "");
  app.primary().write([&](db::WriteSession& tx) { run_seed(app, application, progress, tx); }, kSeedWrite);
}

void require_ready(App& app) {
  auto migrator = app.migrator();
  migrator.refuse_newer();
  if (!migrator.is_current()) {
    refuse(fmt::format("the database {} lacks migrations of this program", app.config().primary.path),
           "run: db prepare");
  }
  if (app.config().environment == Environment::kProduction) return;
  const auto problems = app.check_sql().problems;
  if (problems.empty()) return;
  const auto& first = problems.front();
  refuse(fmt::format("{} SQL literals do not fit the schema, the first at {}:{}: {}", problems.size(), first.site.file,
                     first.site.line, first.what),
         "db check lists them all");
}

}  // namespace monolite::app
