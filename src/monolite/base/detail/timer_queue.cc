#include <monolite/base/detail/loop_impl.h>
#include <monolite/base/detail/timer_queue.h>

namespace monolite::base::detail {

TimerQueue::TimerQueue(Loop::Impl& loop) : loop_(loop), timer_(loop.io) {}

void TimerQueue::add(FiberWaiter& waiter) {
  waiters_.insert(waiter);
  if (waiter.due < armed_for_) arm();
}

void TimerQueue::remove(FiberWaiter& waiter) noexcept {
  if (waiter.timer.is_linked()) waiters_.erase(waiters_.iterator_to(waiter));
}

void TimerQueue::arm() {
  armed_for_ = waiters_.begin()->due;
  timer_.expires_at(armed_for_);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) expire();  // an error means: armed anew for an earlier deadline
  });
}

void TimerQueue::expire() {
  armed_for_ = Monotonic::time_point::max();
  const auto now = Monotonic::now();
  while (!waiters_.empty() && waiters_.begin()->due <= now) {
    FiberWaiter& waiter = *waiters_.begin();
    waiters_.erase(waiters_.begin());
    // When `set` was faster, its wake-up is on the way and the wait was in time.
    waiter.timed_out = waiter.withdraw();
    if (waiter.timed_out) loop_.make_ready(*waiter.fiber);
  }
  if (!waiters_.empty()) arm();
}

}  // namespace monolite::base::detail
