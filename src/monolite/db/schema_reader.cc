#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <monolite/base/error.h>
#include <monolite/db/schema_reader.h>

namespace monolite::db {
namespace {

/// A row of `PRAGMA table_list` with its text.
struct ListedTable {
  std::string name;
  std::string type;
  bool without_row_ids = false;
  bool strict = false;
  std::string sql;
};
BOOST_DESCRIBE_STRUCT(ListedTable, (), (name, type, without_row_ids, strict, sql))

TableKind kind_of(std::string_view type) {
  if (type == "virtual") return TableKind::kVirtual;
  if (type == "shadow") return TableKind::kShadow;
  return type == "view" ? TableKind::kView : TableKind::kTable;
}

}  // namespace

std::vector<TableInfo> read_tables(ReadSession& session) {
  std::vector<TableInfo> all;
  for (auto& row : session.all<ListedTable>(R"(
      SELECT list.name, list.type, list.wr AS without_row_ids, list.strict, made.sql
      FROM pragma_table_list AS list
      JOIN sqlite_schema AS made ON made.name = list.name AND made.type IN ('table', 'view')
      WHERE list.schema = 'main' AND list.name NOT LIKE 'sqlite\_%' ESCAPE '\'
      ORDER BY list.name)"_sql)) {
    all.push_back({.name = std::move(row.name),
                   .kind = kind_of(row.type),
                   .is_strict = row.strict,
                   .has_row_ids = !row.without_row_ids,
                   .sql = std::move(row.sql)});
  }
  return all;
}

std::optional<TableInfo> find_table(ReadSession& session, std::string_view name) {
  auto all = read_tables(session);
  const auto found = std::ranges::find_if(all, [&](const TableInfo& table) { return is_same_name(table.name, name); });
  if (found == all.end()) return std::nullopt;
  return std::move(*found);
}

TableDefinition read_definition(ReadSession& session, const TableInfo& table) {
  auto definition = parse_table(table.sql);
  definition.name = table.name;
  std::vector<std::string> read;
  std::vector<std::string> real;
  for (const auto& column : definition.columns) read.push_back(column.name);
  for (auto& column : read_columns(session, table.name)) real.push_back(std::move(column.name));
  if (read == real) return definition;
  throw base::Error({.code = base::ErrorCode::kUnsupported,
                     .what = fmt::format("the definition of {} reads as the columns {}, but it has {}", table.name,
                                         fmt::join(read, ", "), fmt::join(real, ", ")),
                     .hint = "change this table by SQL of your own, and report its CREATE TABLE"});
}

std::vector<ColumnInfo> read_columns(ReadSession& session, std::string_view table) {
  return session.all<ColumnInfo>(R"(
      SELECT name, type, "notnull" AS not_null, dflt_value AS default_sql, pk AS key_position, hidden AS kind
      FROM pragma_table_xinfo(?) ORDER BY cid)"_sql,
                                 table);
}

std::vector<IndexInfo> read_indexes(ReadSession& session, std::string_view table) {
  return session.all<IndexInfo>(R"(
      SELECT made.name, made.tbl_name AS "table", coalesce(made.sql, '') AS sql, list."unique" AS is_unique,
             list.partial AS is_partial
      FROM sqlite_schema AS made JOIN pragma_index_list(made.tbl_name) AS list ON list.name = made.name
      WHERE made.type = 'index' AND made.tbl_name = ? COLLATE nocase ORDER BY made.rowid)"_sql,
                                table);
}

std::vector<IndexInfo> read_indexes(ReadSession& session) {
  return session.all<IndexInfo>(R"(
      SELECT made.name, made.tbl_name AS "table", coalesce(made.sql, '') AS sql, list."unique" AS is_unique,
             list.partial AS is_partial
      FROM sqlite_schema AS made JOIN pragma_index_list(made.tbl_name) AS list ON list.name = made.name
      WHERE made.type = 'index' ORDER BY made.tbl_name, made.name)"_sql);
}

std::vector<ForeignKeyInfo> read_foreign_keys(ReadSession& session, std::string_view table) {
  return session.all<ForeignKeyInfo>(R"(
      SELECT ?1 AS "table", id AS number, "from" AS "column", "table" AS parent, "to" AS parent_column, on_update,
             on_delete
      FROM pragma_foreign_key_list(?1) ORDER BY id, seq)"_sql,
                                     table);
}

std::vector<std::string> tables_referring_to(ReadSession& session, std::string_view table) {
  return session.all<std::string>(R"(
      SELECT DISTINCT made.name FROM sqlite_schema AS made JOIN pragma_foreign_key_list(made.name) AS key
      WHERE made.type = 'table' AND key."table" = ? COLLATE nocase ORDER BY made.name)"_sql,
                                  table);
}

std::vector<TriggerInfo> read_triggers(ReadSession& session) {
  return session.all<TriggerInfo>(R"(
      SELECT name, tbl_name AS "table", sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY tbl_name, name)"_sql);
}

}  // namespace monolite::db
