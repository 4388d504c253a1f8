#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

#include <monolite/base/clock.h>
#include <monolite/base/function_ref.h>

namespace monolite::db::sqlite {

class Connection;

/// Whether the age limit ends a snapshot.
enum class AgeLimit {
  kEnforced,  ///< interrupted when it is too old
  kExempt,    ///< takes its time by design: a backup, an integrity check. It is warned about, no more
};

/// The read snapshots of one database that are open in this process: who they are, how old they are, and a gate at
/// which new ones wait while the lane makes the WAL begin anew (docs/internals/checkpoints.md).
/// Threads: any. Lifetime: outlives its entries.
class Snapshots {
 public:
  /// One open snapshot. Making it waits at the gate, for what remains of the barrier at most. Make it before the read
  /// transaction begins and end it before that one ends: nobody interrupts the connection afterwards.
  class Entry {
   public:
    Entry(Snapshots& all, const Connection& connection, AgeLimit limit);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    /// True once `interrupt` was called.
    bool is_interrupted() const noexcept { return interrupted_.load(std::memory_order_acquire); }

    // For SnapshotWatch, under the lock of `visit`.
    base::Monotonic::time_point since() const noexcept { return since_; }
    AgeLimit limit() const noexcept { return limit_; }
    /// Stops the statement that runs. Between two statements it has no effect: call it again.
    void interrupt() noexcept;
    bool warned = false;

   private:
    friend class Snapshots;

    Snapshots& all_;
    const Connection& connection_;
    const AgeLimit limit_;
    base::Monotonic::time_point since_;
    std::atomic<bool> interrupted_{false};
  };

  /// New snapshots wait until `until` or until `open_gate`, whichever comes first.
  void close_gate(base::Monotonic::time_point until);
  void open_gate() noexcept;

  /// When the oldest open snapshot began; nothing when none is open.
  std::optional<base::Monotonic::time_point> oldest() const;
  std::optional<base::Monotonic::duration> oldest_age() const;

  /// Calls `seen` with each entry, the oldest first, under a lock: it must neither block nor read.
  void visit(base::FunctionRef<void(Entry&)> seen);

 private:
  void enter(Entry& entry);
  void leave(Entry& entry) noexcept;

  mutable std::mutex mutex_;
  std::condition_variable gate_opened_;
  base::Monotonic::time_point closed_until_{};
  std::vector<Entry*> open_;  // in order of their beginning
};

}  // namespace monolite::db::sqlite
