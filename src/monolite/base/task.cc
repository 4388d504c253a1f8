#include <cerrno>
#include <ctime>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <monolite/base/detail/loop_impl.h>
#include <monolite/base/detail/task_state.h>
#include <monolite/base/detail/waiter.h>
#include <monolite/base/error.h>
#include <monolite/base/task.h>

namespace monolite::base {
namespace detail {

constinit thread_local TaskState* current_task = nullptr;

namespace {

constinit thread_local unsigned no_switch_depth = 0;

/// Sleeps while `word` is 0, at most until `deadline`. False when the deadline passed.
bool futex_wait(std::atomic<std::uint32_t>& word, Deadline deadline) noexcept {
  timespec until{};
  if (!deadline.is_never()) {
    const auto since_boot = deadline.at().time_since_epoch();  // steady_clock is CLOCK_MONOTONIC
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since_boot);
    until.tv_sec = seconds.count();
    until.tv_nsec = std::chrono::nanoseconds(since_boot - seconds).count();
  }
  // FUTEX_WAIT_BITSET takes an absolute time; interrupted and spurious returns are the caller's loop.
  const long result = syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, 0, deadline.is_never() ? nullptr : &until,
                              nullptr, FUTEX_BITSET_MATCH_ANY);
  return result == 0 || errno != ETIMEDOUT;
}

bool wait_on_fiber(Signal& signal, TaskState& task, Deadline deadline) {
  FiberWaiter waiter(signal, task, deadline);
  TimerQueue& timers = task.loop.timers;
  struct Forget {
    ~Forget() { own_timers.remove(own_waiter); }
    TimerQueue& own_timers;
    FiberWaiter& own_waiter;
  } const forget{timers, waiter};
  if (!deadline.is_never()) timers.add(waiter);
  if (waiter.publish()) task.fiber->suspend();
  return !waiter.timed_out;
}

bool wait_on_thread(Signal& signal, Deadline deadline) {
  ThreadWaiter waiter(signal);
  if (!waiter.publish() || waiter.sleep_until(deadline)) return true;
  if (waiter.withdraw()) return false;
  return waiter.sleep_until(Deadline::never());
}

}  // namespace

bool Waiter::publish() {
  std::uintptr_t expected = Signal::kEmpty;
  const auto address = reinterpret_cast<std::uintptr_t>(this);
  if (signal.state_.compare_exchange_strong(expected, address, std::memory_order_acq_rel, std::memory_order_acquire))
    return true;
  ML_REQUIRE(expected == Signal::kSet, "a Signal is awaited by one task or thread at a time");
  return false;
}

bool Waiter::withdraw() noexcept {
  auto expected = reinterpret_cast<std::uintptr_t>(this);
  return signal.state_.compare_exchange_strong(expected, Signal::kEmpty, std::memory_order_acq_rel,
                                               std::memory_order_acquire);
}

bool ThreadWaiter::sleep_until(Deadline deadline) noexcept {
  while (woken.load(std::memory_order_acquire) == 0)
    if (!futex_wait(woken, deadline)) return woken.load(std::memory_order_acquire) != 0;
  return true;
}

void ThreadWaiter::wake() noexcept {
  std::atomic<std::uint32_t>* const word = &woken;
  word->store(1, std::memory_order_release);  // from here on this object may be gone
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

}  // namespace detail

void TaskState::run() noexcept {
  work();
  notify_switch(Switch::kEnd);  // before the captures go, which may own a listener
  work = nullptr;
  notify_switch(Switch::kEnd);  // their destructors may have added one
}

void TaskState::add(SwitchListener& listener) noexcept {
  for (const SwitchListener* known = listeners; known; known = known->next_)
    if (known == &listener) return;
  listener.next_ = std::exchange(listeners, &listener);
}

void TaskState::notify_switch(Switch reason) noexcept {
  while (listeners) {
    SwitchListener& listener = *listeners;
    listeners = std::exchange(listener.next_, nullptr);
    listener.before_switch(reason);  // it may be gone afterwards
  }
}

void Signal::set() noexcept {
  const auto previous = state_.exchange(kSet, std::memory_order_acq_rel);
  if (previous == kEmpty || previous == kSet) return;
  const auto& waiter = *reinterpret_cast<detail::Waiter*>(previous);
  if (!waiter.fiber) return detail::ThreadWaiter::of(previous).wake();
  Loop::Impl& loop = waiter.fiber->loop;  // read now: the task may run, and end, as soon as it is handed over
  if (loop.hand_over(*waiter.fiber)) loop.wake();
}

bool Signal::wait(Deadline deadline) {
  if (is_set()) return true;
  require_may_wait();
  if (deadline.passed()) return false;
  TaskState* const task = detail::current_task;
  if (task) task->notify_switch(Switch::kWait);
  return task && task->fiber ? detail::wait_on_fiber(*this, *task, deadline) : detail::wait_on_thread(*this, deadline);
}

void set_all(std::span<Signal* const> signals) noexcept {
  detail::TaskQueue fibers;
  detail::ThreadWaiter* threads = nullptr;
  for (Signal* const signal : signals) {
    const auto previous = signal->state_.exchange(Signal::kSet, std::memory_order_acq_rel);
    if (previous == Signal::kEmpty || previous == Signal::kSet) continue;
    if (TaskState* const fiber = reinterpret_cast<detail::Waiter*>(previous)->fiber) {
      fibers.push(*fiber);
    } else {
      auto& waiter = detail::ThreadWaiter::of(previous);
      waiter.next = std::exchange(threads, &waiter);
    }
  }
  Loop::Impl* owed = nullptr;  // one entry per loop: until it is woken, its list does not become empty again
  while (!fibers.empty()) {
    TaskState& fiber = fibers.pop();
    Loop::Impl& loop = fiber.loop;
    if (loop.hand_over(fiber)) loop.next_owed_wake = std::exchange(owed, &loop);
  }
  while (owed) std::exchange(owed, owed->next_owed_wake)->wake();
  while (threads) std::exchange(threads, threads->next)->wake();
}

void sleep_for(Monotonic::duration duration) {
  Signal never_set;
  never_set.wait(Deadline::after(duration));
}

bool in_task() noexcept { return detail::current_task != nullptr; }

void on_next_switch(SwitchListener& listener) {
  ML_REQUIRE(in_task(), "on_next_switch needs a task");
  detail::current_task->add(listener);
}

bool on_loop() noexcept { return detail::current_loop != nullptr; }

void on_turn_end(TurnListener& listener) {
  ML_REQUIRE(on_loop(), "on_turn_end needs the thread of a loop");
  detail::current_loop->turn.add(listener);
}

std::uint64_t handed_to_loop() {
  ML_REQUIRE(on_loop(), "handed_to_loop needs the thread of a loop");
  return detail::current_loop->handed_over.load(std::memory_order_relaxed);
}

NoSwitch::NoSwitch() noexcept { ++detail::no_switch_depth; }

NoSwitch::~NoSwitch() { --detail::no_switch_depth; }

void require_may_wait() {
  ML_REQUIRE(detail::no_switch_depth == 0, "waiting while a statement, a transaction or a lock is open");
}

}  // namespace monolite::base
