#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include <monolite/base/task.h>

namespace boost::asio {
class io_context;
}

namespace monolite::base {

/// How a Loop runs its tasks.
enum class TaskMode {
  kFiber,   ///< on a pooled stackful fiber of the loop's thread: the way of production
  kThread,  ///< on a pooled thread per task: for the thread sanitizer, which cannot follow fibers
  kInline,  ///< on the loop's own stack; a task that waits blocks the whole loop: only to measure what a fiber costs
};

/// kThread in builds with the thread sanitizer, else kFiber.
TaskMode default_task_mode() noexcept;

struct LoopOptions {
  TaskMode mode = default_task_mode();
  std::size_t stack_bytes = 256 * 1024;  ///< address space of one fiber stack; only touched pages use memory
  std::size_t pooled_stacks = 512;       ///< finished fibers kept for reuse
};

/// One event loop for one thread: an Asio io_context, its tasks and their timers.
/// Threads: `run` on one thread; `post` and `stop` from any; the rest on the loop's thread.
/// Lifetime: outlives its tasks; destroy it after `run` returned. A task that still waits then is abandoned: it never
/// runs again, and its stack and the loop's memory stay until the process ends.
class Loop {
 public:
  explicit Loop(LoopOptions options = {});
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// For the few files that open sockets.
  boost::asio::io_context& io() noexcept;
  TaskMode mode() const noexcept;

  /// Serves until `stop`, also when that came first. It may be called again after it returned or threw.
  /// Exceptions of posted functions come out of here; those of tasks never do.
  void run();
  void stop() noexcept;

  /// Runs `function` soon on the loop's thread, outside of any task.
  void post(std::function<void()> function);

  /// Starts `work` as a task, then runs `done` on the loop's thread outside of the task. `work` must not throw:
  /// an exception that leaves it ends the process, as it would end a thread. One of `done` comes out of `run`.
  /// Work that never waits may have ended, and its `done` have run, when this returns; called from a task or from a
  /// `done`, or before `run`, it starts later. Errors: kFull when no further stack can be had.
  void spawn(std::function<void()> work, std::function<void()> done = nullptr);

  /// Tasks that were spawned and have not ended.
  std::size_t live_tasks() const noexcept;

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace monolite::base
