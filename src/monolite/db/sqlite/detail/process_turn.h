#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <monolite/base/task.h>
#include <monolite/db/database.h>
#include <monolite/db/sqlite/detail/connection.h>
#include <monolite/db/sqlite/detail/fifo_lock.h>
#include <monolite/db/sqlite/open.h>

namespace monolite::db::sqlite {

/// The turn of a lane among the processes that write to the same file: it begins with BEGIN IMMEDIATE, may last for
/// several batches, and ends when the lane says so. In order of arrival where the FIFO lock works; otherwise whoever
/// asks SQLite at the right millisecond.
/// Threads: one at a time (the owner of the lane); `others`, `holder` and `manner` from any.
class ProcessTurn {
 public:
  /// A FIFO lock that cannot be had is no error: `manner` tells. `events` outlives it.
  ProcessTurn(const Options& options, const Database& events);
  ProcessTurn(const ProcessTurn&) = delete;
  ProcessTurn& operator=(const ProcessTurn&) = delete;

  /// Runs BEGIN IMMEDIATE in our turn. False: not within about 100 ms, or not before the deadline; our place in line is
  /// kept for the next call. Errors: as BEGIN.
  bool begin(Connection& connection, base::Deadline deadline);

  /// Ends our turn, or gives up our place in line. No transaction may be open.
  void end() noexcept;

  /// Whether there is something to end.
  bool is_kept() const noexcept { return lock_ && lock_->has_place(); }
  /// Whether others wait and our slice is over.
  bool is_used_up() const noexcept;

  /// The other processes that have the database open, as far as they take part.
  std::vector<std::string> others() const;
  /// Who keeps us from writing: "sqlite3 (pid 4711) holds the write lock"; "" when nobody is found.
  std::string holder() const;
  /// "fifo", or "poll" and why.
  std::string manner() const;

 private:
  void attach();
  std::string open_lock();

  const std::string path_;
  const BetweenProcesses wanted_;
  const std::chrono::milliseconds slice_;
  const Database& events_;
  base::Monotonic::time_point next_look_;
  base::Monotonic::time_point begun_;
  bool ours_ = false;
  mutable std::mutex mutex_;  // for those who only read; the owner of the lane reads without it
  std::unique_ptr<FifoLock> lock_;
  std::string why_not_;  // there is no lock
};

}  // namespace monolite::db::sqlite
