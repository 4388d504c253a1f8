#include <memory>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>

#include <monolite/base/attached.h>
#include <monolite/base/error.h>
#include <monolite/db/sqlite/detail/query_watch.h>

namespace monolite::db::sqlite {
namespace {

/// How often a running statement is looked at: some 20 to 100 us apart, and a point read ends before the first time.
constexpr int kStepsPerCheck = 1000;

constexpr int kCounters[] = {SQLITE_STMTSTATUS_VM_STEP, SQLITE_STMTSTATUS_FULLSCAN_STEP, SQLITE_STMTSTATUS_SORT,
                             SQLITE_STMTSTATUS_AUTOINDEX};

/// Without values: in the text of a literal there are none of a request, but an audited text may hold some.
std::string normalized(sqlite3_stmt* statement) {
#ifdef SQLITE_ENABLE_NORMALIZE
  const char* const text = sqlite3_normalized_sql(statement);
#else
  const char* const text = sqlite3_sql(statement);  // a library that cannot: see docs/internals/budgets.md
#endif
  return text != nullptr ? text : "";
}

std::string text_of(sqlite3_stmt* statement, int column) {
  const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
  return text != nullptr ? text : "";
}

[[noreturn]] void throw_limit(base::ErrorScope scope, std::string what, std::string_view sql, const char* hint) {
  throw base::Error({.code = base::ErrorCode::kBusy,
                     .scope = scope,
                     .what = fmt::format("{}: {}", what, sql),
                     .hint = hint,
                     .system_code = SQLITE_INTERRUPT});
}

}  // namespace

void QueryWatch::guard(sqlite3* connection) {
  sqlite3_progress_handler(connection, kStepsPerCheck, &QueryWatch::on_progress, this);
}

void QueryWatch::report_slow(std::chrono::milliseconds threshold, const base::Event<SlowQuery>& to) noexcept {
  slow_ = threshold;
  slow_queries_ = &to;
}

void QueryWatch::began(Execution& execution, sqlite3_stmt* statement, const Sql& sql) {
  execution = {base::coarse_now(), 0};
  if (slow_.count() > 0) {
    for (const int counter : kCounters) sqlite3_stmt_status(statement, counter, 1);  // from zero
  }
  auto* const scope = base::attached<QueryScope>();
  if (scope == nullptr) return;
  if (scope->counts() && sqlite3_stmt_readonly(statement) != 0) scope->count(sql);
  if (by_ == StoppedBy::kQueryScope) scope->began(execution.begun);
}

void QueryWatch::ended(const Execution& execution, sqlite3_stmt* statement) noexcept {
  const auto now = base::coarse_now();
  if (by_ == StoppedBy::kQueryScope) {
    if (auto* const scope = base::attached<QueryScope>()) scope->ended(now);
  }
  const auto took = now - execution.begun;
  if (slow_.count() == 0 || took < slow_) [[likely]]
    return;
  try {
    report(execution, statement, took);
  } catch (const std::exception&) {  // out of memory: the report is lost, what the statement did is not
  }
}

void QueryWatch::report(const Execution& execution, sqlite3_stmt* statement, base::Monotonic::duration took) const {
  const auto counter = [statement](int which) { return sqlite3_stmt_status(statement, which, 0); };
  SlowQuery slow{.sql = normalized(statement),
                 .duration = std::chrono::duration_cast<std::chrono::milliseconds>(took),
                 .rows = execution.rows,
                 .vm_steps = counter(SQLITE_STMTSTATUS_VM_STEP),
                 .full_scan_steps = counter(SQLITE_STMTSTATUS_FULLSCAN_STEP),
                 .sorts = counter(SQLITE_STMTSTATUS_SORT),
                 .autoindex_rows = counter(SQLITE_STMTSTATUS_AUTOINDEX),
                 .plan = {}};
  // On this connection, because it sees what the statement saw. One that cannot be planned now has no plan to show.
  if (auto plan = query_plan(sqlite3_db_handle(statement), sqlite3_sql(statement))) slow.plan = std::move(*plan);
  slow_queries_->emit(slow);
}

int QueryWatch::on_progress(void* self) noexcept {
  auto& watch = *static_cast<QueryWatch*>(self);
  watch.stopped_ = watch.check();
  return watch.stopped_ == Stop::kNo ? 0 : 1;
}

QueryWatch::Stop QueryWatch::check() {
  const auto now = base::coarse_now();
  if (by_ == StoppedBy::kUnitTime) return now < unit_ends_ ? Stop::kNo : Stop::kTime;
  auto* const scope = base::attached<QueryScope>();
  if (scope == nullptr) return Stop::kNo;
  exceeded_ = scope->limits();
  return scope->check(kStepsPerCheck, now);
}

void QueryWatch::throw_if_stopped(std::string_view doing) {
  const Stop why = std::exchange(stopped_, Stop::kNo);
  if (why == Stop::kNo) return;
  if (why == Stop::kUnwanted) {
    throw base::Error({.code = base::ErrorCode::kCancelled,
                       .scope = base::ErrorScope::kCaller,
                       .what = fmt::format("nobody waits for the answer any more: {}", doing),
                       .hint = "",
                       .system_code = SQLITE_INTERRUPT});
  }
  if (by_ == StoppedBy::kUnitTime) {
    throw_limit(base::ErrorScope::kTransaction, "the write held the lane for too long", doing,
                "split it, give it Grouping::kAlone, or raise unit_timeout in config/database.yml");
  }
  if (why == Stop::kSteps) {
    throw_limit(base::ErrorScope::kCaller, fmt::format("the reads took more than {} steps", exceeded_.steps), doing,
                "look at the statement with db explain, or raise query_steps in config/database.yml");
  }
  throw_limit(base::ErrorScope::kCaller, fmt::format("the reads took more than {} ms", exceeded_.time.count()), doing,
              "look at the statement with db explain, offload it, or raise query_timeout in config/database.yml");
}

std::optional<QueryPlan> query_plan(sqlite3* connection, std::string_view sql) {
  const std::string text = fmt::format("EXPLAIN QUERY PLAN {}", sql);
  sqlite3_stmt* handle = nullptr;
  sqlite3_prepare_v3(connection, text.data(), static_cast<int>(text.size()), 0, &handle, nullptr);
  if (handle == nullptr) return std::nullopt;
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(handle, &sqlite3_finalize);
  QueryPlan plan;
  int result = SQLITE_OK;
  while ((result = sqlite3_step(handle)) == SQLITE_ROW) {
    plan.steps.push_back({sqlite3_column_int(handle, 0), sqlite3_column_int(handle, 1), text_of(handle, 3)});
  }
  return result == SQLITE_DONE ? std::optional(std::move(plan)) : std::nullopt;
}

}  // namespace monolite::db::sqlite
