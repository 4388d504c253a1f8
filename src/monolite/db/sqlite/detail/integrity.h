#pragma once

#include <string>
#include <vector>

#include <monolite/base/function_ref.h>
#include <monolite/db/database.h>

namespace monolite::db::sqlite {

/// Runs a closure that may read for a long time.
using ReadAtLength = base::FunctionRef<void(base::FunctionRef<void(ReadSession&)>)>;

/// As `Database::integrity_problems`. Each table is read in a snapshot of its own, so that a long check does not keep
/// the WAL from beginning anew.
std::vector<std::string> find_integrity_problems(ReadAtLength read, IntegrityDepth depth,
                                                 base::FunctionRef<void(const IntegrityProgress&)> told);

}  // namespace monolite::db::sqlite
