#pragma once

#include <atomic>
#include <cstdint>

#include <boost/intrusive/set_hook.hpp>

#include <monolite/base/detail/task_state.h>
#include <monolite/base/task.h>

namespace monolite::base::detail {

/// Someone inside of Signal::wait; lives on the waiting stack. `publish` puts its address into the signal.
struct Waiter {
  Waiter(Signal& awaited, TaskState* waiting_fiber) : signal(awaited), fiber(waiting_fiber) {}
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  /// False when the signal was set already. Errors: kBug when somebody else awaits it.
  bool publish();
  /// False when `set` has taken the address: then the wake-up comes and must be received.
  bool withdraw() noexcept;

  Signal& signal;
  TaskState* const fiber;  ///< null: a thread
};

/// A thread sleeps on a futex. The word is the last thing that the waking side writes; the system call after it gets a
/// mere address, and a wake-up of whatever lives there by then is one of the spurious ones that all futex users expect.
struct ThreadWaiter : Waiter {
  explicit ThreadWaiter(Signal& awaited) : Waiter(awaited, nullptr) {}
  /// The waiter behind the address that a signal gave up.
  static ThreadWaiter& of(std::uintptr_t address) noexcept {
    return *static_cast<ThreadWaiter*>(reinterpret_cast<Waiter*>(address));
  }

  /// Returns true once woken, false when the deadline passed first.
  bool sleep_until(Deadline deadline) noexcept;
  void wake() noexcept;

  std::atomic<std::uint32_t> woken{0};
  ThreadWaiter* next = nullptr;  ///< used by set_all between taking the address and the wake-up
};

/// A fiber sleeps by switching away; its loop's timers know its deadline.
struct FiberWaiter : Waiter {
  FiberWaiter(Signal& awaited, TaskState& task, Deadline deadline) : Waiter(awaited, &task), due(deadline.at()) {}

  const Monotonic::time_point due;
  bool timed_out = false;
  boost::intrusive::set_member_hook<> timer;
};

}  // namespace monolite::base::detail
