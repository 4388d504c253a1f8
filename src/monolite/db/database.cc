#include <fmt/format.h>

#include <monolite/db/database.h>

namespace monolite::db {

std::string SqlProblem::message() const { return fmt::format("{}:{}: {}", site.file, site.line, what); }

std::vector<SqlProblem> check_statements(Database& database, std::span<const SqlSite> sites) {
  std::vector<SqlProblem> problems;
  for (const SqlSite& site : sites) {
    if (auto what = database.problem_with(site.text)) problems.push_back({site, std::move(*what)});
  }
  return problems;
}

}  // namespace monolite::db
