#include <boost/core/demangle.hpp>
#include <fmt/format.h>

#include <monolite/base/error.h>
#include <monolite/db/value.h>

namespace monolite::db::detail {
namespace {

std::string_view name_of(ColumnType type) {
  switch (type) {
    case ColumnType::kInteger:
      return "an integer";
    case ColumnType::kReal:
      return "a real";
    case ColumnType::kText:
      return "text";
    case ColumnType::kBlob:
      return "a blob";
    case ColumnType::kNull:
      return "NULL";
  }
  return "unknown";
}

}  // namespace

void throw_type_mismatch(const Statement& statement, int column, const char* wanted) {
  const auto type = statement.cell(column).type;
  throw base::Error({.code = base::ErrorCode::kInternal,
                     .scope = base::ErrorScope::kBug,
                     .what = fmt::format("column '{}' holds {}, the program reads it as {}: {}",
                                         statement.column_name(column), name_of(type), wanted, statement.sql()),
                     .hint = type == ColumnType::kNull ? "make the member a std::optional, or the column NOT NULL"
                                                       : "give the member the column's type"});
}

void throw_out_of_range(const Statement& statement, int column, const char* wanted) {
  throw base::Error({.code = base::ErrorCode::kCorrupt,
                     .scope = base::ErrorScope::kCaller,
                     .what = fmt::format("column '{}' holds a value that is no {}: {}", statement.column_name(column),
                                         wanted, statement.sql()),
                     .hint = "look at the stored value, or widen the member's type"});
}

void throw_unnamed_enumerator(const std::type_info& type, std::int64_t value) {
  throw base::Error({.code = base::ErrorCode::kInternal,
                     .scope = base::ErrorScope::kBug,
                     .what = fmt::format("{} has no described enumerator with the value {}",
                                         boost::core::demangle(type.name()), value),
                     .hint = "list it in BOOST_DESCRIBE_ENUM"});
}

void throw_not_a_number(const Statement& statement, int index) {
  throw base::Error({.code = base::ErrorCode::kInvalid,
                     .scope = base::ErrorScope::kCaller,
                     .what = fmt::format("parameter {} is not a number (NaN): {}", index, statement.sql()),
                     .hint = "check the computation; store std::nullopt for an unknown value"});
}

}  // namespace monolite::db::detail
