#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <monolite/db/table_definition.h>

/// What the closures of `Schema` say about a table.
namespace monolite::db {

/// A piece of SQL inside of a definition, a literal like all SQL: `t.check("length(title) <= 80")`.
class Fragment {
 public:
  constexpr Fragment() = default;
  template <std::size_t N>
  consteval Fragment(const char (&text)[N]) : text_(text, N - 1) {}  // converts like Sql: a literal is enough
  /// The one door for text made at run time; see Sql::audited. Lifetime: borrows `text`.
  static Fragment audited(std::string_view text, [[maybe_unused]] std::string_view why) {
    Fragment fragment;
    fragment.text_ = text;
    return fragment;
  }

  constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

enum class DeclaredType { kInteger, kReal, kText, kBlob, kAny };

/// What happens to rows whose parent row goes or gets another key.
enum class ForeignAction { kRefuse, kCascade, kSetNull, kSetDefault };

/// When a foreign key is checked.
enum class Deferrable {
  kNo,                  ///< at the end of each statement
  kInitiallyImmediate,  ///< the same, unless a unit asks for ForeignKeys::kDeferred
  kInitiallyDeferred,   ///< at the end of the unit: rows may come in any order
};

struct ForeignKey {
  std::vector<std::string> columns = {};  ///< of the parent; none = its primary key
  ForeignAction on_delete = ForeignAction::kRefuse;
  ForeignAction on_update = ForeignAction::kRefuse;
  Deferrable deferrable = Deferrable::kNo;
};

enum class Generated {
  kVirtual,  ///< computed when read: no space, and can be indexed
  kStored,   ///< computed when written
};

/// Whether the id of a deleted row may be given out again.
enum class IdReuse { kAllowed, kNever };

/// Keys that the application makes (base/ids.h), checked for their length.
enum class KeyType { kText, kUuidText, kUuidBlob, kUlidText, kUlidBlob };

/// Where the builder collects what it is told.
struct TableDraft {
  TableDefinition definition;
  std::map<std::string, std::string> copied_as = {};  ///< by column: the expression that gives its value
};

/// A column that is being defined: `t.text("title").not_null().unique()`. A property said twice counts as the second
/// says it; checks add up. Lifetime: the closure's.
class Column {
 public:
  Column(TableDraft& draft, std::size_t index) : draft_(draft), index_(index) {}

  Column& type(DeclaredType type);
  Column& not_null();
  Column& nullable();
  Column& unique();
  Column& primary_key();
  /// A constant: a number, text, or std::nullopt for NULL.
  template <class T>
  Column& default_to(const T& value) {
    if constexpr (std::is_same_v<T, std::nullopt_t>) {
      return default_literal("NULL");
    } else if constexpr (std::is_integral_v<T>) {
      return default_literal(std::to_string(static_cast<std::int64_t>(value)));
    } else if constexpr (std::is_floating_point_v<T>) {
      return default_number(value);
    } else {
      static_assert(std::is_convertible_v<const T&, std::string_view>, "a default is a number, text or nullopt");
      return default_literal(text_literal(value));
    }
  }
  /// Computed for each row: `default_sql("unixepoch()")`.
  Column& default_sql(Fragment expression);
  Column& no_default();
  Column& collate(std::string_view collation);
  Column& check(Fragment condition, std::string_view name = {});
  Column& no_checks();
  Column& references(std::string_view parent, const ForeignKey& key = {});
  Column& no_reference();
  Column& generated(Fragment expression, Generated kind = Generated::kVirtual);
  /// In `change_table`: the value that each row gets, of the columns it has now: `copied_as("coalesce(title, '')")`.
  Column& copied_as(Fragment expression);

 private:
  ColumnDefinition& definition() const { return draft_.definition.columns[index_]; }
  Column& set(ClauseKind kind, std::string text);
  Column& erase(ClauseKind kind);
  Column& default_literal(std::string text);
  Column& default_number(double value);

  TableDraft& draft_;
  std::size_t index_;
};

/// A table that is being defined. STRICT unless `not_strict`. Lifetime: the closure's.
class TableBuilder {
 public:
  explicit TableBuilder(TableDraft& draft) : draft_(draft) {}
  TableBuilder(const TableBuilder&) = delete;
  TableBuilder& operator=(const TableBuilder&) = delete;

  /// `id INTEGER PRIMARY KEY`: the rowid, the fastest key.
  Column id(IdReuse reuse = IdReuse::kAllowed);
  /// A key that the application makes.
  Column key(std::string_view name, KeyType type);
  Column integer(std::string_view name) { return add(name, DeclaredType::kInteger); }
  Column real(std::string_view name) { return add(name, DeclaredType::kReal); }
  Column text(std::string_view name) { return add(name, DeclaredType::kText); }
  Column blob(std::string_view name) { return add(name, DeclaredType::kBlob); }
  Column any(std::string_view name) { return add(name, DeclaredType::kAny); }
  /// 0 or 1.
  Column boolean(std::string_view name);
  /// db::Timestamp: text in UTC.
  Column timestamp(std::string_view name) { return text(name); }
  /// Text that is checked to be JSON.
  Column json(std::string_view name);
  /// `created_at` and `updated_at`, both NOT NULL.
  void timestamps();

  void primary_key(std::initializer_list<std::string_view> columns);
  void unique(std::initializer_list<std::string_view> columns);
  void check(Fragment condition, std::string_view name = {});
  void foreign_key(std::initializer_list<std::string_view> columns, std::string_view parent,
                   const ForeignKey& key = {});

  /// Rows are stored in the primary key: for small rows with a key that is no integer.
  void without_rowid() { definition().row_ids = RowIds::kNone; }
  void not_strict() { definition().strictness = Strictness::kFlexible; }

 protected:
  TableDefinition& definition() { return draft_.definition; }
  Column add(std::string_view name, DeclaredType type);
  Column column(std::size_t index) { return {draft_, index}; }

 private:
  TableDraft& draft_;
};

/// A table that is there already: besides adding columns and constraints, changes and drops what it has. What a call
/// names must exist (kInvalid).
class TableChange : public TableBuilder {
 public:
  using TableBuilder::TableBuilder;

  /// A column of the table, to be defined differently.
  Column change(std::string_view column);
  void drop_column(std::string_view column);
  /// A named constraint of the table or of a column.
  void drop_constraint(std::string_view name);
  /// A check of the table, by its condition.
  void drop_check(Fragment condition);
  void drop_foreign_key(std::initializer_list<std::string_view> columns);
  void drop_unique(std::initializer_list<std::string_view> columns);
  void drop_primary_key();
  /// These columns first, in this order; the others follow as they are.
  void order(std::initializer_list<std::string_view> columns);
  void strict() { definition().strictness = Strictness::kStrict; }
  void with_rowid() { definition().row_ids = RowIds::kKept; }

 private:
  std::size_t index_of(std::string_view column);
  void drop_clause(const Clause& like);
};

}  // namespace monolite::db
