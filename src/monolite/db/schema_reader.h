#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe/class.hpp>

#include <monolite/db/session.h>
#include <monolite/db/table_definition.h>

/// What a database holds, read from the database itself: for changes of the schema, dumps and tools.
namespace monolite::db {

enum class ColumnKind {
  kStored = 0,
  kHidden = 1,  ///< of a virtual table: not part of `SELECT *`
  kGeneratedVirtual = 2,
  kGeneratedStored = 3,
};

struct ColumnInfo {
  std::string name;
  std::string type;  ///< as declared; empty = none
  bool not_null = false;
  std::optional<std::string> default_sql;
  int key_position = 0;  ///< in the primary key, from 1; 0 = not part of it
  ColumnKind kind = ColumnKind::kStored;
  BOOST_DESCRIBE_CLASS(ColumnInfo, (), (name, type, not_null, default_sql, key_position, kind), (), ())
};

enum class TableKind { kTable, kVirtual, kShadow, kView };

/// A table or a view. A shadow table belongs to a virtual one, which makes and drops it.
struct TableInfo {
  std::string name;
  TableKind kind = TableKind::kTable;
  bool is_strict = false;
  bool has_row_ids = true;
  std::string sql;  ///< its CREATE statement
};

struct IndexInfo {
  std::string name;
  std::string table;
  std::string sql;  ///< empty: the database made it for a UNIQUE or PRIMARY KEY of the table
  bool is_unique = false;
  bool is_partial = false;
  BOOST_DESCRIBE_CLASS(IndexInfo, (), (name, table, sql, is_unique, is_partial), (), ())
};

struct ForeignKeyInfo {
  std::string table;
  int number = 0;  ///< within the table
  std::string column;
  std::string parent;
  std::optional<std::string> parent_column;  ///< none: the parent's primary key
  std::string on_update;                     ///< "CASCADE"
  std::string on_delete;
  BOOST_DESCRIBE_CLASS(ForeignKeyInfo, (), (table, number, column, parent, parent_column, on_update, on_delete), (), ())
};

struct TriggerInfo {
  std::string name;
  std::string table;  ///< or view
  std::string sql;
  BOOST_DESCRIBE_CLASS(TriggerInfo, (), (name, table, sql), (), ())
};

/// Tables and views by name, without those of SQLite itself (`sqlite_…`).
std::vector<TableInfo> read_tables(ReadSession& session);
std::optional<TableInfo> find_table(ReadSession& session, std::string_view name);
/// What the table's CREATE TABLE says, proven to have the columns that the database knows.
/// Errors: kUnsupported when we cannot read it.
TableDefinition read_definition(ReadSession& session, const TableInfo& table);
/// Every column in its order, also hidden and generated ones.
std::vector<ColumnInfo> read_columns(ReadSession& session, std::string_view table);
/// Of one table, in the order of creation; or of all, by table and name.
std::vector<IndexInfo> read_indexes(ReadSession& session, std::string_view table);
std::vector<IndexInfo> read_indexes(ReadSession& session);
/// A row per column of each foreign key of the table.
std::vector<ForeignKeyInfo> read_foreign_keys(ReadSession& session, std::string_view table);
/// Names of the tables with a foreign key to `table`, itself included when it refers to itself.
std::vector<std::string> tables_referring_to(ReadSession& session, std::string_view table);
/// By table and name.
std::vector<TriggerInfo> read_triggers(ReadSession& session);

}  // namespace monolite::db
