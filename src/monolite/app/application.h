#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <monolite/base/clock.h>
#include <monolite/base/rng.h>
#include <monolite/db/database.h>
#include <monolite/db/migration.h>

namespace monolite::app {

class App;

/// What a seed works with.
struct Seeding {
  base::Rng& rng;  ///< repeats: the same database every time
  const base::Clock& clock;
  std::function<void(std::size_t done, std::size_t total)> progress;
};

/// What an application is: the value its `main` hands to `cli::main`. Only the name is required.
struct Application {
  std::string name;             ///< "lorem_news": names its session cookie
  std::string title = {};       ///< "Lorem News": for people
  std::string version = "dev";  ///< what `version` prints

  /// Static files, where the application's folder has no public/ of its own. Empty: none.
  std::filesystem::path public_folder = {};

  /// Declares routes on `app.router()` and creates what serves them (`app.keep`).
  std::function<void(App& app)> build = {};

  std::vector<db::Migration> migrations = {};
  /// Fills a new database; one transaction.
  std::function<void(db::WriteSession& tx, const Seeding& seeding)> seed = {};
  /// Every SQL literal of the program (monolite_sql_literals), checked against the schema.
  std::span<const db::SqlSite> sql = {};
};

}  // namespace monolite::app
