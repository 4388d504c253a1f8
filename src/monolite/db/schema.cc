#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <monolite/base/error.h>
#include <monolite/db/schema.h>
#include <monolite/db/schema_reader.h>

namespace monolite::db {
namespace {

TableDraft drafted(std::string_view name, base::FunctionRef<void(TableBuilder&)> define) {
  TableDraft draft{.definition = {.name = std::string(name)}};
  TableBuilder table(draft);
  define(table);
  ML_REQUIRE(draft.copied_as.empty(), "a new table has no rows to copy: copied_as belongs into change_table");
  return draft;
}

std::string joined(const std::vector<Fragment>& fragments) {
  std::vector<std::string> texts;
  for (const Fragment& fragment : fragments) texts.push_back(one_line(fragment.text()));
  return fmt::format("{}", fmt::join(texts, ", "));
}

/// Why ALTER TABLE cannot add the column to a table with rows; empty when it can.
std::string_view reason_to_rebuild(const ColumnDefinition& column) {
  if (column.find(ClauseKind::kPrimaryKey)) return "a key";
  if (column.find(ClauseKind::kUnique)) return "UNIQUE (a unique index is as good)";
  if (const Clause* generated = column.find(ClauseKind::kGenerated)) {
    return generated->text.ends_with("STORED") ? "a stored generated column" : "";
  }
  const Clause* const value = column.find(ClauseKind::kDefault);
  if (value && value->text.starts_with("DEFAULT (")) return "a default that is computed";
  if (column.find(ClauseKind::kNotNull) && (!value || value->text == "DEFAULT NULL"))
    return "NOT NULL without a default";
  if (column.find(ClauseKind::kForeignKey) && value && value->text != "DEFAULT NULL")
    return "a reference with a default";
  return "";
}

}  // namespace

void Schema::run(std::string sql) {
  session_.exec(Sql::audited(sql, "built from quoted names and from literals of the program"));
  statements_.push_back(std::move(sql));
}

void Schema::create_table(std::string_view name, base::FunctionRef<void(TableBuilder&)> define) {
  run(to_sql(name, define));
}

void Schema::drop_table(std::string_view name) {
  auto children = tables_referring_to(session_, name);
  std::erase_if(children, [&](const std::string& child) { return is_same_name(child, name); });
  if (!children.empty()) {
    throw base::Error({.code = base::ErrorCode::kConflict,
                       .what = fmt::format("the table {} cannot go: {} refers to it", name, children.front()),
                       .hint = "drop the tables that refer to it first, or their foreign keys with change_table"});
  }
  run(fmt::format("DROP TABLE {}", identifier(name)));
}

void Schema::rename_table(std::string_view from, std::string_view to) {
  run(fmt::format("ALTER TABLE {} RENAME TO {}", identifier(from), identifier(to)));
}

void Schema::add_columns(std::string_view table, base::FunctionRef<void(TableBuilder&)> define) {
  const TableDraft draft = drafted(table, define);
  ML_REQUIRE(draft.definition.constraints.empty(), "constraints of a table are added by change_table");
  for (const ColumnDefinition& column : draft.definition.columns) {
    if (const auto reason = reason_to_rebuild(column); !reason.empty()) {
      throw base::Error({.code = base::ErrorCode::kInvalid,
                         .what = fmt::format("{}.{} cannot be added in place: {}", table, column.name, reason),
                         .hint = "add it with change_table, which makes the table anew"});
    }
    run(fmt::format("ALTER TABLE {} ADD COLUMN {}", identifier(table), to_sql(column)));
  }
}

void Schema::rename_column(std::string_view table, std::string_view from, std::string_view to) {
  run(fmt::format("ALTER TABLE {} RENAME COLUMN {} TO {}", identifier(table), identifier(from), identifier(to)));
}

void Schema::drop_column(std::string_view table, std::string_view column) {
  run(fmt::format("ALTER TABLE {} DROP COLUMN {}", identifier(table), identifier(column)));
}

void Schema::create_index(std::string_view name, std::string_view table, const std::vector<Fragment>& terms,
                          const Index& index) {
  const auto where = index.where.text().empty() ? "" : fmt::format(" WHERE {}", one_line(index.where.text()));
  run(fmt::format("CREATE {}INDEX {} ON {} ({}){}", index.kind == IndexKind::kUnique ? "UNIQUE " : "", identifier(name),
                  identifier(table), joined(terms), where));
}

void Schema::drop_index(std::string_view name) { run(fmt::format("DROP INDEX {}", identifier(name))); }

void Schema::create_view(std::string_view name, Fragment select) {
  run(fmt::format("CREATE VIEW {} AS {}", identifier(name), one_line(select.text())));
}

void Schema::drop_view(std::string_view name) { run(fmt::format("DROP VIEW {}", identifier(name))); }

void Schema::create_trigger(std::string_view name, Fragment body) {
  run(fmt::format("CREATE TRIGGER {} {}", identifier(name), one_line(body.text())));
}

void Schema::drop_trigger(std::string_view name) { run(fmt::format("DROP TRIGGER {}", identifier(name))); }

void Schema::create_virtual_table(std::string_view name, std::string_view module,
                                  const std::vector<Fragment>& arguments) {
  run(fmt::format("CREATE VIRTUAL TABLE {} USING {}({})", identifier(name), identifier(module), joined(arguments)));
}

std::string to_sql(std::string_view table, base::FunctionRef<void(TableBuilder&)> define) {
  return to_sql(drafted(table, define).definition);
}

}  // namespace monolite::db
