#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include <monolite/base/attached.h>
#include <monolite/base/clock.h>
#include <monolite/db/sql.h>

namespace monolite::db {

struct QueryLimits {
  std::chrono::milliseconds time{0};  ///< that all reads together may take; 0: any
  std::int64_t steps = 0;             ///< of SQLite's virtual machine; 0: any
  int repeats = 0;                    ///< executions of one literal that are worth telling; 0: not counted
};

/// A literal that ran again and again: the rows of a list are probably loaded one by one.
struct RepeatedQuery {
  std::string_view sql;
  int times = 0;
  int others = 0;  ///< further literals that ran as often as QueryLimits::repeats
};

/// What the queries of one piece of work, such as a request, may take and took. While it lives, reads of the current
/// task are stopped when a limit is passed or when `is_unwanted` says that nobody waits for the answer: they throw
/// base::Error of code kBusy (a limit) or kCancelled (unwanted). Write units are counted, but never stopped by it.
/// Time is that of the kernel's tick, limits are looked at every 1000 steps, `is_unwanted` is asked every 5 ms.
/// Threads: one task or thread. Lifetime: a scope; see base::Attached.
class QueryScope {
 public:
  explicit QueryScope(const QueryLimits& limits, std::function<bool()> is_unwanted = nullptr);

  /// The read that ran most often, if that is often enough to tell.
  std::optional<RepeatedQuery> most_repeated() const;

  enum class Stop { kNo, kTime, kSteps, kUnwanted };

  // For drivers: `now` is base::coarse_now().
  void began(base::Monotonic::time_point now) noexcept;
  void ended(base::Monotonic::time_point now) noexcept;
  void count(const Sql& sql);
  bool counts() const noexcept { return limits_.repeats > 0; }
  /// Called after every further `steps` of a running read.
  Stop check(std::int64_t steps, base::Monotonic::time_point now);
  const QueryLimits& limits() const noexcept { return limits_; }

 private:
  struct Count {
    std::string_view sql;
    int times;
  };

  const QueryLimits limits_;
  const std::function<bool()> is_unwanted_;
  std::vector<Count> counts_;
  int running_ = 0;  // reads inside of reads: the outermost one is measured
  base::Monotonic::time_point since_;
  base::Monotonic::duration spent_{0};
  base::Monotonic::time_point asked_;
  std::int64_t steps_ = 0;
  base::Attached<QueryScope> attached_{*this};
};

}  // namespace monolite::db
