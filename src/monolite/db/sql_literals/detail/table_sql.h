#pragma once

#include <span>
#include <vector>

#include <monolite/db/sql_literals/scanner.h>

namespace monolite::db::sql_literals {

/// The statements that a database can check for the tables and the clauses of `file`: that the members of a table's
/// struct are columns, and that a clause fits its table. A clause whose table is not known for sure is left out.
std::vector<Literal> table_literals(std::span<const SourceFile> files, const SourceFile& file);

}  // namespace monolite::db::sql_literals
