#pragma once

#include <string>
#include <vector>

#include <monolite/base/error.h>

namespace monolite::db {

/// The write queue is full, or a lock was held until the deadline. Nothing was written; try again later (503 in http).
class Busy : public base::Error {
 public:
  using Error::Error;
};

enum class ConstraintKind { kUnique, kNotNull, kForeignKey, kCheck, kPrimaryKey, kType, kOther };

/// The database refused a row. `table` and `columns` are empty where the database does not say (foreign keys).
class ConstraintViolation : public base::Error {
 public:
  ConstraintViolation(base::ErrorParts parts, ConstraintKind kind, std::string table, std::vector<std::string> columns)
      : Error(std::move(parts)), kind_(kind), table_(std::move(table)), columns_(std::move(columns)) {}

  ConstraintKind kind() const noexcept { return kind_; }
  const std::string& table() const noexcept { return table_; }
  const std::vector<std::string>& columns() const noexcept { return columns_; }

  /// Whether it is a duplicate of exactly this column.
  bool is_duplicate_of(std::string_view table, std::string_view column) const noexcept {
    return (kind_ == ConstraintKind::kUnique || kind_ == ConstraintKind::kPrimaryKey) && table_ == table &&
           columns_.size() == 1 && columns_.front() == column;
  }

 private:
  ConstraintKind kind_;
  std::string table_;
  std::vector<std::string> columns_;
};

/// A table that others refer to was to be made anew while foreign keys are enforced: dropping its old self would delete
/// or refuse their rows. Nothing was changed. Write again with ForeignKeys::kCheckedAtEnd; the Migrator does it by
/// itself.
class NeedsForeignKeysOff : public base::Error {
 public:
  using Error::Error;
};

/// Stored bytes are not a sound database. The Database answers no further write.
class Corrupt : public base::Error {
 public:
  using Error::Error;
};

}  // namespace monolite::db
