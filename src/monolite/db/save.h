#pragma once

#include <initializer_list>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include <monolite/db/database.h>
#include <monolite/db/errors.h>
#include <monolite/db/validation.h>

namespace monolite::db {

/// What became of saving: the row (or its id), or why it was not saved.
template <class T>
class Saved {
 public:
  Saved(T value) : outcome_(std::in_place_index<0>, std::move(value)) {}         // NOLINT: implicit on purpose
  Saved(Errors errors) : outcome_(std::in_place_index<1>, std::move(errors)) {}  // NOLINT: implicit on purpose

  explicit operator bool() const noexcept { return outcome_.index() == 0; }
  T& operator*() { return std::get<0>(outcome_); }
  const T& operator*() const { return std::get<0>(outcome_); }
  T* operator->() { return &std::get<0>(outcome_); }
  const T* operator->() const { return &std::get<0>(outcome_); }

  /// Empty when it was saved.
  const Errors& errors() const noexcept {
    static const Errors none;
    const Errors* const found = std::get_if<1>(&outcome_);
    return found ? *found : none;
  }

 private:
  std::variant<T, Errors> outcome_;
};

/// A unique index as its form field: a duplicate in an index of `table` with the column `field` becomes "has already
/// been taken" of that field.
struct Unique {
  std::string_view table;
  std::string_view field;
};

/// The error of the field that `violation` is about; nothing when it is none of `unique`.
std::optional<Errors> errors_from(const ConstraintViolation& violation, std::initializer_list<Unique> unique);

/// Saves what was found valid: with `errors` the database is not asked at all; a duplicate of `unique` comes back as
/// the error of its field, which no check beforehand can promise. `change(WriteSession&)` is one unit and gives the
/// row. Errors: those of Database::write; every other ConstraintViolation.
template <class F>
auto save(Database& database, Errors errors, std::initializer_list<Unique> unique, F change,
          const WriteOptions& options = {}) -> Saved<std::invoke_result_t<F&, WriteSession&>> {
  if (!errors.empty()) return errors;
  try {
    return database.write(change, options);
  } catch (const ConstraintViolation& violation) {
    if (auto taken = errors_from(violation, unique)) return std::move(*taken);
    throw;
  }
}

/// The same as a part of a larger unit: what `change` did is undone when it is refused, the rest of the unit goes on.
template <class F>
auto save(WriteSession& tx, Errors errors, std::initializer_list<Unique> unique, F change)
    -> Saved<std::invoke_result_t<F&, WriteSession&>> {
  if (!errors.empty()) return errors;
  std::optional<std::invoke_result_t<F&, WriteSession&>> row;
  try {
    tx.savepoint([&] { row.emplace(change(tx)); });
  } catch (const ConstraintViolation& violation) {
    if (auto taken = errors_from(violation, unique)) return std::move(*taken);
    throw;
  }
  return std::move(*row);
}

}  // namespace monolite::db
