#include <algorithm>
#include <utility>

#include <monolite/db/query_scope.h>

namespace monolite::db {
namespace {

/// Asking costs a system call, and a query that is over sooner needs no interruption.
constexpr std::chrono::milliseconds kAskEvery{5};

}  // namespace

QueryScope::QueryScope(const QueryLimits& limits, std::function<bool()> is_unwanted)
    : limits_(limits), is_unwanted_(std::move(is_unwanted)) {}

void QueryScope::began(base::Monotonic::time_point now) noexcept {
  if (running_++ > 0) return;
  since_ = now;
  asked_ = now;
}

void QueryScope::ended(base::Monotonic::time_point now) noexcept {
  if (running_ > 0 && --running_ == 0) spent_ += now - since_;
}

void QueryScope::count(const Sql& sql) {
  if (!sql.is_literal()) return;
  for (Count& known : counts_) {
    if (known.sql.data() != sql.text().data()) continue;
    ++known.times;
    return;
  }
  counts_.push_back({sql.text(), 1});
}

std::optional<RepeatedQuery> QueryScope::most_repeated() const {
  if (counts_.empty()) return std::nullopt;
  const auto enough = [this](const Count& one) { return one.times >= limits_.repeats; };
  const auto most = std::ranges::max_element(counts_, {}, &Count::times);
  if (!enough(*most)) return std::nullopt;
  return RepeatedQuery{most->sql, most->times, static_cast<int>(std::ranges::count_if(counts_, enough)) - 1};
}

QueryScope::Stop QueryScope::check(std::int64_t steps, base::Monotonic::time_point now) {
  steps_ += steps;
  if (limits_.steps > 0 && steps_ > limits_.steps) return Stop::kSteps;
  if (limits_.time.count() > 0 && running_ > 0 && spent_ + (now - since_) >= limits_.time) return Stop::kTime;
  if (!is_unwanted_ || now - asked_ < kAskEvery) return Stop::kNo;
  asked_ = now;
  return is_unwanted_() ? Stop::kUnwanted : Stop::kNo;
}

}  // namespace monolite::db
