#pragma once

#include <cstddef>
#include <optional>

#include <monolite/db/sql_literals/detail/calls.h>

namespace monolite::db::sql_literals {

/// The table that begins at `tokens[at]`, the word `Table` of `Table<Post, "posts"> kPosts`; its namespace is not
/// known.
std::optional<TableVariable> table_at(Tokens tokens, std::size_t at);

/// The clause whose function is `tokens[at]`: `kPosts.where<"…">(…)`, `in_batches<"…">(database, kPosts, …)`.
std::optional<TableClause> clause_at(Tokens tokens, std::size_t at);

}  // namespace monolite::db::sql_literals
