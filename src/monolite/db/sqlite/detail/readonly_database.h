#pragma once

#include <memory>

#include <monolite/db/database.h>
#include <monolite/db/sqlite/detail/boot.h>

namespace monolite::db::sqlite {

/// A database without a writer: readers only. A write is refused with kForbidden.
std::unique_ptr<Database> open_readonly(Boot&& boot);

}  // namespace monolite::db::sqlite
