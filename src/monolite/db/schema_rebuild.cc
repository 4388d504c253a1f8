#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <monolite/base/error.h>
#include <monolite/db/detail/sql_tokens.h>
#include <monolite/db/errors.h>
#include <monolite/db/schema.h>
#include <monolite/db/schema_reader.h>

namespace monolite::db {
namespace {

/// A view or a trigger, which goes before the table changes and comes back afterwards.
struct Dependant {
  std::string type;
  std::string name;
  std::string sql;
};
BOOST_DESCRIBE_STRUCT(Dependant, (), (type, name, sql))

/// A name of the rowid that no column hides.
std::optional<std::string> row_id_name(const TableDefinition& table) {
  if (table.row_ids == RowIds::kNone) return std::nullopt;
  if (const auto* column = table.row_id_column()) return identifier(column->name);
  for (const char* name : {"rowid", "_rowid_", "oid"}) {
    if (!table.find(name)) return name;
  }
  return std::nullopt;  // there are rowids, but nobody can name them
}

/// What fires the trigger: its first word that is one of the three, since names like these are quoted.
std::string_view event_of(const TriggerInfo& trigger) {
  for (const detail::Token& token : detail::tokens_of(trigger.sql)) {
    for (const std::string_view event : {"DELETE", "INSERT", "UPDATE"}) {
      if (token.is(event)) return event;
    }
  }
  return "UPDATE";
}

bool refers_to(const Clause& clause, std::string_view table) {
  if (clause.kind != ClauseKind::kForeignKey) return false;
  const auto tokens = detail::tokens_of(clause.text);
  const auto word = std::ranges::find_if(tokens, [](const detail::Token& token) { return token.is("REFERENCES"); });
  return word != tokens.end() && is_same_name(unquoted(*(word + 1)), table);
}

bool refers_to(const TableDefinition& table, std::string_view parent) {
  const auto does = [&](const Clause& clause) { return refers_to(clause, parent); };
  return std::ranges::any_of(table.constraints, does) ||
         std::ranges::any_of(table.columns,
                             [&](const ColumnDefinition& column) { return std::ranges::any_of(column.clauses, does); });
}

base::Error unknown_table(std::string_view name) {
  return base::Error({.code = base::ErrorCode::kInvalid,
                      .what = fmt::format("there is no table {} to change", name),
                      .hint = "`db schema dump -` lists the tables; views and virtual tables are dropped and created"});
}

}  // namespace

/// The rebuild that SQLite documents for what ALTER TABLE cannot do. Why no row is lost on the way:
/// docs/internals/table-rebuild.md.
class Schema::Rebuild {
 public:
  Rebuild(Schema& schema, std::string_view table) : schema_(schema), session_(schema.session_) {
    const auto found = find_table(session_, table);
    if (!found || found->kind != TableKind::kTable) throw unknown_table(table);
    name_ = found->name;
    before_ = read_definition(session_, *found);
  }

  const TableDefinition& before() const { return before_; }

  void run(const TableDraft& draft) {
    require_references_are_safe(draft.definition);
    draft_ = draft;
    after_ = draft.definition;
    after_.name = "ml_rebuild_" + name_;
    const auto indexes = read_indexes(session_, name_);
    const auto dependants = take_down_dependants();
    const bool had_statistics = has_statistics();
    schema_.run(to_sql(after_));
    copy_rows();
    keep_counter();
    schema_.run(fmt::format("DROP TABLE {}", identifier(name_)));
    schema_.run(fmt::format("ALTER TABLE {} RENAME TO {}", identifier(after_.name), identifier(name_)));
    for (const IndexInfo& index : indexes) {
      if (!index.sql.empty()) schema_.run(index.sql);
    }
    for (const Dependant& dependant : dependants) schema_.run(dependant.sql);
    require_dependants_work(dependants);
    if (had_statistics) schema_.run(fmt::format("ANALYZE {}", identifier(name_)));
  }

 private:
  /// With foreign keys enforced, DROP TABLE deletes the rows first: cascades would take the rows of others along, and
  /// the new table's own, since it refers to the old one's name.
  void require_references_are_safe(const TableDefinition& wanted) {
    auto children = tables_referring_to(session_, name_);
    if (refers_to(wanted, name_)) children.push_back(name_);
    if (children.empty() || session_.scalar<int>("PRAGMA foreign_keys"_sql) == 0) return;
    throw NeedsForeignKeysOff(
        {.code = base::ErrorCode::kConflict,
         .scope = base::ErrorScope::kTransaction,
         .what = fmt::format("{} cannot be made anew while foreign keys are enforced: {} refers to it", name_,
                             children.front()),
         .hint =
             "do it in a migration, or write with .grouping = kAlone and .foreign_keys = ForeignKeys::kCheckedAtEnd"});
  }

  /// RENAME would refuse while a view or a trigger names the table that is not there, or would point them to the new
  /// name; so all of them go. The triggers of views go with the views.
  std::vector<Dependant> take_down_dependants() {
    auto all = session_.all<Dependant>(
        "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('view', 'trigger') ORDER BY type = 'trigger', rowid"_sql);
    for (auto last = all.rbegin(); last != all.rend(); ++last) {
      schema_.run(fmt::format("DROP {} {}", last->type == "view" ? "VIEW" : "TRIGGER", identifier(last->name)));
    }
    return all;
  }

  struct Copied {
    std::vector<std::string> into;
    std::vector<std::string> from;
  };

