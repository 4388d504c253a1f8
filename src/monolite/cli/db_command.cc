#include <CLI/CLI.hpp>

#include <monolite/cli/db_commands.h>

namespace monolite::cli {

void declare_db(CLI::App& parser, Context& context) {
  auto* db = parser.add_subcommand("db", "Works on the database");
  db->require_subcommand(1);
  declare_db_schema(*db, context);
  declare_db_schema_dump(*db, context);
  declare_db_status(*db, context);
  declare_db_check(*db, context);
  declare_db_explain(*db, context);
  declare_db_backup(*db, context);
  declare_db_integrity(*db, context);
  declare_db_console(*db, context);
}

}  // namespace monolite::cli
