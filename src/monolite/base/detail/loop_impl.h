#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <monolite/base/detail/fault_handler.h>
#include <monolite/base/detail/task_state.h>
#include <monolite/base/detail/task_threads.h>
#include <monolite/base/detail/timer_queue.h>
#include <monolite/base/loop.h>

namespace monolite::base {
namespace detail {

/// The loop that the current thread runs, null on other threads.
extern constinit thread_local Loop::Impl* current_loop;

/// Memory for one Asio handler that is never queued twice, so that queueing it neither allocates nor fails.
struct HandlerSlot {
  alignas(std::max_align_t) std::byte bytes[128];
};

template <class T>
struct SlotAllocator {
  using value_type = T;
  explicit SlotAllocator(HandlerSlot& own_slot) noexcept : slot(&own_slot) {}
  template <class U>
  SlotAllocator(const SlotAllocator<U>& other) noexcept : slot(other.slot) {}  // NOLINT(google-explicit-constructor)

  T* allocate(std::size_t) noexcept {
    static_assert(sizeof(T) <= sizeof(HandlerSlot::bytes) && alignof(T) <= alignof(HandlerSlot));
    return std::launder(reinterpret_cast<T*>(slot->bytes));
  }
  void deallocate(T*, std::size_t) noexcept {}

  template <class U>
  bool operator==(const SlotAllocator<U>& other) const noexcept {
    return slot == other.slot;
  }

  HandlerSlot* slot;
};

/// A fiber and the task that it runs now or next. It runs one task after the other, so a finished one costs nothing to
/// use again. Threads: the loop's.
class FiberTask final : public TaskState {
 public:
  FiberTask(Loop::Impl& owner, std::size_t stack_bytes);
  /// Requires that it runs no task.
  ~FiberTask();

  /// Runs the task until it waits or ends; true when it ended.
  bool resume() noexcept;
  bool has_begun() const noexcept { return begun_; }

 private:
  static void serve(void* self) noexcept;

  bool quit_ = false;
  bool begun_ = false;
  bool ended_ = false;
  Fiber own_fiber_;
};

}  // namespace detail

/// Who wants to know that the current turn of a loop is over. Its handler stands in the loop's queue behind everything
/// that was ready when the first listener came. Threads: the loop's.
struct LoopTurn {
  explicit LoopTurn(boost::asio::io_context& own_io) noexcept : io(own_io) {}

  void add(TurnListener& listener) noexcept;
  /// Calls and forgets the listeners, last added first.
  void end() noexcept;

  boost::asio::io_context& io;
  TurnListener* listeners = nullptr;
  bool queued = false;
  detail::HandlerSlot slot;
};

/// How a task gets to run again (`hand_over`). On the loop's thread it goes into `ready_`; from elsewhere onto the
/// stack `remote_`, and whoever finds that stack empty owes the loop one `wake`. Only the handler that this wake queues
/// takes the stack, so a loop cannot finish a task, and be destroyed, before its waker is through.
struct Loop::Impl {
  explicit Impl(const LoopOptions& loop_options);
  ~Impl();

  void run();
  /// Threads: any.
  void post(std::function<void()> function);
  void spawn(std::function<void()> work, std::function<void()> done);

  /// Lets a waiting task go on. True when the caller now owes a `wake`. `task` may be gone when it returns.
  /// Threads: any.
  [[nodiscard]] bool hand_over(TaskState& task) noexcept;
  /// Threads: any.
  void wake() noexcept;
  void make_ready(TaskState& task) noexcept;
  void drop_unstarted() noexcept;

  const LoopOptions options;
  boost::asio::io_context io;
  // Held for life: an io_context without work stops itself, and a stop that nobody asked for would end the next `run`.
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_guard{io.get_executor()};
  detail::TimerQueue timers;
  LoopTurn turn{io};
  std::atomic<std::uint64_t> handed_over{0};  ///< by other threads
  Impl* next_owed_wake = nullptr;             ///< used by set_all while it owes the wake
  std::size_t live_tasks = 0;

 private:
  class RunScope;
  class BusyScope;
  class Round;

  void spawn_fiber(std::function<void()> work, std::function<void()> done);
  void spawn_thread(std::function<void()> work, std::function<void()> done);
  void run_inline(std::function<void()> work, const std::function<void()>& done);

  std::unique_ptr<detail::FiberTask> take_fiber();
  void resume(detail::FiberTask& task);
  void finish(detail::FiberTask& task);
  bool push_remote(TaskState& task) noexcept;
  void run_ready();
  void take_remote();
  void queue_round() noexcept;

  std::atomic<bool> running_{false};
  bool busy_ = false;          // inside of a fiber or of a `done`
  bool round_queued_ = false;  // run_ready is queued in `io`
  detail::TaskQueue ready_;
  std::atomic<TaskState*> remote_{nullptr};
  detail::HandlerSlot round_slot_;
  detail::HandlerSlot remote_slot_;
  std::vector<std::unique_ptr<detail::FiberTask>> idle_fibers_;
  detail::TaskThreads threads_;  // last: its tasks use all of the above
};

}  // namespace monolite::base
