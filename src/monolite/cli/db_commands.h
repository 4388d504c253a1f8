#pragma once

#include <monolite/cli/command.h>

/// The groups of `db`. Each declares its commands on the parser of `db`, which `db_command.cc` makes.
namespace monolite::cli {

void declare_db_schema(CLI::App& db, Context& context);       ///< prepare, migrate, rollback, seed
void declare_db_status(CLI::App& db, Context& context);       ///< status
void declare_db_check(CLI::App& db, Context& context);        ///< check
void declare_db_explain(CLI::App& db, Context& context);      ///< explain
void declare_db_backup(CLI::App& db, Context& context);       ///< backup
void declare_db_integrity(CLI::App& db, Context& context);    ///< integrity
void declare_db_console(CLI::App& db, Context& context);      ///< console
void declare_db_schema_dump(CLI::App& db, Context& context);  ///< schema dump, schema load

/// In development, when there is a folder `db`: keeps db/structure.sql as the migrations left the schema.
void dump_after_change(Context& context, app::App& app);

}  // namespace monolite::cli
