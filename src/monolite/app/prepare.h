#pragma once

#include <functional>
#include <string>
#include <vector>

#include <monolite/app/app.h>

namespace monolite::app {

/// What `prepare` tells while it works.
struct PrepareProgress {
  std::function<void(const db::Migration& migration)> migrated = [](const auto&) {};
  std::function<void(std::size_t done, std::size_t total)> seeding = [](auto, auto) {};
};

enum class SeedWhen { kNew, kAlways };

/// Migrates; seeds a database that was made by this program and never seeded (also when an earlier try was cut off).
/// Gives whether it seeded.
bool prepare(App& app, const Application& application, const PrepareProgress& progress);

/// Runs the seed whatever the database holds; one transaction. The fixed start value makes every seed the same.
void seed(App& app, const Application& application, const PrepareProgress& progress);

/// Refuses a database that is newer or older than the program and, outside production, SQL that does not fit it.
void require_ready(App& app);

}  // namespace monolite::app
