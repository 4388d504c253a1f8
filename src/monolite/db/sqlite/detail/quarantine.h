#pragma once

#include <atomic>
#include <exception>
#include <mutex>

#include <monolite/db/database.h>

namespace monolite::db::sqlite {

/// Why a database takes no writes any more, once that is so: its file is not sound, another one lies at its path, or
/// its foreign keys cannot be enforced any more. Whichever connection meets the damage first reports it; the lane then
/// refuses every write with that cause, because a write could make it worse. Reads go on and fail where the damage is.
/// It ends with the process that opens the restored file. Threads: any.
class Quarantine {
 public:
  /// Emits the event of `database`, which outlives this.
  explicit Quarantine(const Database& database) : database_(database) {}

  /// The first cause stays; it is told to the listeners of `Database::quarantined`.
  void report(const std::exception_ptr& cause);

  /// Null while the file is sound as far as anybody knows. Cost then: one atomic load.
  std::exception_ptr cause() const;

 private:
  const Database& database_;
  std::atomic<bool> reported_{false};
  mutable std::mutex mutex_;
  std::exception_ptr cause_;
};

}  // namespace monolite::db::sqlite
