#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include <monolite/db/sql_literals/detail/lexer.h>
#include <monolite/db/sql_literals/scanner.h>

namespace monolite::db::sql_literals {

using Tokens = std::span<const Token>;

/// A call whose first argument may be SQL.
struct FoundCall {
  Call call;
  std::size_t sql;  ///< the token of the first argument: a literal, or a name that stands alone
};

/// The call of a session's function whose name is `tokens[at]`; nothing when there is none.
std::optional<FoundCall> call_at(Tokens tokens, std::size_t at);

/// Counts the arguments of a call from `at` (behind its first one) to the closing bracket; kUnknownCount when a comma
/// may belong to something else, or a pack may stand for any number.
int count_values(Tokens tokens, std::size_t at);

/// Past what the bracket at `open` encloses; the end of the tokens when it never closes.
std::size_t past_bracket(Tokens tokens, std::size_t open);

}  // namespace monolite::db::sql_literals
