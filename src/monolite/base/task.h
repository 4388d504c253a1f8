#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>

#include <monolite/base/clock.h>

/// Tasks: plain functions that may wait.
///
/// A task started on a Loop runs on a pooled fiber of that loop's thread (or, under the thread sanitizer, on a thread
/// of its own). `wait` suspends the fiber and lets the loop serve others; called on a plain thread it blocks that
/// thread. So a handler, a job, a test and the command line share the same code. Only this header, loop.h and their
/// .cc files know how waiting works.
namespace monolite::base {

class Loop;
namespace detail {
struct Waiter;
}

/// A moment on the monotonic clock after which nobody wants the answer any more. Default: never.
class Deadline {
 public:
  constexpr Deadline() = default;
  constexpr explicit Deadline(Monotonic::time_point at) : at_(at) {}
  static Deadline after(Monotonic::duration delay) {
    const auto now = Monotonic::now();
    return delay < Monotonic::time_point::max() - now ? Deadline(now + delay) : never();
  }
  static constexpr Deadline never() { return {}; }

  constexpr bool is_never() const { return at_ == Monotonic::time_point::max(); }
  bool passed() const { return !is_never() && Monotonic::now() >= at_; }
  constexpr Monotonic::time_point at() const { return at_; }

 private:
  Monotonic::time_point at_ = Monotonic::time_point::max();
};

/// A flag that is set once, by any thread, and awaited by at most one task or thread.
/// Lifetime: both sides may let go as soon as their call returned. To use it again call `reset` (awaiting side).
///
/// Thread safety: `state_` is the only shared word. It holds kEmpty, kSet, or the address of the waiter, which lives
/// on the waiting stack. `set` exchanges it for kSet; whoever receives an address owes that waiter exactly one wake-up,
/// and a waiter whose deadline passed leaves only after taking its address back or receiving that wake-up.
class Signal {
 public:
  Signal() = default;
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  void set() noexcept;
  bool is_set() const noexcept { return state_.load(std::memory_order_acquire) == kSet; }
  void reset() noexcept { state_.store(kEmpty, std::memory_order_relaxed); }

  /// True once set, false when the deadline passed first.
  /// Errors: kBug under a NoSwitch, and when somebody else awaits it.
  bool wait(Deadline deadline = Deadline::never());

 private:
  friend struct detail::Waiter;
  friend void set_all(std::span<Signal* const> signals) noexcept;
  static constexpr std::uintptr_t kEmpty = 0;
  static constexpr std::uintptr_t kSet = 1;
  std::atomic<std::uintptr_t> state_{kEmpty};
};

/// Sets many signals and wakes every loop concerned once.
void set_all(std::span<Signal* const> signals) noexcept;

/// Lets the current task rest. On a fiber the loop serves others meanwhile.
void sleep_for(Monotonic::duration duration);

/// Why a task lets go of its thread.
enum class Switch { kWait, kEnd };

/// Something that a task may hold while it runs but not while it waits, such as a read snapshot.
/// Called on the task's own thread right before the task waits, and when it ends. It must neither wait nor call
/// on_next_switch.
class SwitchListener {
 public:
  virtual void before_switch(Switch reason) noexcept = 0;

 protected:
  ~SwitchListener() = default;

 private:
  friend void on_next_switch(SwitchListener& listener);
  friend struct TaskState;
  SwitchListener* next_ = nullptr;
};

/// True on a task of a Loop, false on a plain thread.
bool in_task() noexcept;

/// Calls `listener.before_switch` once, at the current task's next wait or its end, the last added first. Requires
/// in_task().
/// Lifetime: the listener lives until it was called.
void on_next_switch(SwitchListener& listener);

/// True on a thread that runs a Loop: in its tasks, unless they have threads of their own, and between them.
bool on_loop() noexcept;

/// Called on a loop's thread when everything that was ready to run there at the time of `on_turn_end` has run. It must
/// neither wait nor throw.
class TurnListener {
 public:
  virtual void turn_ended() noexcept = 0;

 protected:
  ~TurnListener() = default;

 private:
  friend struct LoopTurn;
  TurnListener* next_ = nullptr;
};

/// Calls `listener.turn_ended()` once: after what is queued on this loop now and before it asks for new input, or when
/// the loop stops. Requires on_loop().
/// Lifetime: the listener lives until it was called.
void on_turn_end(TurnListener& listener);

/// How often other threads handed something to this thread's loop: a posted function, the wake-up of a task. Counted
/// before it can run. Requires on_loop().
std::uint64_t handed_to_loop();

/// While one lives on a thread, nothing on that thread may wait, task or not: a statement, a transaction or a lock is
/// open. Breaking the rule throws an Error of scope kBug. Cost: one thread-local increment.
class NoSwitch {
 public:
  NoSwitch() noexcept;
  ~NoSwitch();
  NoSwitch(const NoSwitch&) = delete;
  NoSwitch& operator=(const NoSwitch&) = delete;
};

/// Throws the Error of scope kBug that a wait would throw while a NoSwitch lives: for calls that hand something over
/// to another thread before they wait for it.
void require_may_wait();

}  // namespace monolite::base
