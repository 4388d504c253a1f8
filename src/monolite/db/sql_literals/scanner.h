#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Finds SQL in C++ source at build time. Knows no other part of Monolite.
namespace monolite::db::sql_literals {

struct Literal {
  std::string text;  ///< as the compiler sees it: escapes resolved, neighbouring pieces joined
  int line;          ///< of its first piece, from 1
};

/// Every `"…"_sql` of a source file. Knows comments, character and raw literals, escapes, and pieces that the compiler
/// joins. It reads the text before the preprocessor, so a literal inside `#if 0` counts and one made by a macro does
/// not.
std::vector<Literal> scan(std::string_view source);

/// `text` as a C++ string literal.
std::string quoted(std::string_view text);

}  // namespace monolite::db::sql_literals
