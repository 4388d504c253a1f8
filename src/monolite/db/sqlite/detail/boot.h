#pragma once

#include <memory>

#include <monolite/db/boot_report.h>
#include <monolite/db/sqlite/detail/connection.h>
#include <monolite/db/sqlite/detail/file_guard.h>
#include <monolite/db/sqlite/open.h>

namespace monolite::db::sqlite {

/// What a database starts with.
struct Boot {
  Options options;  ///< with the access that turned out to be possible
  BootReport report;
  std::unique_ptr<Connection> connection;  ///< the first: the writer's, or a reader's when there is no writer
  std::unique_ptr<FileGuard> guard;
};

/// Everything that is checked before a database may be used, in the order in which it can be trusted; what and why:
/// docs/internals/boot.md. Errors: as of `open`.
Boot boot(const Options& options);

/// Another connection of a database that was booted.
std::unique_ptr<Connection> open_connection(const Options& options, Role role);

}  // namespace monolite::db::sqlite
