#pragma once

#include <monolite/db/database.h>

namespace monolite::db::sqlite {

/// Adds to `status` what the file says about itself and what lies on the disk. `status.path` is set. Sizes are asked by
/// name: the files are never opened outside of SQLite.
void inspect(ReadSession& session, DatabaseStatus& status);

}  // namespace monolite::db::sqlite
