#include <fmt/format.h>
#include <fmt/ranges.h>

#include <monolite/app/boot_log.h>

namespace monolite::app {

void log_ready(const base::Log& log, const db::BootReport& report) {
  const auto options = fmt::format("{}", fmt::join(report.compile_options, " "));
  log.info("db.ready", {{"path", report.path},
                        {"engine", report.engine},
                        {"options", options},
                        {"file_system", report.file_system},
                        {"access", report.access},
                        {"journal", report.journal},
                        {"synchronous", report.synchronous},
                        {"foreign_keys", report.foreign_keys},
                        {"sync_us", report.sync ? report.sync->count() : -1},
                        {"locks", report.locks_tested ? "tested" : "not tested"},
                        {"wal_bytes", report.wal_bytes},
                        {"recovery_us", report.recovery ? report.recovery->count() : 0},
                        {"opening_us", report.opening.count()}});
}

void log_warnings(const base::Log& log, const db::BootReport& report) {
  if (report.recovery) log.warn("db.recovered", {{"path", report.path}, {"what", report.recovered}});
  for (const auto& warning : report.warnings) log.warn("db.warning", {{"path", report.path}, {"what", warning}});
}

}  // namespace monolite::app
