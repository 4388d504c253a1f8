#pragma once

#include <filesystem>
#include <string>

#include <monolite/base/failpoint.h>
#include <monolite/base/function_ref.h>
#include <monolite/db/database.h>
#include <monolite/db/sqlite/detail/connection.h>

namespace monolite::db::sqlite {

struct BackupOptions {
  std::string vfs = {};  ///< of the copy; empty = the system's
  base::Failpoints* failpoints = nullptr;
};

/// Copies what `source` shows, as of now, into the new file `to`. Other connections go on reading and writing: the copy
/// is made from one snapshot. The file appears under its name when it is complete and on the disk, never before.
/// Errors: kConflict when `to` exists, or the log of such a file, kIo, kFull; whatever was written then is removed.
void back_up(Connection& source, const std::filesystem::path& to, const BackupOptions& options,
             base::FunctionRef<void(const BackupProgress&)> told);

}  // namespace monolite::db::sqlite
