#include <algorithm>

#include <monolite/db/save.h>

namespace monolite::db {

std::optional<Errors> errors_from(const ConstraintViolation& violation, std::initializer_list<Unique> unique) {
  if (violation.kind() != ConstraintKind::kUnique && violation.kind() != ConstraintKind::kPrimaryKey) {
    return std::nullopt;
  }
  for (const auto& [table, field] : unique) {
    if (violation.table() != table || std::ranges::find(violation.columns(), field) == violation.columns().end()) {
      continue;
    }
    Errors errors;
    errors.add(field, "has already been taken");
    return errors;
  }
  return std::nullopt;
}

}  // namespace monolite::db
