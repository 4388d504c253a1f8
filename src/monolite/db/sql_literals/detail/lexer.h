#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace monolite::db::sql_literals {

enum class TokenKind { kWord, kNumber, kString, kPunctuation };
enum class TokenPlace { kCode, kDirective };

struct Token {
  TokenKind kind;
  /// A word or a number as written; a sign (`::`, `->` and `...` are one); of a string what the compiler sees: escapes
  /// resolved, neighbouring pieces joined.
  std::string text;
  int line;                 ///< from 1; of a string's first piece
  std::string suffix = {};  ///< of a string: "_sql"
  TokenPlace place = TokenPlace::kCode;

  bool is(std::string_view sign) const { return kind == TokenKind::kPunctuation && text == sign; }
  bool is_word(std::string_view word) const { return kind == TokenKind::kWord && text == word; }
  bool is_sql() const { return kind == TokenKind::kString && suffix == "_sql"; }
};

/// The tokens of C++ source before the preprocessor. Never fails: unfinished source gives what there is of it.
std::vector<Token> tokens_of(std::string_view source);

}  // namespace monolite::db::sql_literals
