#include <fmt/format.h>

#include <monolite/base/error.h>
#include <monolite/db/table.h>

namespace monolite::db::detail {

void throw_no_row_in(std::string_view table, std::string_view column) {
  throw base::NotFound({.code = base::ErrorCode::kNotFound,
                        .scope = base::ErrorScope::kCaller,
                        .what = fmt::format("{} has no row with this {}", table, column),
                        .hint = "use find where absence is expected"});
}

}  // namespace monolite::db::detail
