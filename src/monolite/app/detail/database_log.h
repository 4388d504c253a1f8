#pragma once

#include <vector>

#include <monolite/base/event.h>
#include <monolite/base/log.h>
#include <monolite/db/database.h>

namespace monolite::app {

/// Writes a line for each event of `database` that a person should know of. Lifetime: `database` outlives the result.
std::vector<base::Subscription> log_events(db::Database& database, const base::Log& log);

}  // namespace monolite::app
