#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include <monolite/base/function_ref.h>
#include <monolite/base/task.h>
#include <monolite/db/sqlite/detail/connection.h>
#include <monolite/db/sqlite/detail/quarantine.h>
#include <monolite/db/sqlite/detail/snapshots.h>

namespace monolite::db::sqlite {

/// The read connections of a database.
///
/// On a task the first read opens a snapshot, which later reads of that task share until it waits or ends; since one
/// thread runs one task at a time between waits, a loop thread never holds more than one. When the task ends on its
/// loop, the next tasks of the same turn go on with its snapshot, if nothing can have made it old (`is_current`):
/// beginning and ending a read transaction costs as much as a few queries (file locks, under a lock of the process).
/// Why nobody reads less than they know of: docs/internals/snapshots.md. On a plain thread each read has its own. Free
/// connections are reused last in, first out, so that a quiet server works with few, warm ones; one that met an I/O
/// error or corruption is closed instead. Threads: any.
class ReaderPool {
 public:
  using Opener = std::function<std::unique_ptr<Connection>()>;

  /// Who is told of what readers do.
  struct Watchers {
    Snapshots& snapshots;    ///< of each snapshot; may hold it up for a moment
    Quarantine& quarantine;  ///< of corruption
  };

  /// `commits` grows with each commit of this process, before its writers are answered. `most_for_threads` bounds the
  /// connections of plain threads, which wait for a free one. Tasks cannot wait here and get one in any case: there are
  /// never more than loop threads. The watchers outlive the pool.
  ReaderPool(Opener opener, const std::atomic<std::uint64_t>& commits, Watchers watchers, std::size_t most_for_threads);
  ~ReaderPool();
  ReaderPool(const ReaderPool&) = delete;
  ReaderPool& operator=(const ReaderPool&) = delete;

  /// Errors: code kBusy when the snapshot was open for too long and was interrupted, also by an earlier read.
  void read(base::FunctionRef<void(ReadSession&)> reads);

  /// The same on a snapshot of its own, which may last. Blocks the thread meanwhile, also on a task.
  void read_at_length(base::FunctionRef<void(ReadSession&)> reads);

  /// Ends the snapshot of the current task, if it has one: what it reads next includes what it wrote.
  void end_snapshot() noexcept;

  /// Open connections that nobody uses.
  std::size_t free_connections() const;

 private:
  class Borrowed;
  class Snapshot;
  class Kept;

  void read_on_task(base::FunctionRef<void(ReadSession&)> reads);
  void read_on_thread(base::FunctionRef<void(ReadSession&)> reads);
  void run(Connection& connection, base::FunctionRef<void(ReadSession&)> reads);
  void report_damage(const Connection& connection);
  void await_turn();
  void end_turn() noexcept;
  std::unique_ptr<Connection> take();
  void give_back(std::unique_ptr<Connection> connection) noexcept;

  const Opener opener_;
  const std::atomic<std::uint64_t>& commits_;
  const Watchers watchers_;
  const std::size_t most_for_threads_;
  mutable std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Connection>> free_;
  std::size_t reading_threads_ = 0;
};

}  // namespace monolite::db::sqlite
