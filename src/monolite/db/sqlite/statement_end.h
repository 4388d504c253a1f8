#pragma once

#include <string_view>

/// Where statements begin and end in text that a person types or a file holds.
namespace monolite::db::sqlite {

/// `text` from its first statement on: without the spaces, comments and single `;` before it. Empty when only such
/// are there; a comment without its end is one that cannot be passed over.
std::string_view from_first_statement(std::string_view text);

/// The first statement of `text`, from its start to its `;`; empty when that has not come yet. A `;` inside of a
/// string, a name, a comment or a trigger ends nothing. Shape: a part of `text`.
std::string_view first_statement(std::string_view text);

}  // namespace monolite::db::sqlite
