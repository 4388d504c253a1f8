#include <monolite/db/database.h>

namespace monolite::db {

StatementShape Database::describe(std::string_view sql) {
  return read(
      [&](ReadSession& session) { return session.describe(Sql::audited(sql, "compiled to be looked at, never run")); });
}

QueryPlan Database::explain(std::string_view sql) {
  return read([&](ReadSession& session) { return session.explain(Sql::audited(sql, "explained, never run")); });
}

}  // namespace monolite::db
