#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <monolite/base/function_ref.h>
#include <monolite/db/session.h>
#include <monolite/db/table_builder.h>

namespace monolite::db {

enum class IndexKind { kPlain, kUnique };

struct Index {
  IndexKind kind = IndexKind::kPlain;
  Fragment where = {};  ///< only these rows; empty = all
};

/// A full-text index (FTS5).
struct FullText {
  std::vector<std::string> columns = {};
  /// The table whose rows it indexes and that keeps the text; triggers keep it up to date. Empty: it keeps its own
  /// text.
  std::string content = {};
  std::string content_row_id = "id";  ///< the INTEGER PRIMARY KEY of `content`
  Fragment tokenize = {};             ///< "unicode61 remove_diacritics 2"; empty = FTS5's default
  Fragment options = {};              ///< further ones, as FTS5 writes them: "prefix='2 3'"
};

/// Changes the schema inside of a write unit, mostly that of a migration:
///
///   .up = [](db::Schema schema) { schema.create_table("posts", [](db::TableBuilder& t) { t.id(); t.text("title"); });
///   }
///
/// Every call runs its DDL at once; `statements` shows it. SQL of your own is as good: `session().run("…"_script)`.
/// Errors: what the database refuses; kInvalid for names that do not exist. Threads, lifetime: the unit's.
class Schema {
 public:
  Schema(WriteSession& session) : session_(session) {}  // converts: a migration's step may take a Schema
  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;

  WriteSession& session() const noexcept { return session_; }
  /// The DDL that ran, in order.
  const std::vector<std::string>& statements() const noexcept { return statements_; }

  void create_table(std::string_view name, base::FunctionRef<void(TableBuilder&)> define);
  /// Also a virtual table, with all that belongs to it. Errors: kConflict when another table refers to it: its rows
  /// would be left dangling, or go with it.
  void drop_table(std::string_view name);
  /// References, indexes, triggers and views follow. A full-text index over it does not: drop and create that.
  void rename_table(std::string_view from, std::string_view to);

  /// Adds columns in place, without touching a row. Errors: kInvalid for what needs every row (`change_table` can):
  /// UNIQUE, keys, stored generated columns, NOT NULL without a constant default, computed defaults.
  void add_columns(std::string_view table, base::FunctionRef<void(TableBuilder&)> define);
  void rename_column(std::string_view table, std::string_view from, std::string_view to);
  /// In place. Refused by the database while an index, a constraint or a view uses it.
  void drop_column(std::string_view table, std::string_view column);

  /// Any change of a table, by making it anew: rows, rowids, the counter of AUTOINCREMENT, indexes, triggers, views
  /// and the rows that refer to it stay. Takes as long as writing the table does. Either all of it happens or nothing.
  /// Errors: NeedsForeignKeysOff (the Migrator answers it by itself); ConstraintViolation when a row does not fit;
  /// see docs/internals/table-rebuild.md.
  void change_table(std::string_view table, base::FunctionRef<void(TableChange&)> change);

  /// `terms` are columns or expressions, each with its direction if need be: "created_at DESC", "lower(title)".
  /// Name an index after what it serves: posts_newest_first.
  void create_index(std::string_view name, std::string_view table, const std::vector<Fragment>& terms,
                    const Index& index = {});
  void drop_index(std::string_view name);

  void create_view(std::string_view name, Fragment select);
  void drop_view(std::string_view name);
  /// `body` is all after the name: "AFTER INSERT ON posts BEGIN … END".
  void create_trigger(std::string_view name, Fragment body);
  void drop_trigger(std::string_view name);

  /// A table of a module: "rtree", {"id", "min_x", "max_x"}.
  void create_virtual_table(std::string_view name, std::string_view module, const std::vector<Fragment>& arguments);
  /// A full-text index, filled with the rows that `content` has.
  void create_full_text(std::string_view name, const FullText& index);
  void drop_full_text(std::string_view name);

 private:
  class Rebuild;

  void run(std::string sql);

  WriteSession& session_;
  std::vector<std::string> statements_;
};

/// The DDL that `create_table` runs.
std::string to_sql(std::string_view table, base::FunctionRef<void(TableBuilder&)> define);

}  // namespace monolite::db
