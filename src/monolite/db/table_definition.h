#pragma once

#include <string>
#include <string_view>
#include <vector>

/// What a CREATE TABLE says, as data: written by the Schema builder, read back from the database, changed in between.
namespace monolite::db {

/// In the order in which they are written.
enum class ClauseKind { kPrimaryKey, kNotNull, kUnique, kDefault, kCollate, kCheck, kGenerated, kForeignKey };

/// A constraint or property of a column or of a table: "NOT NULL", "REFERENCES users (id)", "CHECK (length(title) >
/// 0)".
struct Clause {
  ClauseKind kind;
  std::string text;
  std::string name = {};  ///< of a CONSTRAINT; empty = it has none
  bool operator==(const Clause&) const = default;
};

struct ColumnDefinition {
  std::string name;
  std::string type = {};  ///< as declared; empty = none
  std::vector<Clause> clauses = {};

  /// The first clause of this kind, or null.
  const Clause* find(ClauseKind kind) const noexcept;
  bool is_generated() const noexcept { return find(ClauseKind::kGenerated) != nullptr; }
  bool operator==(const ColumnDefinition&) const = default;
};

/// Whether the database refuses values of another type than the declared one.
enum class Strictness { kStrict, kFlexible };

/// Whether rows have an integer of their own beside their key.
enum class RowIds { kKept, kNone };

struct TableDefinition {
  std::string name;
  std::vector<ColumnDefinition> columns = {};
  std::vector<Clause> constraints = {};  ///< of the table: composite keys, foreign keys, checks
  Strictness strictness = Strictness::kStrict;
  RowIds row_ids = RowIds::kKept;

  /// The column of this name, however it is capitalised, or null.
  const ColumnDefinition* find(std::string_view column) const noexcept;
  ColumnDefinition* find(std::string_view column) noexcept;
  /// The column that is another name of the rowid (`INTEGER PRIMARY KEY`), or null.
  const ColumnDefinition* row_id_column() const noexcept;
  bool has_autoincrement() const noexcept;
  bool operator==(const TableDefinition&) const = default;
};

/// The column as CREATE TABLE and ADD COLUMN write it.
std::string to_sql(const ColumnDefinition& column);

/// The CREATE TABLE, without a semicolon: equal definitions have equal text.
std::string to_sql(const TableDefinition& table);

/// Reads a CREATE TABLE that the database accepted. Comments are lost, everything else is kept.
/// Errors: kUnsupported when it is no ordinary CREATE TABLE.
TableDefinition parse_table(std::string_view create_table);

/// A name as SQL: quoted only where it must be.
std::string identifier(std::string_view name);

/// "a, b" of names.
std::string identifiers(const std::vector<std::string>& names);

/// Text as a SQL literal. Errors: kBug when it has a NUL byte, which no literal can show.
std::string text_literal(std::string_view text);

/// SQL with its comments gone and each run of white space outside of strings made one space.
std::string one_line(std::string_view sql);

/// Whether two names of tables or columns are the same one to SQLite.
bool is_same_name(std::string_view a, std::string_view b) noexcept;

}  // namespace monolite::db
