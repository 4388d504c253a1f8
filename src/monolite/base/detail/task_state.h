#pragma once

#include <functional>
#include <utility>

#include <monolite/base/attached.h>
#include <monolite/base/detail/fiber.h>
#include <monolite/base/loop.h>
#include <monolite/base/task.h>

namespace monolite::base {

/// One running task, whatever it runs on. Used by the thread that runs it, except `next`, which belongs to whoever
/// made the task ready until its loop took it over.
struct TaskState {
  /// `fiber` is null for a task that runs on a thread or on the loop's own stack.
  TaskState(Loop::Impl& owner, detail::Fiber* own_fiber) : loop(owner), fiber(own_fiber) {}

  /// Runs `work` to its end, destroys it, and calls the listeners. Leaves `done` alone.
  void run() noexcept;

  void add(SwitchListener& listener) noexcept;
  /// Calls and forgets the listeners, last added first.
  void notify_switch(Switch reason) noexcept;

  Loop::Impl& loop;
  detail::Fiber* const fiber;
  std::function<void()> work;
  std::function<void()> done;
  TaskState* next = nullptr;
  SwitchListener* listeners = nullptr;
  detail::Attachment* attachments = nullptr;
};

namespace detail {

/// The task that the current thread runs, null outside of tasks.
extern constinit thread_local TaskState* current_task;

/// Makes a task current for a scope.
class CurrentTask {
 public:
  explicit CurrentTask(TaskState& task) noexcept : outer_(std::exchange(current_task, &task)) {}
  ~CurrentTask() { current_task = outer_; }
  CurrentTask(const CurrentTask&) = delete;
  CurrentTask& operator=(const CurrentTask&) = delete;

 private:
  TaskState* outer_;
};

/// First in, first out, linked through TaskState::next. Threads: one.
class TaskQueue {
 public:
  TaskQueue() = default;
  TaskQueue(TaskQueue&& other) noexcept
      : first_(std::exchange(other.first_, nullptr)), last_(std::exchange(other.last_, nullptr)) {}
  TaskQueue& operator=(TaskQueue&&) = delete;

  bool empty() const noexcept { return first_ == nullptr; }

  void push(TaskState& task) noexcept {
    task.next = nullptr;
    (first_ ? last_->next : first_) = &task;
    last_ = &task;
  }

  TaskState& pop() noexcept {
    TaskState& task = *first_;
    first_ = std::exchange(task.next, nullptr);
    return task;
  }

 private:
  TaskState* first_ = nullptr;
  TaskState* last_ = nullptr;  // meaningless while first_ is null
};

}  // namespace detail
}  // namespace monolite::base
