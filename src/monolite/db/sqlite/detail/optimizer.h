#pragma once

#include <optional>
#include <string>

#include <monolite/base/clock.h>
#include <monolite/db/sqlite/detail/connection.h>

namespace monolite::db::sqlite {

/// Keeps the planner's statistics fresh (`PRAGMA optimize`): once after the opening, after each change of the schema,
/// and every so often while rows change. Threads: the owner of the connection.
class Optimizer {
 public:
  explicit Optimizer(base::Monotonic::duration every) noexcept : every_(every) {}

  /// Something was written.
  void wrote() noexcept { stale_ = true; }
  /// When `run` will have something to do; nothing while nothing was written. A change of the schema makes it due at
  /// once, which `run` finds out by itself.
  std::optional<base::Monotonic::time_point> due_at() const;

  /// Refreshes what is due. A held lock or a full disk puts it off: statistics are advice. Errors: those of reading.
  void run(Connection& connection);

 private:
  const base::Monotonic::duration every_;
  bool stale_ = false;
  base::Monotonic::time_point ran_at_{};
  std::string schema_;  // the version of the schema that was seen last
};

}  // namespace monolite::db::sqlite
