#include <algorithm>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include <monolite/db/errors.h>
#include <monolite/db/sqlite/detail/foreign_keys.h>
#include <monolite/db/sqlite/detail/integrity.h>

namespace monolite::db::sqlite {
namespace {

using Problems = std::vector<std::string>;

/// `PRAGMA name('table')`: pragmas take no parameters.
std::string pragma_of(std::string_view name, const std::string& table) {
  std::string sql = fmt::format("PRAGMA {}('", name);
  for (const char c : table) sql += c == '\'' ? "''" : std::string(1, c);
  return sql + "')";
}

void add_lines(ReadSession& session, const Sql& sql, Problems& problems) {
  try {
    for (const auto& line : session.each<std::string>(sql)) {
      const bool is_new = line != "ok" && std::ranges::find(problems, line) == problems.end();
      if (is_new) problems.push_back(line);
    }
  } catch (const Corrupt& damage) {  // so bad that the check itself cannot go on
    problems.emplace_back(damage.what());
  }
}

void check_table(ReadSession& session, const std::string& table, IntegrityDepth depth, Problems& problems) {
  const bool quick = depth == IntegrityDepth::kQuick;
  const auto check = pragma_of(quick ? "quick_check" : "integrity_check", table);
  add_lines(session, Sql::audited(check, "the name comes from the schema and is quoted"), problems);
  if (quick) return;
  for (auto& line : dangling_rows(session, table)) problems.push_back(std::move(line));
}

}  // namespace

std::vector<std::string> find_integrity_problems(ReadAtLength read, IntegrityDepth depth,
                                                 base::FunctionRef<void(const IntegrityProgress&)> told) {
  Problems problems;
  std::vector<std::string> tables;
  read([&](ReadSession& session) {
    // What concerns no table alone: pages that belong to nobody or to two.
    if (depth == IntegrityDepth::kFull) add_lines(session, "PRAGMA quick_check"_sql, problems);
    tables = session.all<std::string>(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY name"_sql);
  });
  for (std::size_t i = 0; i < tables.size(); ++i) {
    told({.tables = i, .total_tables = tables.size(), .table = tables[i]});
    read([&](ReadSession& session) { check_table(session, tables[i], depth, problems); });
  }
  told({.tables = tables.size(), .total_tables = tables.size()});
  return problems;
}

}  // namespace monolite::db::sqlite
