#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

#include <monolite/db/sql_literals/detail/table_sql.h>
#include <monolite/db/sql_literals/target.h>

namespace monolite::db::sql_literals {
namespace {

std::string identifier(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + "\"";
}

std::string select_of(const TableVariable& table, std::span<const SourceFile> files, const SourceFile& file) {
  const Call reading{.function = "find", .row_type = table.row_type, .space = table.space};
  const DescribedStruct* const row = row_struct(files, file, reading);
  std::string columns;
  if (row != nullptr) {
    for (const auto& member : row->members) columns += (columns.empty() ? "" : ", ") + identifier(member);
  }
  return "SELECT " + (columns.empty() ? "*" : columns) + " FROM " + identifier(table.table) + " WHERE " +
         identifier(table.key) + " = ?";
}

/// The column list of `ON CONFLICT (a, b) …`; empty when it is more than names.
std::string conflict_columns(std::string_view clause) {
  constexpr std::string_view kBegin = "ON CONFLICT (";
  if (!clause.starts_with(kBegin)) return "";
  const auto list = clause.substr(kBegin.size(), clause.find(')') - kBegin.size());
  const bool plain = std::ranges::all_of(list, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '"' || c == ',' || c == ' ';
  });
  const auto words = std::ranges::count(list, ',') + 1;
  // One word for each comma: "name COLLATE nocase" is no column list.
  std::ptrdiff_t blanks = 0;
  for (std::size_t i = 1; i < list.size(); ++i) blanks += list[i] == ' ' && list[i - 1] != ',' ? 1 : 0;
  return plain && blanks == 0 && words > 0 ? std::string(list) : "";
}

std::string text_of(const TableClause& clause, const TableVariable& table) {
  const auto name = identifier(table.table);
  if (clause.kind == ClauseKind::kCondition) return "SELECT * FROM " + name + " WHERE " + clause.text;
  if (clause.kind == ClauseKind::kRest) return "SELECT * FROM " + name + " WHERE true " + clause.text;
  const auto columns = conflict_columns(clause.text);
  if (columns.empty()) return "";
  std::string nulls = "NULL";
  for (auto more = std::ranges::count(columns, ','); more > 0; --more) nulls += ", NULL";
  return "INSERT INTO " + name + " (" + columns + ") VALUES (" + nulls + ") " + clause.text;
}

const TableVariable* table_of(const TableClause& clause, std::span<const SourceFile> files, const SourceFile& file) {
  const TableVariable* found = nullptr;
  for (const SourceFile& other : files) {
    if (&other != &file && !other.path.ends_with(".h")) continue;
    for (const TableVariable& table : other.tables) {
      const auto full = table.space.empty() ? table.name : table.space + "::" + table.name;
      if (!can_mean(clause.table, clause.space, full)) continue;
      if (found != nullptr) return nullptr;
      found = &table;
    }
  }
  return found;
}

}  // namespace

std::vector<Literal> table_literals(std::span<const SourceFile> files, const SourceFile& file) {
  std::vector<Literal> literals;
  for (const TableVariable& table : file.tables) literals.push_back({select_of(table, files, file), table.line});
  for (const TableClause& clause : file.clauses) {
    const TableVariable* const table = table_of(clause, files, file);
    auto text = table != nullptr ? text_of(clause, *table) : "";
    if (text.empty()) continue;
    auto& literal = literals.emplace_back(Literal{std::move(text), clause.line});
    if (clause.values != kUnknownCount) {
      literal.calls.push_back({.function = clause.function, .values = clause.values, .line = clause.line});
    }
  }
  return literals;
}

}  // namespace monolite::db::sql_literals
