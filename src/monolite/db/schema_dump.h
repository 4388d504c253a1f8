#pragma once

#include <string>
#include <string_view>

#include <monolite/db/database.h>

namespace monolite::db {

/// The schema as SQL that `load_schema` and the sqlite3 shell take: tables, virtual tables without the shadow tables
/// that they make themselves, indexes, views, triggers, and which migrations it is the result of. No other rows.
/// Sorted by name and written in one way, so equal schemas have equal dumps however they came to be.
std::string dump_schema(ReadSession& session);

/// Makes the schema of a dump in an empty database: all of it or nothing. What the dump's migrations did is done, and
/// the seed is pending. Errors: kConflict when the database holds tables already; what the database says against `sql`.
void load_schema(Database& database, std::string_view sql);

}  // namespace monolite::db
