#include <algorithm>
#include <array>
#include <string_view>

#include <monolite/db/sql_literals/detail/calls.h>

namespace monolite::db::sql_literals {
namespace {

/// The functions of ReadSession and WriteSession that take a statement and its values.
constexpr std::array<std::string_view, 6> kRowFunctions{"all", "each", "find", "insert", "one", "scalar"};
constexpr std::string_view kExec = "exec";

bool opens(const Token& token) { return token.is("(") || token.is("[") || token.is("{"); }
bool closes(const Token& token) { return token.is(")") || token.is("]") || token.is("}"); }

bool is_member_call(Tokens tokens, std::size_t at) {
  if (at > 0 && tokens[at - 1].is_word("template")) --at;
  return at > 0 && (tokens[at - 1].is(".") || tokens[at - 1].is("->"));
}

/// The text between `<` at `open` and its `>`, and where the `>` stands; nothing when it is no list of types.
std::optional<std::pair<std::string, std::size_t>> angle_brackets(Tokens tokens, std::size_t open) {
  std::string text;
  int depth = 0;
  for (std::size_t at = open; at < tokens.size(); ++at) {
    const Token& token = tokens[at];
    if (token.is("<") && depth++ == 0) continue;
    if (token.is(">") && --depth == 0) return std::pair(text, at);
    if (token.is(";") || token.is("{")) return std::nullopt;
    text += token.text;
  }
  return std::nullopt;
}

}  // namespace

std::size_t past_bracket(Tokens tokens, std::size_t open) {
  int depth = 0;
  for (std::size_t at = open; at < tokens.size(); ++at) {
    if (opens(tokens[at])) ++depth;
    if (closes(tokens[at]) && --depth == 0) return at + 1;
  }
  return tokens.size();
}

int count_values(Tokens tokens, std::size_t at) {
  int commas = 0;
  std::optional<int> commas_at_less;
  while (at < tokens.size() && !tokens[at].is(")")) {
    const Token& token = tokens[at];
    if (token.is("...") || token.place == TokenPlace::kDirective) return kUnknownCount;
    if (token.is(",")) ++commas;
    if (token.is("<") && !commas_at_less) commas_at_less = commas;
    if (token.is(">") && commas_at_less && commas > *commas_at_less) return kUnknownCount;
    at = opens(token) ? past_bracket(tokens, at) : at + 1;
  }
  return at < tokens.size() ? commas : kUnknownCount;
}

std::optional<FoundCall> call_at(Tokens tokens, std::size_t at) {
  const Token& name = tokens[at];
  const bool rows = std::ranges::find(kRowFunctions, name.text) != kRowFunctions.end();
  if (name.kind != TokenKind::kWord || (!rows && name.text != kExec) || !is_member_call(tokens, at)) {
    return std::nullopt;
  }
  FoundCall found{{.function = name.text, .line = name.line}, 0};
  std::size_t next = at + 1;
  if (rows) {
    if (next >= tokens.size() || !tokens[next].is("<")) return std::nullopt;
    auto type = angle_brackets(tokens, next);
    if (!type) return std::nullopt;
    found.call.row_type = std::move(type->first);
    next = type->second + 1;
  }
  found.sql = next + 1;
  const std::size_t after = next + 2;
  if (after >= tokens.size() || !tokens[next].is("(")) return std::nullopt;
  if (!tokens[after].is(",") && !tokens[after].is(")")) return std::nullopt;
  found.call.values = count_values(tokens, after);
  return found;
}

}  // namespace monolite::db::sql_literals
