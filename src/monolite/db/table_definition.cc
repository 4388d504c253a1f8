#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <monolite/base/error.h>
#include <monolite/db/detail/sql_tokens.h>
#include <monolite/db/table_definition.h>

namespace monolite::db {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::vector<Clause> in_order(std::vector<Clause> clauses) {
  std::ranges::stable_sort(clauses, {}, &Clause::kind);
  return clauses;
}

std::string to_sql(const Clause& clause) {
  return clause.name.empty() ? clause.text : fmt::format("CONSTRAINT {} {}", identifier(clause.name), clause.text);
}

bool is_plain(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !name.empty() && is_letter(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); }) &&
         !detail::is_keyword(name);
}

std::string in_quotes(std::string_view text, char quote) {
  ML_REQUIRE(text.find('\0') == std::string_view::npos, "SQL text cannot show a NUL byte");
  std::string quoted(1, quote);
  for (const char c : text) quoted.append(c == quote ? 2 : 1, c);
  return quoted + quote;
}

template <class Columns>
auto* column_of(Columns& columns, std::string_view name) noexcept {
  const auto found = std::ranges::find_if(columns, [&](const auto& column) { return is_same_name(column.name, name); });
  return found == columns.end() ? nullptr : &*found;
}

}  // namespace

const Clause* ColumnDefinition::find(ClauseKind kind) const noexcept {
  const auto found = std::ranges::find(clauses, kind, &Clause::kind);
  return found == clauses.end() ? nullptr : &*found;
}

const ColumnDefinition* TableDefinition::find(std::string_view column) const noexcept {
  return column_of(columns, column);
}

ColumnDefinition* TableDefinition::find(std::string_view column) noexcept { return column_of(columns, column); }

const ColumnDefinition* TableDefinition::row_id_column() const noexcept {
  if (row_ids == RowIds::kNone) return nullptr;
  const auto is_integer = [](const ColumnDefinition& column) { return is_same_name(column.type, "INTEGER"); };
  for (const ColumnDefinition& column : columns) {
    const Clause* const key = column.find(ClauseKind::kPrimaryKey);
    // A descending integer key is none: a mistake of SQLite's youth that files rely on.
    if (key) return is_integer(column) && key->text.find(" DESC") == std::string::npos ? &column : nullptr;
  }
  const auto key = std::ranges::find(constraints, ClauseKind::kPrimaryKey, &Clause::kind);
  if (key == constraints.end()) return nullptr;
  const auto found = std::ranges::find_if(columns, [&](const ColumnDefinition& column) {
    return is_integer(column) && is_same_name(key->text, fmt::format("PRIMARY KEY ({})", identifier(column.name)));
  });
  return found == columns.end() ? nullptr : &*found;
}

bool TableDefinition::has_autoincrement() const noexcept {
  return std::ranges::any_of(columns, [](const ColumnDefinition& column) {
    const Clause* const key = column.find(ClauseKind::kPrimaryKey);
    return key && key->text.find(" AUTOINCREMENT") != std::string::npos;
  });
}

std::string to_sql(const ColumnDefinition& column) {
  std::string sql = identifier(column.name);
  if (!column.type.empty()) sql += ' ' + column.type;
  for (const Clause& clause : in_order(column.clauses)) sql += ' ' + to_sql(clause);
  return sql;
}

std::string to_sql(const TableDefinition& table) {
  std::vector<std::string> lines;
  for (const ColumnDefinition& column : table.columns) lines.push_back(to_sql(column));
  for (const Clause& clause : in_order(table.constraints)) lines.push_back(to_sql(clause));
  std::vector<std::string> options;
  if (table.strictness == Strictness::kStrict) options.emplace_back("STRICT");
  if (table.row_ids == RowIds::kNone) options.emplace_back("WITHOUT ROWID");
  return fmt::format("CREATE TABLE {} (\n  {}\n){}{}", identifier(table.name), fmt::join(lines, ",\n  "),
                     options.empty() ? "" : " ", fmt::join(options, ", "));
}

std::string identifier(std::string_view name) { return is_plain(name) ? std::string(name) : in_quotes(name, '"'); }

std::string identifiers(const std::vector<std::string>& names) {
  std::vector<std::string> all;
  for (const auto& name : names) all.push_back(identifier(name));
  return fmt::format("{}", fmt::join(all, ", "));
}

std::string text_literal(std::string_view text) { return in_quotes(text, '\''); }

std::string one_line(std::string_view sql) {
  std::string line;
  for (const detail::Token& token : detail::tokens_of(sql)) {
    if (token.after_space && !line.empty()) line += ' ';
    line += token.text;
  }
  return line;
}

bool is_same_name(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace monolite::db
