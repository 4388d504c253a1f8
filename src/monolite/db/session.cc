#include <fmt/format.h>

#include <monolite/base/error.h>
#include <monolite/db/session.h>

namespace monolite::db {

namespace detail {

void throw_no_row(const Sql& sql) {
  throw base::NotFound({.code = base::ErrorCode::kNotFound,
                        .scope = base::ErrorScope::kCaller,
                        .what = fmt::format("no row for: {}", sql.text()),
                        .hint = "use find where absence is expected"});
}

}  // namespace detail

void WriteSession::savepoint(base::FunctionRef<void()> change) {
  const auto effects = after_commit_.size();
  exec("SAVEPOINT ml_nested"_sql);
  try {
    change();
  } catch (...) {  // undone here, then passed on as it is
    after_commit_.erase(after_commit_.begin() + static_cast<std::ptrdiff_t>(effects), after_commit_.end());
    exec("ROLLBACK TO ml_nested"_sql);
    exec("RELEASE ml_nested"_sql);
    throw;
  }
  exec("RELEASE ml_nested"_sql);
}

}  // namespace monolite::db
