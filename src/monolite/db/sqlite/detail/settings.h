#pragma once

#include <vector>

#include <monolite/db/sqlite/detail/connection.h>
#include <monolite/db/sqlite/open.h>

namespace monolite::db::sqlite {

/// What a connection of this role is set to, in this order: ours, with the application's own in their place or after.
std::vector<Pragma> settings_for(Role role, const Options& options);

/// Sets each and proves by reading back that it holds. Errors: kUnsupported.
void set_all(Connection& connection, const std::vector<Pragma>& settings);

/// Sets what is decided when a file is made. Before anything is written to it.
void shape_new_file(Connection& connection, const Options& options);

/// Refuses pragmas that `problem_with` speaks against. Errors: kConfig, with all of them.
void require_legal_pragmas(const Options& options);

}  // namespace monolite::db::sqlite
