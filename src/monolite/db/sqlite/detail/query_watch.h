#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include <monolite/base/clock.h>
#include <monolite/base/event.h>
#include <monolite/db/query_plan.h>
#include <monolite/db/query_scope.h>
#include <monolite/db/slow_query.h>
#include <monolite/db/sql.h>

struct sqlite3;
struct sqlite3_stmt;

namespace monolite::db::sqlite {

/// One run of a statement.
struct Execution {
  base::Monotonic::time_point begun;
  std::int64_t rows = 0;
};

/// Who may stop a statement of a connection.
enum class StoppedBy {
  kQueryScope,  ///< reads: the limits of whoever reads
  kUnitTime,    ///< writes: only the time that a unit may hold the lane
};

/// Looks after the statements of one connection while they run: stops those that exceed a limit (SQLite's progress
/// handler), tells of slow ones, counts them for the QueryScope. Threads: the connection's.
class QueryWatch {
 public:
  explicit QueryWatch(StoppedBy by) noexcept : by_(by) {}
  QueryWatch(const QueryWatch&) = delete;
  QueryWatch& operator=(const QueryWatch&) = delete;

  /// From now on statements of `connection` can be stopped.
  void guard(sqlite3* connection);

  /// Executions of `threshold` and more are told to `to`, which outlives the connection; 0: none.
  void report_slow(std::chrono::milliseconds threshold, const base::Event<SlowQuery>& to) noexcept;

  /// When the unit that runs now has held the lane long enough.
  void stop_unit_at(base::Monotonic::time_point at) noexcept { unit_ends_ = at; }

  void began(Execution& execution, sqlite3_stmt* statement, const Sql& sql);
  /// After the statement was reset.
  void ended(const Execution& execution, sqlite3_stmt* statement) noexcept;

  /// Throws the reason why the last statement was interrupted, if it was this watch that did it.
  void throw_if_stopped(std::string_view doing);

 private:
  using Stop = QueryScope::Stop;

  static int on_progress(void* self) noexcept;
  Stop check();
  void report(const Execution& execution, sqlite3_stmt* statement, base::Monotonic::duration took) const;

  const StoppedBy by_;
  std::chrono::milliseconds slow_{0};
  const base::Event<SlowQuery>* slow_queries_ = nullptr;
  base::Monotonic::time_point unit_ends_ = base::Monotonic::time_point::max();
  Stop stopped_ = Stop::kNo;
  QueryLimits exceeded_;
};

/// How `connection` will run `sql`; nothing when it cannot say (sqlite3_errcode tells why).
std::optional<QueryPlan> query_plan(sqlite3* connection, std::string_view sql);

}  // namespace monolite::db::sqlite
