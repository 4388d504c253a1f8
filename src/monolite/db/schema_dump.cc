#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <monolite/base/error.h>
#include <monolite/db/schema_dump.h>
#include <monolite/db/schema_reader.h>

namespace monolite::db {
namespace {

/// Text that is the same however the author laid it out.
std::string table_sql(ReadSession& session, const TableInfo& table) {
  if (table.kind != TableKind::kTable) return one_line(table.sql);
  try {
    return to_sql(read_definition(session, table));
  } catch (const base::Error& error) {  // beyond our reading: as the database has it
    if (error.code() != base::ErrorCode::kUnsupported) throw;
    return one_line(table.sql);
  }
}

struct AppliedMigration {
  int version;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(AppliedMigration, (), (version, name))

class Dump {
 public:
  explicit Dump(ReadSession& session) : session_(session), tables_(read_tables(session)) {}

  std::string text() {
    text_ =
        "-- The schema of the database, written by `db schema dump`. `db schema load` makes a new database of it.\n";
    pragmas();
    tables(TableKind::kTable);
    tables(TableKind::kVirtual);
    for (const auto& index : read_indexes(session_)) {
      if (!index.sql.empty()) add(one_line(index.sql));
    }
    tables(TableKind::kView);
    for (const auto& trigger : read_triggers(session_)) add(one_line(trigger.sql));
    migrations();
    return std::move(text_);
  }

 private:
  void add(std::string_view statement) { text_ += fmt::format("\n{};\n", statement); }

  void pragmas() {
    const auto application = session_.scalar<std::int64_t>("PRAGMA application_id"_sql);
    const auto version = session_.scalar<std::int64_t>("PRAGMA user_version"_sql);
    if (application != 0) add(fmt::format("PRAGMA application_id = {}", application));
    if (version != 0) add(fmt::format("PRAGMA user_version = {}", version));
  }

  void tables(TableKind kind) {
    for (const TableInfo& table : tables_) {
      if (table.kind == kind) add(table_sql(session_, table));
    }
  }

  bool has(std::string_view table) const {
    return std::ranges::find(tables_, table, &TableInfo::name) != tables_.end();
  }

  /// Without the times at which they ran: those differ between the databases of a team.
  void migrations() {
    if (!has("ml_db_migrations")) return;
    for (const auto& row :
         session_.all<AppliedMigration>("SELECT version, name FROM ml_db_migrations ORDER BY version"_sql)) {
      add(fmt::format("INSERT INTO ml_db_migrations (version, name, applied_at) VALUES ({}, {}, {})", row.version,
                      text_literal(row.name), "strftime('%Y-%m-%d %H:%M:%f000', 'now')"));
    }
    if (has("ml_db_meta")) add("INSERT INTO ml_db_meta (\"key\", value) VALUES ('seed', 'pending')");
  }

  ReadSession& session_;
  const std::vector<TableInfo> tables_;
  std::string text_;
};

void require_empty(ReadSession& session) {
  const auto found = read_tables(session);
  if (found.empty()) return;
  throw base::Error(
      {.code = base::ErrorCode::kConflict,
       .what = fmt::format("the database is not empty: it has {} tables, {} is one", found.size(), found.front().name),
       .hint = "a schema is loaded into a new database; to change this one, write a migration"});
}

}  // namespace

std::string dump_schema(ReadSession& session) { return Dump(session).text(); }

void load_schema(Database& database, std::string_view sql) {
  database.write(
      [&](WriteSession& tx) {
        require_empty(tx);
        tx.run(Script::audited(sql, "a schema that a person asked to load: code, like a migration"));
      },
      {.grouping = Grouping::kAlone});
}

}  // namespace monolite::db
