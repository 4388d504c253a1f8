#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <monolite/base/error.h>
#include <monolite/db/detail/sql_tokens.h>
#include <monolite/db/table_definition.h>

namespace monolite::db::detail {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         (static_cast<unsigned char>(c) & 0x80U);
}
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

/// The words of SQLite's grammar, sorted.
constexpr std::array<std::string_view, 147> kKeywords{"ABORT",
                                                      "ACTION",
                                                      "ADD",
                                                      "AFTER",
                                                      "ALL",
                                                      "ALTER",
                                                      "ALWAYS",
                                                      "ANALYZE",
                                                      "AND",
                                                      "AS",
                                                      "ASC",
                                                      "ATTACH",
                                                      "AUTOINCREMENT",
                                                      "BEFORE",
                                                      "BEGIN",
                                                      "BETWEEN",
                                                      "BY",
                                                      "CASCADE",
                                                      "CASE",
                                                      "CAST",
                                                      "CHECK",
                                                      "COLLATE",
                                                      "COLUMN",
                                                      "COMMIT",
                                                      "CONFLICT",
                                                      "CONSTRAINT",
                                                      "CREATE",
                                                      "CROSS",
                                                      "CURRENT",
                                                      "CURRENT_DATE",
                                                      "CURRENT_TIME",
                                                      "CURRENT_TIMESTAMP",
                                                      "DATABASE",
                                                      "DEFAULT",
                                                      "DEFERRABLE",
                                                      "DEFERRED",
                                                      "DELETE",
                                                      "DESC",
                                                      "DETACH",
                                                      "DISTINCT",
                                                      "DO",
                                                      "DROP",
                                                      "EACH",
                                                      "ELSE",
                                                      "END",
                                                      "ESCAPE",
                                                      "EXCEPT",
                                                      "EXCLUDE",
                                                      "EXCLUSIVE",
                                                      "EXISTS",
                                                      "EXPLAIN",
                                                      "FAIL",
                                                      "FILTER",
                                                      "FIRST",
                                                      "FOLLOWING",
                                                      "FOR",
                                                      "FOREIGN",
                                                      "FROM",
                                                      "FULL",
                                                      "GENERATED",
                                                      "GLOB",
                                                      "GROUP",
                                                      "GROUPS",
                                                      "HAVING",
                                                      "IF",
                                                      "IGNORE",
                                                      "IMMEDIATE",
                                                      "IN",
                                                      "INDEX",
                                                      "INDEXED",
                                                      "INITIALLY",
                                                      "INNER",
                                                      "INSERT",
                                                      "INSTEAD",
                                                      "INTERSECT",
                                                      "INTO",
                                                      "IS",
                                                      "ISNULL",
                                                      "JOIN",
                                                      "KEY",
                                                      "LAST",
                                                      "LEFT",
                                                      "LIKE",
                                                      "LIMIT",
                                                      "MATCH",
                                                      "MATERIALIZED",
                                                      "NATURAL",
                                                      "NO",
                                                      "NOT",
                                                      "NOTHING",
                                                      "NOTNULL",
                                                      "NULL",
                                                      "NULLS",
                                                      "OF",
                                                      "OFFSET",
                                                      "ON",
                                                      "OR",
                                                      "ORDER",
                                                      "OTHERS",
                                                      "OUTER",
                                                      "OVER",
                                                      "PARTITION",
                                                      "PLAN",
                                                      "PRAGMA",
                                                      "PRECEDING",
                                                      "PRIMARY",
                                                      "QUERY",
                                                      "RAISE",
                                                      "RANGE",
                                                      "RECURSIVE",
                                                      "REFERENCES",
                                                      "REGEXP",
                                                      "REINDEX",
                                                      "RELEASE",
                                                      "RENAME",
                                                      "REPLACE",
                                                      "RESTRICT",
                                                      "RETURNING",
                                                      "RIGHT",
                                                      "ROLLBACK",
                                                      "ROW",
                                                      "ROWS",
                                                      "SAVEPOINT",
                                                      "SELECT",
                                                      "SET",
                                                      "TABLE",
                                                      "TEMP",
                                                      "TEMPORARY",
                                                      "THEN",
                                                      "TIES",
                                                      "TO",
                                                      "TRANSACTION",
                                                      "TRIGGER",
                                                      "UNBOUNDED",
                                                      "UNION",
                                                      "UNIQUE",
                                                      "UPDATE",
                                                      "USING",
                                                      "VACUUM",
                                                      "VALUES",
                                                      "VIEW",
                                                      "VIRTUAL",
                                                      "WHEN",
                                                      "WHERE",
                                                      "WINDOW",
                                                      "WITH",
                                                      "WITHOUT"};
