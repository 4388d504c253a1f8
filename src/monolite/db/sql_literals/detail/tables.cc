#include <algorithm>
#include <array>
#include <string_view>

#include <monolite/db/sql_literals/detail/tables.h>

namespace monolite::db::sql_literals {
namespace {

/// Functions of db::Table whose clause stands behind WHERE.
constexpr std::array<std::string_view, 5> kConditions{"count", "destroy_where", "exists", "find_where", "where"};

bool is_plain_string(const Token& token) { return token.kind == TokenKind::kString && token.suffix.empty(); }

bool has(Tokens tokens, std::size_t at, std::string_view sign) { return at < tokens.size() && tokens[at].is(sign); }

/// A name with its namespaces that ends at `last`, where nothing stands before it that it could be a member of.
std::string name_before(Tokens tokens, std::size_t last) {
  if (tokens[last].kind != TokenKind::kWord) return "";
  std::string name = tokens[last].text;
  std::size_t at = last;
  while (at >= 2 && tokens[at - 1].is("::") && tokens[at - 2].kind == TokenKind::kWord) {
    at -= 2;
    name.insert(0, tokens[at].text + "::");
  }
  const bool is_member = at > 0 && (tokens[at - 1].is(".") || tokens[at - 1].is("->"));
  return is_member ? "" : name;
}

/// A name with its namespaces from `at` on, if it is a whole argument.
std::string argument_name(Tokens tokens, std::size_t at) {
  std::string name;
  while (at + 1 < tokens.size() && tokens[at].kind == TokenKind::kWord) {
    name += tokens[at].text;
    if (tokens[at + 1].is(",") || tokens[at + 1].is(")")) return name;
    if (!tokens[at + 1].is("::")) break;
    name += "::";
    at += 2;
  }
  return "";
}

std::optional<TableClause> member_clause(Tokens tokens, std::size_t at, ClauseKind kind) {
  if (at < 2 || !tokens[at - 1].is(".")) return std::nullopt;
  if (!has(tokens, at + 1, "<") || !has(tokens, at + 3, ">") || !has(tokens, at + 4, "(")) return std::nullopt;
  if (!is_plain_string(tokens[at + 2])) return std::nullopt;
  auto table = name_before(tokens, at - 2);
  if (table.empty()) return std::nullopt;
  // The first argument is the session.
  const int values = kind == ClauseKind::kCondition ? count_values(tokens, at + 5) : kUnknownCount;
  return TableClause{.kind = kind,
                     .function = tokens[at].text,
                     .table = std::move(table),
                     .space = {},
                     .text = tokens[at + 2].text,
                     .values = values,
                     .line = tokens[at].line};
}

/// Of a function that takes the table as its second argument.
std::optional<TableClause> free_clause(Tokens tokens, std::size_t at, ClauseKind kind) {
  std::size_t next = at + 1;
  if (!has(tokens, next, "<")) return std::nullopt;
  // Other template arguments may stand before the clause.
  while (next < tokens.size() && !tokens[next].is(">") && !tokens[next].is(";") && !tokens[next].is("(")) ++next;
  if (!has(tokens, next, ">") || !has(tokens, next + 1, "(") || !is_plain_string(tokens[next - 1])) return std::nullopt;
  std::size_t argument = next + 2;
  while (argument < tokens.size() && !tokens[argument].is(",") && !tokens[argument].is(")")) {
    argument = tokens[argument].is("(") ? past_bracket(tokens, argument) : argument + 1;
  }
  if (!has(tokens, argument, ",")) return std::nullopt;
  auto table = argument_name(tokens, argument + 1);
  if (table.empty()) return std::nullopt;
  return TableClause{.kind = kind,
                     .function = tokens[at].text,
                     .table = std::move(table),
                     .space = {},
                     .text = tokens[next - 1].text,
                     .values = kUnknownCount,
                     .line = tokens[at].line};
}

}  // namespace

std::optional<TableVariable> table_at(Tokens tokens, std::size_t at) {
  if (!tokens[at].is_word("Table") || !has(tokens, at + 1, "<")) return std::nullopt;
  TableVariable found{.space = {}, .name = {}, .row_type = {}, .table = {}, .key = "id", .line = tokens[at].line};
  std::size_t next = at + 2;
  for (; next < tokens.size() && !tokens[next].is(","); ++next) {
    if (tokens[next].kind != TokenKind::kWord && !tokens[next].is("::")) return std::nullopt;
    found.row_type += tokens[next].text;
  }
  if (++next >= tokens.size() || !is_plain_string(tokens[next])) return std::nullopt;
  found.table = tokens[next++].text;
  if (has(tokens, next, ",") && next + 1 < tokens.size() && is_plain_string(tokens[next + 1])) {
    found.key = tokens[next + 1].text;
    next += 2;
  }
  if (!has(tokens, next, ">") || next + 1 >= tokens.size() || tokens[next + 1].kind != TokenKind::kWord) {
    return std::nullopt;
  }
  found.name = tokens[next + 1].text;
  return found;
}

std::optional<TableClause> clause_at(Tokens tokens, std::size_t at) {
  const Token& name = tokens[at];
  if (name.kind != TokenKind::kWord) return std::nullopt;
  if (std::ranges::find(kConditions, name.text) != kConditions.end()) {
    return member_clause(tokens, at, ClauseKind::kCondition);
  }
  if (name.text == "upsert") return member_clause(tokens, at, ClauseKind::kConflict);
  if (name.text == "upsert_all") return free_clause(tokens, at, ClauseKind::kConflict);
  if (name.text == "in_batches") return free_clause(tokens, at, ClauseKind::kCondition);
  if (name.text == "preload") return free_clause(tokens, at, ClauseKind::kRest);
  return std::nullopt;
}

}  // namespace monolite::db::sql_literals