  Copied copied_columns() {
    Copied copied;
    for (const ColumnDefinition& column : after_.columns) {
      if (column.is_generated()) continue;
      const auto given = draft_.copied_as.find(column.name);
      const bool is_row_id = &column == after_.row_id_column();
      if (given != draft_.copied_as.end()) {
        copied.from.push_back(given->second);
      } else if (before_.find(column.name)) {
        copied.from.push_back(identifier(column.name));
      } else if (const auto row_id = row_id_name(before_); is_row_id && row_id) {
        copied.from.push_back(*row_id);  // a new name for what each row has
      } else {
        continue;  // its default
      }
      copied.into.push_back(identifier(column.name));
    }
    const auto from = row_id_name(before_);
    const auto into = row_id_name(after_);
    if (from && into && !after_.row_id_column()) {
      copied.from.push_back(*from);
      copied.into.push_back(*into);
    }
    return copied;
  }

  void copy_rows() {
    const auto [into, from] = copied_columns();
    const auto order = row_id_name(before_);
    try {
      schema_.run(fmt::format("INSERT INTO {} ({}) SELECT {} FROM {}{}", identifier(after_.name), fmt::join(into, ", "),
                              fmt::join(from, ", "), identifier(name_), order ? " ORDER BY " + *order : ""));
    } catch (const ConstraintViolation& violation) {  // said again in terms of the table that the author knows
      throw ConstraintViolation(
          {.code = violation.code(),
           .scope = violation.scope(),
           .what = fmt::format("a row of {} does not fit its new definition: {}", name_, violation.what()),
           .hint = "mend the rows before, or give the column its values with copied_as",
           .system_code = violation.system_code()},
          violation.kind(), name_, violation.columns());
    }
    require_all_copied();
  }

  /// A constraint with ON CONFLICT IGNORE or REPLACE would pass over rows in silence.
  void require_all_copied() {
    const auto old_rows = count(name_);
    const auto new_rows = count(after_.name);
    if (old_rows == new_rows) return;
    throw base::Error(
        {.code = base::ErrorCode::kConflict,
         .scope = base::ErrorScope::kTransaction,
         .what = fmt::format("{} has {} rows, of which {} fit its new definition", name_, old_rows, new_rows),
         .hint = "an ON CONFLICT clause passes over the others: mend or delete them first"});
  }

  std::int64_t count(std::string_view table) {
    const auto sql = fmt::format("SELECT count(*) FROM {}", identifier(table));
    return session_.scalar<std::int64_t>(Sql::audited(sql, "a quoted name"));
  }

  /// The counter may be ahead of the rows: ids of deleted ones are not given out again.
  void keep_counter() {
    if (!before_.has_autoincrement() || !after_.has_autoincrement()) return;
    schema_.run(fmt::format("DELETE FROM sqlite_sequence WHERE name = {}", text_literal(after_.name)));
    schema_.run(
        fmt::format("INSERT INTO sqlite_sequence (name, seq) SELECT {}, seq FROM sqlite_sequence WHERE name = {}",
                    text_literal(after_.name), text_literal(name_)));
  }

  bool has_statistics() {
    if (!session_.find<int>("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'"_sql)) return false;
    const auto sql = fmt::format("SELECT 1 FROM sqlite_stat1 WHERE tbl = {}", text_literal(name_));
    return session_.find<int>(Sql::audited(sql, "a quoted name; the table may not exist when literals are checked"))
        .has_value();
  }

  /// Views and triggers are only looked at when they are used: what names a column that is gone must not be found out
  /// by a user.
  void require_dependants_work(const std::vector<Dependant>& dependants) {
    for (const Dependant& dependant : dependants) {
      if (dependant.type == "view") compile(fmt::format("SELECT * FROM {}", identifier(dependant.name)), dependant);
    }
    for (const TriggerInfo& trigger : read_triggers(session_)) compile_change(trigger);
  }

  void compile_change(const TriggerInfo& trigger) {
    const auto name = identifier(trigger.table);
    const Dependant self{"trigger", trigger.name, trigger.sql};
    const auto event = event_of(trigger);
    if (event == "DELETE") return compile(fmt::format("DELETE FROM {}", name), self);
    if (event == "INSERT") return compile(fmt::format("INSERT INTO {} DEFAULT VALUES", name), self);
    std::vector<std::string> assignments;
    for (const ColumnInfo& column : read_columns(session_, trigger.table)) {
      if (column.kind == ColumnKind::kStored) assignments.push_back(fmt::format("{0} = {0}", identifier(column.name)));
    }
    compile(fmt::format("UPDATE {} SET {}", name, fmt::join(assignments, ", ")), self);
  }

  void compile(const std::string& sql, const Dependant& reason) {
    try {
      const auto explained = "EXPLAIN " + sql;  // compiled, never run
      session_.exec(Sql::audited(explained, "quoted names"));
    } catch (const base::Error& error) {  // names what must be changed with the table
      throw base::Error(
          {.code = base::ErrorCode::kConflict,
           .scope = base::ErrorScope::kTransaction,
           .what = fmt::format("the {} {} does not fit the new {}: {}", reason.type, reason.name, name_, error.what()),
           .hint = "drop it before the change and create it as it must be afterwards",
           .system_code = error.system_code()});
    }
  }

  Schema& schema_;
  WriteSession& session_;
  std::string name_;
  TableDefinition before_;
  TableDefinition after_;
  TableDraft draft_;
};

void Schema::change_table(std::string_view table, base::FunctionRef<void(TableChange&)> change) {
  Rebuild rebuild(*this, table);
  TableDraft draft{.definition = rebuild.before()};
  TableChange closure(draft);
  change(closure);
  session_.savepoint([&] { rebuild.run(draft); });  // whoever catches what it throws goes on with the table as it was
}

}  // namespace monolite::db
