#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include <monolite/db/query_plan.h>

namespace monolite::db {
namespace {

void append_children(const QueryPlan& plan, int parent, const std::string& indent, std::string& out) {
  const auto is_child = [parent](const QueryPlan::Step& step) { return step.parent == parent; };
  auto left = std::ranges::count_if(plan.steps, is_child);
  for (const auto& step : plan.steps) {
    if (!is_child(step)) continue;
    const bool last = --left == 0;
    out += fmt::format("{}{}{}\n", indent, last ? "`--" : "|--", step.detail);
    append_children(plan, step.id, indent + (last ? "   " : "|  "), out);
  }
}

/// The word behind `before`; empty when `detail` does not begin with it.
std::string_view word_after(std::string_view detail, std::string_view before) {
  if (!detail.starts_with(before)) return {};
  detail.remove_prefix(before.size());
  return detail.substr(0, detail.find(' '));
}

constexpr std::string_view kScan = "SCAN ";
constexpr std::string_view kSort = "USE TEMP B-TREE FOR ";

/// Empty when there is nothing to say. What is read here is meant for people and may change with the library: it only
/// makes sentences.
std::string note_on(std::string_view detail) {
  if (detail.starts_with(kSort)) {
    return fmt::format("{} needs a sort of all its rows; an index in that order would spare it",
                       detail.substr(kSort.size()));
  }
  if (detail.find(" AUTOMATIC ") != std::string_view::npos) {
    return fmt::format("{} gets an index for this one execution; create it", word_after(detail, "SEARCH "));
  }
  if (detail.starts_with("CORRELATED ")) return "a subquery runs once for each row of the query around it";
  const auto table = word_after(detail, kScan);
  if (table.empty() || table == "CONSTANT" || detail.find(" VIRTUAL TABLE ") != std::string_view::npos) return {};
  if (detail.find(" USING ") != std::string_view::npos) {
    return fmt::format("every entry of an index of {} is read", table);
  }
  return fmt::format("every row of {} is read", table);
}

}  // namespace

std::string QueryPlan::tree() const {
  std::string out;
  append_children(*this, 0, "", out);
  return out;
}

std::string QueryPlan::line() const {
  std::string out;
  for (const Step& step : steps) out += (out.empty() ? "" : " | ") + step.detail;
  return out;
}

std::vector<std::string> QueryPlan::notes() const {
  std::vector<std::string> notes;
  for (const Step& step : steps) {
    if (auto note = note_on(step.detail); !note.empty()) notes.push_back(std::move(note));
  }
  return notes;
}

}  // namespace monolite::db
