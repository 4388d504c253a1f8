#include <algorithm>
#include <ranges>

#include <monolite/db/sql_literals/detail/structs.h>

namespace monolite::db::sql_literals {
namespace {

/// The names of `(a, b, c)` at `open`; nothing when something else stands there.
std::optional<std::vector<std::string>> names_in(Tokens tokens, std::size_t open) {
  if (open >= tokens.size() || !tokens[open].is("(")) return std::nullopt;
  std::vector<std::string> names;
  for (std::size_t at = open + 1; at < tokens.size(); at += 2) {
    if (names.empty() && tokens[at].is(")")) return names;
    if (tokens[at].kind != TokenKind::kWord || at + 1 >= tokens.size()) return std::nullopt;
    names.push_back(tokens[at].text);
    if (tokens[at + 1].is(")")) return names;
    if (!tokens[at + 1].is(",")) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

void Surroundings::pass(const Token& token) {
  if (token.place == TokenPlace::kDirective) return;
  if (token.is_word("using")) using_ = true;
  if (token.is_word("namespace")) {
    naming_ = !using_;
    name_.clear();
  } else if (token.is("{")) {
    open();
  } else if (token.is("}")) {
    if (!open_.empty()) open_.pop_back();
  } else if (token.is(";") || token.is("=")) {
    naming_ = using_ = false;
  } else if (naming_ && !token.is_word("inline")) {
    name_ += token.text;
  }
}

void Surroundings::open() {
  open_.push_back({naming_, naming_ ? name_ : ""});
  naming_ = using_ = false;
}

std::string Surroundings::space() const {
  std::string space;
  for (const Bracket& bracket : open_) {
    if (bracket.name.empty()) continue;
    if (!space.empty()) space += "::";
    space += bracket.name;
  }
  return space;
}

int Surroundings::other_brackets() const {
  return static_cast<int>(std::ranges::count(open_, false, &Bracket::is_namespace));
}

std::optional<DescribedStruct> described_at(Tokens tokens, std::size_t at, const Surroundings& around) {
  const bool is_class = tokens[at].is_word("BOOST_DESCRIBE_CLASS");
  if (!is_class && !tokens[at].is_word("BOOST_DESCRIBE_STRUCT")) return std::nullopt;
  if (tokens[at].place == TokenPlace::kDirective || around.other_brackets() > (is_class ? 1 : 0)) return std::nullopt;
  DescribedStruct found{.space = around.space(), .name = {}, .members = {}};
  std::size_t next = at + 2;
  for (; next < tokens.size() && !tokens[next].is(","); ++next) {
    if (tokens[next].kind != TokenKind::kWord && !tokens[next].is("::")) return std::nullopt;
    found.name += tokens[next].text;
  }
  if (next + 1 >= tokens.size()) return std::nullopt;
  const auto members = names_in(tokens, past_bracket(tokens, next + 1) + 1);  // behind the bases
  if (!members) return std::nullopt;
  found.members = *members;
  return found;
}

std::optional<std::string> declared_at(Tokens tokens, std::size_t at) {
  if (at == 0 || tokens[at].kind != TokenKind::kWord) return std::nullopt;
  const Token& before = tokens[at - 1];
  const bool is_type = before.is_word("struct") || before.is_word("class") || before.is_word("enum") ||
                       before.is_word("typename") || before.is_word("using");
  return is_type ? std::optional(tokens[at].text) : std::nullopt;
}

}  // namespace monolite::db::sql_literals
