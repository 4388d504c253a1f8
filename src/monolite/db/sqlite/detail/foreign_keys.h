#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <monolite/db/session.h>
#include <monolite/db/sqlite/detail/connection.h>

namespace monolite::db::sqlite {

enum class Enforcement { kOff, kOn };

/// Switches foreign keys of the connection and reads back whether it happened: inside of a transaction SQLite ignores
/// it in silence. Errors: kInternal of scope kDatabase when it did not happen.
void set_foreign_keys(Connection& connection, Enforcement wanted);

/// A line for each row that refers to a row that does not exist: "row 5 of comments refers to a row of posts that does
/// not exist". Reads all rows with foreign keys, or those of `table`.
std::vector<std::string> dangling_rows(ReadSession& session);
std::vector<std::string> dangling_rows(ReadSession& session, const std::string& table);

/// Errors: ConstraintViolation that lists the first dangling rows.
void require_no_dangling_rows(ReadSession& session);

}  // namespace monolite::db::sqlite
