#include <boost/core/demangle.hpp>
#include <fmt/format.h>

#include <monolite/base/error.h>
#include <monolite/db/statement.h>

namespace monolite::db {

StatementShape Statement::shape() const {
  StatementShape shape{.parameters = parameter_count(), .effect = effect()};
  for (int i = 0; i < column_count(); ++i) shape.columns.emplace_back(column_name(i));
  return shape;
}

std::span<const int> Statement::columns_of(const RecordShape& shape) {
  if (maps_generation_ != generation()) {
    maps_.clear();
    maps_generation_ = generation();
  }
  for (const auto& [known, columns] : maps_) {
    if (known == &shape) return columns;
  }
  return maps_.emplace_back(&shape, match(shape)).second;
}

std::vector<int> Statement::match(const RecordShape& shape) const {
  std::vector<int> columns;
  for (const char* member : shape.members) {
    int found = -1;
    for (int i = 0; i < column_count(); ++i) {
      if (column_name(i) != member) continue;
      if (found >= 0) {
        throw base::Error({.code = base::ErrorCode::kInternal,
                           .scope = base::ErrorScope::kBug,
                           .what = fmt::format("two columns are called '{}' in: {}", member, sql()),
                           .hint = "name one of them differently with AS"});
      }
      found = i;
    }
    if (found < 0) {
      throw base::Error({.code = base::ErrorCode::kInternal,
                         .scope = base::ErrorScope::kBug,
                         .what = fmt::format("{} has the member '{}', but there is no such column in: {}",
                                             boost::core::demangle(shape.type->name()), member, sql()),
                         .hint = "select the column, or name it with AS"});
    }
    columns.push_back(found);
  }
  return columns;
}

void Statement::require_parameters(std::size_t given) const {
  if (static_cast<std::size_t>(parameter_count()) == given) return;
  throw base::Error({.code = base::ErrorCode::kInternal,
                     .scope = base::ErrorScope::kBug,
                     .what = fmt::format("{} values for {} parameters in: {}", given, parameter_count(), sql()),
                     .hint = "pass one value per parameter, in their order"});
}

}  // namespace monolite::db
