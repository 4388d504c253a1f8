#pragma once

#include <exception>
#include <string_view>

struct sqlite3;

namespace monolite::db::sqlite {

/// Throws what SQLite's result code means, with the connection's own words. `doing` is the statement or the step.
/// The one table from extended codes to errors.
[[noreturn]] void throw_error(sqlite3* connection, int result, std::string_view doing);

/// A copy of an error of this driver, so that each of several threads gets an object of its own; any other exception
/// stays the same object.
std::exception_ptr copy_of(const std::exception_ptr& error) noexcept;

bool is_constraint(const std::exception_ptr& error) noexcept;
/// Whether a limit ended the statement, or somebody who waited no longer.
bool is_interrupted(const std::exception_ptr& error) noexcept;

}  // namespace monolite::db::sqlite
