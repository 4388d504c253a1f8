#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include <monolite/base/error.h>
#include <monolite/db/table_builder.h>

namespace monolite::db {
namespace {

constexpr std::array kTypes{"INTEGER", "REAL", "TEXT", "BLOB", "ANY"};
constexpr std::array kActions{"", "CASCADE", "SET NULL", "SET DEFAULT"};
constexpr std::array kDeferrals{"", " DEFERRABLE INITIALLY IMMEDIATE", " DEFERRABLE INITIALLY DEFERRED"};

template <class Words, class E>
const char* word(const Words& words, E which) {
  return words.at(static_cast<std::size_t>(which));
}

std::string list(std::initializer_list<std::string_view> names) {
  return fmt::format("({})", identifiers(std::vector<std::string>(names.begin(), names.end())));
}

std::string in_parentheses(Fragment expression) { return fmt::format("({})", one_line(expression.text())); }

/// REFERENCES and what follows.
std::string reference(std::string_view parent, const ForeignKey& key) {
  std::string sql = "REFERENCES " + identifier(parent);
  if (!key.columns.empty()) sql += fmt::format(" ({})", identifiers(key.columns));
  if (key.on_delete != ForeignAction::kRefuse) sql += fmt::format(" ON DELETE {}", word(kActions, key.on_delete));
  if (key.on_update != ForeignAction::kRefuse) sql += fmt::format(" ON UPDATE {}", word(kActions, key.on_update));
  return sql + word(kDeferrals, key.deferrable);
}

[[noreturn]] void refuse_missing(std::string_view table, std::string_view what) {
  throw base::Error({.code = base::ErrorCode::kInvalid,
                     .what = fmt::format("the table {} has no {}", table, what),
                     .hint = "`db schema dump -` shows what it has"});
}

}  // namespace

Column& Column::set(ClauseKind kind, std::string text) {
  erase(kind);
  definition().clauses.push_back({kind, std::move(text)});
  return *this;
}

Column& Column::erase(ClauseKind kind) {
  std::erase_if(definition().clauses, [&](const Clause& clause) { return clause.kind == kind; });
  return *this;
}

Column& Column::type(DeclaredType type) {
  definition().type = word(kTypes, type);
  return *this;
}

Column& Column::not_null() { return set(ClauseKind::kNotNull, "NOT NULL"); }
Column& Column::nullable() { return erase(ClauseKind::kNotNull); }
Column& Column::unique() { return set(ClauseKind::kUnique, "UNIQUE"); }
Column& Column::primary_key() { return set(ClauseKind::kPrimaryKey, "PRIMARY KEY"); }
Column& Column::default_literal(std::string text) { return set(ClauseKind::kDefault, "DEFAULT " + std::move(text)); }

Column& Column::default_number(double value) {
  ML_REQUIRE(std::isfinite(value), "SQL has no literal for this number");
  const auto digits = fmt::format("{}", value);  // the shortest that reads back as the same number
  return default_literal(digits.find_first_of(".e") == std::string::npos ? digits + ".0" : digits);
}

Column& Column::default_sql(Fragment expression) { return default_literal(in_parentheses(expression)); }
Column& Column::no_default() { return erase(ClauseKind::kDefault); }
Column& Column::collate(std::string_view collation) {
  return set(ClauseKind::kCollate, "COLLATE " + identifier(collation));
}

Column& Column::check(Fragment condition, std::string_view name) {
  definition().clauses.push_back({ClauseKind::kCheck, "CHECK " + in_parentheses(condition), std::string(name)});
  return *this;
}

Column& Column::no_checks() { return erase(ClauseKind::kCheck); }

Column& Column::references(std::string_view parent, const ForeignKey& key) {
  return set(ClauseKind::kForeignKey, reference(parent, key));
}

Column& Column::no_reference() { return erase(ClauseKind::kForeignKey); }

Column& Column::generated(Fragment expression, Generated kind) {
  return set(ClauseKind::kGenerated, fmt::format("GENERATED ALWAYS AS {} {}", in_parentheses(expression),
                                                 kind == Generated::kStored ? "STORED" : "VIRTUAL"));
}

Column& Column::copied_as(Fragment expression) {
  draft_.copied_as.insert_or_assign(definition().name, std::string(expression.text()));
  return *this;
}

Column TableBuilder::add(std::string_view name, DeclaredType type) {
  definition().columns.push_back({.name = std::string(name), .type = word(kTypes, type)});
  return column(definition().columns.size() - 1);
}

Column TableBuilder::id(IdReuse reuse) {
  Column id = integer("id");
  definition().columns.back().clauses.push_back(
      {ClauseKind::kPrimaryKey, reuse == IdReuse::kNever ? "PRIMARY KEY AUTOINCREMENT" : "PRIMARY KEY"});
  return id.not_null();
}

/// NOT NULL, because SQLite takes NULLs in a key that is no integer.
Column TableBuilder::key(std::string_view name, KeyType type) {
  struct Shape {
    DeclaredType type;
    int length;
  };
  static constexpr std::array kShapes{Shape{DeclaredType::kText, 0}, Shape{DeclaredType::kText, 36},
                                      Shape{DeclaredType::kBlob, 16}, Shape{DeclaredType::kText, 26},
                                      Shape{DeclaredType::kBlob, 16}};
  const Shape shape = kShapes.at(static_cast<std::size_t>(type));
  Column key = add(name, shape.type);
  key.primary_key().not_null();
  if (shape.length > 0) {
    const auto condition = fmt::format("length({}) = {}", identifier(name), shape.length);
    key.check(Fragment::audited(condition, "a quoted name and a number of ours"));
  }
  return key;
}

Column TableBuilder::boolean(std::string_view name) {
  Column column = integer(name);
  const auto condition = fmt::format("{} IN (0, 1)", identifier(name));
  column.check(Fragment::audited(condition, "a quoted name"));
  return column;
}

Column TableBuilder::json(std::string_view name) {
  Column column = text(name);
  const auto condition = fmt::format("json_valid({})", identifier(name));
  column.check(Fragment::audited(condition, "a quoted name"));
  return column;
}

void TableBuilder::timestamps() {
  timestamp("created_at").not_null();
  timestamp("updated_at").not_null();
}

void TableBuilder::primary_key(std::initializer_list<std::string_view> columns) {
  definition().constraints.push_back({ClauseKind::kPrimaryKey, "PRIMARY KEY " + list(columns)});
}

void TableBuilder::unique(std::initializer_list<std::string_view> columns) {
  definition().constraints.push_back({ClauseKind::kUnique, "UNIQUE " + list(columns)});
}

void TableBuilder::check(Fragment condition, std::string_view name) {
  definition().constraints.push_back({ClauseKind::kCheck, "CHECK " + in_parentheses(condition), std::string(name)});
}

void TableBuilder::foreign_key(std::initializer_list<std::string_view> columns, std::string_view parent,
                               const ForeignKey& key) {
  definition().constraints.push_back(
      {ClauseKind::kForeignKey, fmt::format("FOREIGN KEY {} {}", list(columns), reference(parent, key))});
}

std::size_t TableChange::index_of(std::string_view column) {
  const ColumnDefinition* const found = definition().find(column);
  if (!found) refuse_missing(definition().name, fmt::format("column {}", column));
  return static_cast<std::size_t>(found - definition().columns.data());
}

Column TableChange::change(std::string_view name) { return column(index_of(name)); }

void TableChange::drop_column(std::string_view column) {
  definition().columns.erase(definition().columns.begin() + static_cast<std::ptrdiff_t>(index_of(column)));
}

void TableChange::drop_constraint(std::string_view name) {
  const auto is_named = [&](const Clause& clause) { return is_same_name(clause.name, name); };
  auto dropped = std::erase_if(definition().constraints, is_named);
  for (ColumnDefinition& column : definition().columns) dropped += std::erase_if(column.clauses, is_named);
  if (dropped == 0) refuse_missing(definition().name, fmt::format("constraint {}", name));
}

/// Behind the columns of a key may stand more: what it refers to, a conflict clause.
void TableChange::drop_clause(const Clause& like) {
  const auto dropped = std::erase_if(definition().constraints, [&](const Clause& clause) {
    if (clause.kind != like.kind) return false;
    if (like.kind == ClauseKind::kCheck) return clause.text == like.text;
    return is_same_name(clause.text.substr(0, like.text.size()), like.text);
  });
  if (dropped == 0) refuse_missing(definition().name, like.text);
}

void TableChange::drop_check(Fragment condition) {
  drop_clause({ClauseKind::kCheck, "CHECK " + in_parentheses(condition)});
}

void TableChange::drop_foreign_key(std::initializer_list<std::string_view> columns) {
  drop_clause({ClauseKind::kForeignKey, "FOREIGN KEY " + list(columns)});
}

void TableChange::drop_unique(std::initializer_list<std::string_view> columns) {
  drop_clause({ClauseKind::kUnique, "UNIQUE " + list(columns)});
}

void TableChange::drop_primary_key() {
  const auto is_key = [](const Clause& clause) { return clause.kind == ClauseKind::kPrimaryKey; };
  auto dropped = std::erase_if(definition().constraints, is_key);
  for (ColumnDefinition& column : definition().columns) dropped += std::erase_if(column.clauses, is_key);
  if (dropped == 0) refuse_missing(definition().name, "primary key");
}

void TableChange::order(std::initializer_list<std::string_view> columns) {
  std::ptrdiff_t to = 0;
  for (const std::string_view name : columns) {
    const auto all = definition().columns.begin();
    const auto from = all + static_cast<std::ptrdiff_t>(index_of(name));
    if (from < all + to) refuse_missing(definition().name, fmt::format("second column {}", name));
    std::rotate(all + to, from, from + 1);
    ++to;
  }
}

}  // namespace monolite::db
