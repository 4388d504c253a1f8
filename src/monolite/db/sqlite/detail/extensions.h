#pragma once

#include <string>
#include <vector>

#include <monolite/db/sqlite/detail/connection.h>

namespace monolite::db::sqlite {

/// Loads each file into the connection, in order. Only here is loading allowed; SQL's load_extension() stays off.
/// Errors: kConfig when a file is missing, kUnsupported when it is no extension that this SQLite can run.
void load_extensions(Connection& connection, const std::vector<std::string>& files);

}  // namespace monolite::db::sqlite