static_assert(std::ranges::is_sorted(kKeywords));

class Scanner {
 public:
  explicit Scanner(std::string_view sql) : sql_(sql) {}

  std::vector<Token> all() {
    std::vector<Token> tokens;
    while (true) {
      const bool spaced = skip_blank();
      if (at_ == sql_.size()) return tokens;
      tokens.push_back(next());
      tokens.back().after_space = spaced;
    }
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0'; }

  bool skip_blank() {
    const auto begin = at_;
    while (at_ < sql_.size()) {
      if (is_space(peek())) {
        ++at_;
      } else if (peek() == '-' && peek(1) == '-') {
        at_ = std::min(sql_.find('\n', at_), sql_.size());
      } else if (peek() == '/' && peek(1) == '*') {
        const auto end = sql_.find("*/", at_ + 2);
        at_ = end == std::string_view::npos ? sql_.size() : end + 2;  // SQLite takes it as closed too
      } else {
        break;
      }
    }
    return at_ != begin;
  }

  Token next() {
    const char c = peek();
    if (c == '\'') return quoted(TokenKind::kString, '\'', at_);
    if ((c == 'x' || c == 'X') && peek(1) == '\'') {
      const auto begin = at_++;
      return quoted(TokenKind::kString, '\'', begin);
    }
    if (c == '"' || c == '`') return quoted(TokenKind::kName, c, at_);
    if (c == '[') return quoted(TokenKind::kName, ']', at_);
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
    if (is_letter(c)) return run(TokenKind::kWord, [](char each) { return is_letter(each) || is_digit(each); });
    return {TokenKind::kSign, sql_.substr(at_++, 1)};
  }

  template <class P>
  Token run(TokenKind kind, P belongs) {
    const auto begin = at_;
    while (at_ < sql_.size() && belongs(peek())) ++at_;
    return {kind, sql_.substr(begin, at_ - begin)};
  }

  Token number() {
    const auto begin = at_;
    const auto is_exponent_sign = [&] {
      return (peek() == '+' || peek() == '-') && at_ > begin && upper(sql_[at_ - 1]) == 'E';
    };
    while (at_ < sql_.size() && (is_digit(peek()) || is_letter(peek()) || peek() == '.' || is_exponent_sign())) ++at_;
    return {TokenKind::kNumber, sql_.substr(begin, at_ - begin)};
  }

  /// From the opening quote at `at_` to its end; a doubled quote is one character. The token begins at `begin`.
  Token quoted(TokenKind kind, char quote, std::size_t begin) {
    for (++at_; at_ < sql_.size(); ++at_) {
      if (peek() != quote) continue;
      if (quote != ']' && peek(1) == quote) {
        ++at_;
        continue;
      }
      ++at_;
      return {kind, sql_.substr(begin, at_ - begin)};
    }
    throw base::Error({.code = base::ErrorCode::kInvalid,
                       .what = fmt::format("a {} does not end in: {}", quote, sql_),
                       .hint = "close the quote"});
  }

  std::string_view sql_;
  std::size_t at_ = 0;
};

}  // namespace

bool Token::is(std::string_view word) const noexcept { return kind == TokenKind::kWord && is_same_name(text, word); }

std::vector<Token> tokens_of(std::string_view sql) { return Scanner(sql).all(); }

std::string unquoted(const Token& token) {
  if (token.kind != TokenKind::kName && token.kind != TokenKind::kString) return std::string(token.text);
  const char quote = token.text.front();
  const auto inside = token.text.substr(1, token.text.size() - 2);
  std::string name;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    name += inside[i];
    if (inside[i] == quote) ++i;  // doubled
  }
  return name;
}

bool is_keyword(std::string_view word) noexcept {
  std::string capitals(word);
  std::ranges::transform(capitals, capitals.begin(), upper);
  return std::ranges::binary_search(kKeywords, std::string_view(capitals));
}

}  // namespace monolite::db::detail
