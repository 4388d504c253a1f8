#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <monolite/base/event.h>
#include <monolite/base/failpoint.h>
#include <monolite/base/function_ref.h>
#include <monolite/base/task.h>
#include <monolite/db/database.h>
#include <monolite/db/sqlite/detail/checkpointer.h>
#include <monolite/db/sqlite/detail/connection.h>
#include <monolite/db/sqlite/detail/file_guard.h>
#include <monolite/db/sqlite/detail/process_turn.h>
#include <monolite/db/sqlite/detail/quarantine.h>

namespace monolite::db::sqlite {

struct LaneOptions {
  std::size_t max_queued = 10'000;
  std::size_t max_batch = 256;
  std::chrono::milliseconds unit_timeout{0};  ///< of a grouped unit; 0: any
  std::chrono::milliseconds slow_unit{0};     ///< tell of those that hold the lane so long; 0: of none
  base::Failpoints* failpoints = nullptr;
  std::chrono::milliseconds close_grace{5'000};
  FileGuard* guard = nullptr;  ///< outlives the lane; null: nobody looks after the file
};

/// What a lane owns.
struct LaneParts {
  std::unique_ptr<Connection> connection;
  std::unique_ptr<Checkpointer> checkpointer;
  std::unique_ptr<ProcessTurn> turn;
};

/// The one way to write to a file: a thread, a connection and a first-in-first-out queue.
///
/// The lane takes what is queued, opens one BEGIN IMMEDIATE, runs each unit inside a savepoint, commits once and then
/// answers everybody (group commit). A unit that throws is undone alone. When the transaction itself is lost (disk
/// full, I/O error, failed COMMIT), every unit of the batch fails with that error and nothing of it is stored. The
/// argument why no acknowledged write is lost: docs/internals/writer-lane.md.
///
/// Thread safety: `mutex_` guards the queue and `active_`. Whoever sets `active_` owns the connection until it clears
/// it: the lane's thread, or a lone blocking caller that finds the lane idle and enters it directly (a hand-over
/// between threads costs more than the write). A Unit belongs to the call that queued it and is that call's again once
/// `done` is set, or once the caller has taken it out of the queue.
class WriterLane {
 public:
  /// Emits the lane's events of `database`; it and `quarantine` outlive the lane.
  WriterLane(LaneParts parts, LaneOptions options, const Database& database, Quarantine& quarantine);
  /// Runs what is queued, checkpoints, then ends. What cannot begin within `close_grace` is answered Busy.
  ~WriterLane();
  WriterLane(const WriterLane&) = delete;
  WriterLane& operator=(const WriterLane&) = delete;

  /// Runs each of `works` as a unit of its own and returns when all have ended; then throws what the first failed with.
  void write(std::span<const base::FunctionRef<void(WriteSession&)>> works, const WriteOptions& options);

  /// Between this lane and other processes. Threads: its `const` functions from any.
  const ProcessTurn& turn() const noexcept { return *turn_; }

  /// Units that wait for their turn.
  std::size_t queued() const;

  /// How many transactions were committed here; counted before their writers are answered. So whoever knows of a write
  /// that ended finds it counted.
  const std::atomic<std::uint64_t>& commits() const noexcept { return commits_; }

  CheckpointStatus checkpoint_status() const noexcept { return checkpointer_->status(); }

  /// Throws the kBug error of a call that belongs outside of a write unit of this lane.
  void require_outside_unit(const char* note) const;

 private:
  struct Unit;
  using Units = std::span<Unit*>;
  class UnitScope;
  class EnforceAgain;

  enum class Entry { kEntered, kQueued };
  void complete(Units units);
  Entry enter_or_enqueue(Units units);
  void run_directly(Units units);
  void await(Unit& unit);
  bool withdraw(Unit& unit);

  void serve();
  bool await_work(std::unique_lock<std::mutex>& lock);
  void work_while_idle(std::unique_lock<std::mutex>& lock);
  void take_batch();
  void run(Units batch);
  void end_turn_if_due(std::unique_lock<std::mutex>& lock);
  Units reject_late(Units batch);
  bool is_late(const Unit& unit) const;
  bool begin(Units& batch);
  void switch_foreign_keys_for(Units batch);
  void enforce_foreign_keys() noexcept;
  void note_holder(std::string holder);
  void run_transaction(Units units);
  void run_units(Units units, const Unit*& at);
  void run_in_savepoint(Unit& unit);
  void run_work(Unit& unit);
  void call_work(Unit& unit);
  void give_up_batch(Units units, const Unit* culprit, const std::exception_ptr& cause);
  void answer(Units units);
  void report_damage();

  const LaneOptions options_;
  const Database& database_;
  Quarantine& quarantine_;
  // These belong to the owner of `active_`.
  std::unique_ptr<Connection> connection_;
  const std::unique_ptr<Checkpointer> checkpointer_;
  bool foreign_keys_off_ = false;
  const std::unique_ptr<ProcessTurn> turn_;
  std::vector<base::Signal*> signals_;
  std::vector<Unit*> batch_;
  bool more_came_ = false;  // units were queued when the last batch was written

  std::atomic<std::thread::id> unit_thread_{};  // runs units right now
  std::atomic<std::uint64_t> commits_{0};
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Unit*> queue_;                                  // in order of arrival
  std::optional<base::Monotonic::time_point> idle_work_at_;  // nothing: not before the next write
  bool active_ = false;
  bool stopping_ = false;
  std::string holder_;                          // who kept the last BEGIN from beginning
  std::atomic<base::Deadline> closing_by_{{}};  // for units to begin
  std::thread thread_;                          // last: runs on all of the above
};

}  // namespace monolite::db::sqlite
