#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include <fmt/format.h>

#include <monolite/base/error.h>
#include <monolite/db/detail/sql_tokens.h>
#include <monolite/db/table_definition.h>

namespace monolite::db {
namespace {

using detail::Token;
using detail::TokenKind;
using Tokens = std::span<const Token>;

/// The words that begin a property of a column, hence end its type.
constexpr std::array<std::string_view, 11> kClauseWords{
    "CONSTRAINT", "PRIMARY", "NOT", "NULL", "UNIQUE", "CHECK", "DEFAULT", "COLLATE", "REFERENCES", "GENERATED", "AS"};

std::string capitals(std::string_view word) {
  std::string all(word);
  std::ranges::transform(all, all.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return all;
}

/// The statement of the parser's errors goes with it: what cannot be read is named.
class Parser {
 public:
  explicit Parser(std::string_view sql) : sql_(sql), all_(detail::tokens_of(sql)), rest_(all_) {}

  TableDefinition table() {
    expect("CREATE");
    if (!accept("TEMP")) accept("TEMPORARY");
    expect("TABLE");
    if (accept("IF")) {
      expect("NOT");
      expect("EXISTS");
    }
    TableDefinition table{.name = name(), .strictness = Strictness::kFlexible};
    if (accept('.')) table.name = name();
    expect('(');
    do {
      is_constraint() ? constraints(table) : column(table);
    } while (accept(','));
    expect(')');
    options(table);
    return table;
  }

 private:
  [[noreturn]] void refuse() const {
    throw base::Error({.code = base::ErrorCode::kUnsupported,
                       .what = fmt::format("cannot read the table's definition at '{}' in: {}",
                                           rest_.empty() ? "its end" : std::string(rest_.front().text), one_line(sql_)),
                       .hint = "change this table by SQL of your own"});
  }

  bool sees(std::string_view word) const { return !rest_.empty() && rest_.front().is(word); }
  bool sees(char sign) const { return !rest_.empty() && rest_.front().is_sign(sign); }
  const Token& take() {
    if (rest_.empty()) refuse();
    const Token& token = rest_.front();
    rest_ = rest_.subspan(1);
    return token;
  }
  template <class What>
  bool accept(What what) {
    if (!sees(what)) return false;
    take();
    return true;
  }
  template <class What>
  void expect(What what) {
    if (!accept(what)) refuse();
  }

  std::string name() {
    if (rest_.empty() || rest_.front().kind == TokenKind::kSign || rest_.front().kind == TokenKind::kNumber) refuse();
    return unquoted(take());
  }

  /// "(…)" as it stands, on one line.
  std::string parenthesised() {
    if (!sees('(')) refuse();
    std::string text;
    int depth = 0;
    do {
      const Token& token = take();
      if (token.is_sign('(')) ++depth;
      if (token.is_sign(')')) --depth;
      if (token.after_space && text.size() > 1 && !(depth == 0 && token.is_sign(')'))) text += ' ';
      text += token.text;
    } while (depth > 0);
    return text;
  }

  /// "(a, b)": names alone are written as `identifiers` writes them; anything else stays as it is.
  std::string column_list() {
    const Tokens begin = rest_;
    std::vector<std::string> names;
    expect('(');
    do {
      if (rest_.empty() || rest_.front().kind == TokenKind::kSign) break;
      names.push_back(name());
    } while (accept(','));
    if (accept(')')) return fmt::format("({})", identifiers(names));
    rest_ = begin;
    return parenthesised();
  }

  bool is_constraint() const {
    return sees("CONSTRAINT") || sees("PRIMARY") || sees("UNIQUE") || sees("CHECK") || sees("FOREIGN");
  }

  void column(TableDefinition& table) {
    ColumnDefinition column{.name = name()};
    while (!rest_.empty() && !sees(',') && !sees(')') && !is_clause()) {
      const std::string part = sees('(') ? parenthesised() : unquoted(take());
      if (!column.type.empty() && part.front() != '(') column.type += ' ';
      column.type += part;
    }
    // Types are the same in any capitals.
    if (is_ascii(column.type)) column.type = capitals(column.type);
    while (is_clause()) {
      if (auto clause = column_clause()) column.clauses.push_back(std::move(*clause));
    }
    table.columns.push_back(std::move(column));
  }

  static bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80U; });
  }

  bool is_clause() const {
    return std::ranges::any_of(kClauseWords, [&](std::string_view word) { return sees(word); });
  }

  std::string constraint_name() { return accept("CONSTRAINT") ? name() : ""; }

