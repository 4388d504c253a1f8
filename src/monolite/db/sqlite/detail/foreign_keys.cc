#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <monolite/base/error.h>
#include <monolite/db/errors.h>
#include <monolite/db/sqlite/detail/foreign_keys.h>

namespace monolite::db::sqlite {
namespace {

constexpr std::size_t kMostShown = 10;

/// A row of `PRAGMA foreign_key_check`.
struct DanglingRow {
  std::string_view table;
  std::optional<std::int64_t> rowid;  // NULL in a table WITHOUT ROWID
  std::string_view parent;
};
BOOST_DESCRIBE_STRUCT(DanglingRow, (), (table, rowid, parent))

std::vector<std::string> lines_of(Rows<DanglingRow>&& rows) {
  std::vector<std::string> lines;
  for (const auto& row : rows) {
    lines.push_back(fmt::format("row {} of {} refers to a row of {} that does not exist",
                                row.rowid ? std::to_string(*row.rowid) : "?", row.table, row.parent));
  }
  return lines;
}

}  // namespace

void set_foreign_keys(Connection& connection, Enforcement wanted) {
  const bool on = wanted == Enforcement::kOn;
  connection.pragma(on ? "PRAGMA foreign_keys=on" : "PRAGMA foreign_keys=off");
  if (connection.pragma("PRAGMA foreign_keys") == (on ? "1" : "0")) return;
  throw base::Error({.code = base::ErrorCode::kInternal,
                     .scope = base::ErrorScope::kDatabase,
                     .what = fmt::format("foreign keys cannot be switched {}", on ? "on" : "off"),
                     .hint = "a transaction is open that should not be: restart the process and report it"});
}

std::vector<std::string> dangling_rows(ReadSession& session) {
  return lines_of(session.each<DanglingRow>("PRAGMA foreign_key_check"_sql));
}

std::vector<std::string> dangling_rows(ReadSession& session, const std::string& table) {
  return lines_of(session.each<DanglingRow>("SELECT * FROM pragma_foreign_key_check(?)"_sql, table));
}

void require_no_dangling_rows(ReadSession& session) {
  auto lines = dangling_rows(session);
  if (lines.empty()) return;
  const auto all = lines.size();
  lines.resize(std::min(all, kMostShown));
  if (all > kMostShown) lines.push_back(fmt::format("and {} more", all - kMostShown));
  throw ConstraintViolation({.code = base::ErrorCode::kConflict,
                             .what = fmt::format("{}", fmt::join(lines, "; ")),
                             .hint = "nothing was changed: mend these rows first (db integrity lists all of them)"},
                            ConstraintKind::kForeignKey, "", {});
}

}  // namespace monolite::db::sqlite
