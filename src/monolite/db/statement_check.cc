#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include <monolite/base/error.h>
#include <monolite/db/database.h>

namespace monolite::db {
namespace {

constexpr std::string_view kExec = "exec";

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const auto blank = std::min(text.find(' '), text.size());
    words.push_back(text.substr(0, blank));
    text.remove_prefix(std::min(blank + 1, text.size()));
  }
  return words;
}

std::string counted(int count, std::string_view word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

/// What is wrong with a member of the struct that a row fills: as Statement::columns_of will say it when it runs.
std::optional<std::string> problem_with_member(std::string_view row, std::string_view member,
                                               const StatementShape& shape) {
  const auto columns = std::ranges::count(shape.columns, member);
  if (columns == 1) return std::nullopt;
  if (columns == 0) {
    return fmt::format("{} has the member '{}', but the statement has no such column: select it, or name it with AS",
                       row, member);
  }
  return fmt::format("two columns are called '{}', a member of {}: name one of them differently with AS", member, row);
}

std::optional<std::string> problem_with(const SqlCall& call, const StatementShape& shape) {
  if (call.values >= 0 && call.values != shape.parameters) {
    return fmt::format("{} passes {} for {}: pass one value per parameter, in their order", call.function,
                       counted(call.values, "value"), counted(shape.parameters, "parameter"));
  }
  if (call.function != kExec && shape.columns.empty()) {
    return fmt::format("{} reads a row, but the statement gives none: add RETURNING, or use exec", call.function);
  }
  for (const auto member : words_of(call.members)) {
    if (auto problem = problem_with_member(call.row, member, shape)) return problem;
  }
  return std::nullopt;
}

/// Nothing when the database refuses the statement, with its reason in `refusal`.
std::optional<StatementShape> shape_of(Database& database, std::string_view sql, std::string& refusal) {
  try {
    return database.describe(sql);
  } catch (const base::Error& error) {
    if (error.scope() != base::ErrorScope::kBug && error.scope() != base::ErrorScope::kCaller) throw;
    refusal = error.what();
    return std::nullopt;
  }
}

}  // namespace

std::string SqlProblem::message() const { return fmt::format("{}:{}: {}", site.file, site.line, what); }

std::vector<SqlProblem> check_statements(Database& database, std::span<const SqlSite> sites) {
  std::vector<SqlProblem> problems;
  for (const SqlSite& site : sites) {
    std::string refusal;
    const auto shape = shape_of(database, site.text, refusal);
    if (!shape) {
      problems.push_back({site, std::move(refusal)});
      continue;
    }
    for (const SqlCall& call : site.calls) {
      auto problem = problem_with(call, *shape);
      if (!problem) continue;
      problems.push_back({site, fmt::format("{}: {}", *problem, site.text)});
      problems.back().site.line = call.line;
    }
  }
  return problems;
}

}  // namespace monolite::db