  /// Nothing for `NULL`, which says nothing.
  std::optional<Clause> column_clause() {
    const std::string own_name = constraint_name();
    const auto made = [&](ClauseKind kind, std::string text) { return Clause{kind, std::move(text), own_name}; };
    if (accept("PRIMARY")) return made(ClauseKind::kPrimaryKey, primary_key());
    if (accept("UNIQUE")) return made(ClauseKind::kUnique, "UNIQUE" + conflict());
    if (accept("CHECK")) return made(ClauseKind::kCheck, "CHECK " + parenthesised());
    if (accept("DEFAULT")) return made(ClauseKind::kDefault, "DEFAULT " + default_value());
    if (accept("COLLATE")) return made(ClauseKind::kCollate, "COLLATE " + identifier(name()));
    if (sees("REFERENCES")) return made(ClauseKind::kForeignKey, reference());
    if (sees("GENERATED") || sees("AS")) return made(ClauseKind::kGenerated, generated());
    if (accept("NOT")) {
      expect("NULL");
      return made(ClauseKind::kNotNull, "NOT NULL" + conflict());
    }
    expect("NULL");
    conflict();
    return std::nullopt;
  }

  std::string primary_key() {
    expect("KEY");
    std::string text = "PRIMARY KEY";
    if (accept("DESC")) text += " DESC";
    accept("ASC");
    text += conflict();
    if (accept("AUTOINCREMENT")) text += " AUTOINCREMENT";
    return text;
  }

  std::string conflict() {
    if (!accept("ON")) return "";
    expect("CONFLICT");
    return " ON CONFLICT " + capitals(take().text);
  }

  std::string default_value() {
    if (sees('(')) return parenthesised();
    std::string sign;
    if (sees('-') || sees('+')) sign = take().text;
    const Token& value = take();
    if (value.kind == TokenKind::kWord && detail::is_keyword(value.text)) return sign + capitals(value.text);
    return sign + std::string(value.text);
  }

  std::string generated() {
    if (accept("GENERATED")) expect("ALWAYS");
    expect("AS");
    const std::string expression = parenthesised();
    if (accept("STORED")) return fmt::format("GENERATED ALWAYS AS {} STORED", expression);
    accept("VIRTUAL");
    return fmt::format("GENERATED ALWAYS AS {} VIRTUAL", expression);
  }

  std::string reference() {
    expect("REFERENCES");
    std::string text = "REFERENCES " + identifier(name());
    if (sees('(')) text += ' ' + column_list();
    while (const auto more = reference_action()) text += ' ' + *more;
    return text;
  }

  std::optional<std::string> reference_action() {
    if (accept("MATCH")) return "MATCH " + capitals(take().text);
    if (accept("ON")) {
      std::string action = "ON " + capitals(take().text);
      for (bool more = true; more;) {
        more = sees("SET") || sees("NO");
        action += ' ' + capitals(take().text);
      }
      return action;
    }
    const bool refused = sees("NOT") && rest_.size() > 1 && rest_[1].is("DEFERRABLE");
    if (refused) take();
    if (!accept("DEFERRABLE")) return std::nullopt;
    std::string text = refused ? "NOT DEFERRABLE" : "DEFERRABLE";
    if (accept("INITIALLY")) text += " INITIALLY " + capitals(take().text);
    return text;
  }

  /// One, or several without commas between them.
  void constraints(TableDefinition& table) {
    while (is_constraint()) {
      std::string own_name = constraint_name();
      Clause clause = table_clause();
      clause.name = std::move(own_name);
      table.constraints.push_back(std::move(clause));
    }
  }

  Clause table_clause() {
    if (accept("PRIMARY")) {
      expect("KEY");
      std::string text = "PRIMARY KEY " + column_list();
      return {ClauseKind::kPrimaryKey, text + conflict()};
    }
    if (accept("UNIQUE")) {
      std::string text = "UNIQUE " + column_list();
      return {ClauseKind::kUnique, text + conflict()};
    }
    if (accept("CHECK")) {
      std::string text = "CHECK " + parenthesised();
      return {ClauseKind::kCheck, text + conflict()};
    }
    expect("FOREIGN");
    expect("KEY");
    std::string text = "FOREIGN KEY " + column_list();
    return {ClauseKind::kForeignKey, text + ' ' + reference()};
  }

  void options(TableDefinition& table) {
    while (!rest_.empty()) {
      if (accept("STRICT")) {
        table.strictness = Strictness::kStrict;
      } else if (accept("WITHOUT")) {
        expect("ROWID");
        table.row_ids = RowIds::kNone;
      } else {
        accept(';');
        if (!rest_.empty()) refuse();
        return;
      }
      accept(',');
    }
  }

  std::string_view sql_;
  std::vector<Token> all_;
  Tokens rest_;
};

}  // namespace

TableDefinition parse_table(std::string_view create_table) { return Parser(create_table).table(); }

}  // namespace monolite::db
