#pragma once

#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/set.hpp>

#include <monolite/base/detail/waiter.h>

namespace monolite::base::detail {

/// The deadlines of one loop's waiting fibers, in order of time, with one Asio timer for all of them. The timer is
/// armed for the earliest deadline and left alone when that wait ends early: most waits do, so most deadlines cost no
/// system call. Nodes lie in the waiters, so nothing is allocated. Threads: the loop's.
class TimerQueue {
 public:
  explicit TimerQueue(Loop::Impl& loop);

  void add(FiberWaiter& waiter);
  void remove(FiberWaiter& waiter) noexcept;

 private:
  struct Earlier {
    bool operator()(const FiberWaiter& a, const FiberWaiter& b) const noexcept { return a.due < b.due; }
  };
  using Waiters = boost::intrusive::multiset<
      FiberWaiter, boost::intrusive::compare<Earlier>, boost::intrusive::constant_time_size<false>,
      boost::intrusive::member_hook<FiberWaiter, boost::intrusive::set_member_hook<>, &FiberWaiter::timer>>;

  void arm();
  void expire();

  Loop::Impl& loop_;
  Waiters waiters_;
  Monotonic::time_point armed_for_ = Monotonic::time_point::max();
  boost::asio::steady_timer timer_;
};

}  // namespace monolite::base::detail
