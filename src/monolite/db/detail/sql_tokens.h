#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace monolite::db::detail {

enum class TokenKind {
  kWord,    ///< a keyword or a plain name
  kName,    ///< a quoted name: "a", `a`, [a]
  kString,  ///< 'text' or x'00'
  kNumber,
  kSign,  ///< one character of an operator or of punctuation
};

/// Lifetime: borrows the SQL.
struct Token {
  TokenKind kind = TokenKind::kSign;
  std::string_view text;
  bool after_space = false;  ///< white space or a comment stands before it

  bool is(std::string_view word) const noexcept;  ///< an unquoted word, however it is capitalised
  bool is_sign(char sign) const noexcept { return kind == TokenKind::kSign && text.front() == sign; }
};

/// The tokens of `sql`. Errors: kInvalid for a string, name or comment without its end.
std::vector<Token> tokens_of(std::string_view sql);

/// The name that a token stands for: without quotes.
std::string unquoted(const Token& token);

/// A word that needs quotes to be a name. `word` in any capitals.
bool is_keyword(std::string_view word) noexcept;

}  // namespace monolite::db::detail
