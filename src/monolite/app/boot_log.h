#pragma once

#include <monolite/base/log.h>
#include <monolite/db/boot_report.h>

namespace monolite::app {

/// The one line about a database that is in use from now on: `db.ready`.
void log_ready(const base::Log& log, const db::BootReport& report);

/// What a person should know at once, whatever the command: `db.recovered` after a crash, `db.warning`.
void log_warnings(const base::Log& log, const db::BootReport& report);

}  // namespace monolite::app
