#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

#include <monolite/base/detail/loop_impl.h>
#include <monolite/base/detail/sanitizers.h>
#include <monolite/base/error.h>
#include <monolite/base/loop.h>

#if ML_ASAN
#include <sanitizer/lsan_interface.h>
#endif

namespace monolite::base {
namespace {

constexpr std::size_t kMinStackBytes = 16 * 1024;

/// A handler that calls a member function and lives in its own slot.
template <class Call>
struct SlotHandler {
  using allocator_type = detail::SlotAllocator<void>;
  allocator_type get_allocator() const noexcept { return allocator_type(*slot); }
  void operator()() { call(); }

  detail::HandlerSlot* slot;
  Call call;
};

template <class Call>
void post_from_slot(boost::asio::io_context& io, detail::HandlerSlot& slot, Call call) noexcept {
  boost::asio::post(io, SlotHandler<Call>{&slot, std::move(call)});
}

}  // namespace

namespace detail {

constinit thread_local Loop::Impl* current_loop = nullptr;

FiberTask::FiberTask(Loop::Impl& owner, std::size_t stack_bytes)
    : TaskState(owner, &own_fiber_), own_fiber_(stack_bytes, &FiberTask::serve, this) {}

FiberTask::~FiberTask() {
  quit_ = true;
  own_fiber_.resume();
}

bool FiberTask::resume() noexcept {
  const CurrentTask current(*this);
  begun_ = true;
  own_fiber_.resume();
  if (!std::exchange(ended_, false)) return false;
  begun_ = false;
  return true;
}

void FiberTask::serve(void* self) noexcept {
  auto& task = *static_cast<FiberTask*>(self);
  while (!task.quit_) {
    task.run();
    task.ended_ = true;
    task.own_fiber_.suspend();
  }
}

}  // namespace detail

TaskMode default_task_mode() noexcept { return ML_TSAN ? TaskMode::kThread : TaskMode::kFiber; }

/// Marks the loop as run by this thread.
class Loop::Impl::RunScope {
 public:
  explicit RunScope(Impl& loop) : loop_(loop) {
    ML_REQUIRE(detail::current_loop == nullptr, "a thread runs one loop at a time");
    ML_REQUIRE(!loop.running_.exchange(true), "a loop runs on one thread at a time");
    detail::current_loop = &loop;
  }
  ~RunScope() {
    loop_.turn.end();
    detail::current_loop = nullptr;
    loop_.running_ = false;
  }
  RunScope(const RunScope&) = delete;
  RunScope& operator=(const RunScope&) = delete;

 private:
  Impl& loop_;
  detail::FaultStack fault_stack_;
};

/// While it lives, `spawn` queues instead of starting at once: so stacks neither nest nor pile up.
class Loop::Impl::BusyScope {
 public:
  explicit BusyScope(Impl& loop) noexcept : loop_(loop), outer_(std::exchange(loop.busy_, true)) {}
  ~BusyScope() { loop_.busy_ = outer_; }
  BusyScope(const BusyScope&) = delete;
  BusyScope& operator=(const BusyScope&) = delete;

 private:
  Impl& loop_;
  bool outer_;
};

/// What was ready when a round began. What becomes ready meanwhile is for the next round, after sockets and timers had
/// their turn. When a `done` throws, the rest goes back to the front.
class Loop::Impl::Round {
 public:
  explicit Round(Impl& loop) noexcept : loop_(loop), tasks_(std::move(loop.ready_)) {}
  ~Round() {
    if (tasks_.empty()) return;
    detail::TaskQueue later(std::move(loop_.ready_));
    while (!tasks_.empty()) loop_.make_ready(tasks_.pop());
    while (!later.empty()) loop_.make_ready(later.pop());
  }
  Round(const Round&) = delete;
  Round& operator=(const Round&) = delete;

  bool empty() const noexcept { return tasks_.empty(); }
  TaskState& pop() noexcept { return tasks_.pop(); }

 private:
  Impl& loop_;
  detail::TaskQueue tasks_;
};

void LoopTurn::add(TurnListener& listener) noexcept {
  listener.next_ = std::exchange(listeners, &listener);
  if (std::exchange(queued, true)) return;
  post_from_slot(io, slot, [this] {
    queued = false;
    end();
  });
}

void LoopTurn::end() noexcept {
  while (listeners) {
    TurnListener& listener = *listeners;
    listeners = std::exchange(listener.next_, nullptr);
    listener.turn_ended();  // it may be gone afterwards
  }
}

Loop::Impl::Impl(const LoopOptions& loop_options)
    : options(loop_options), io(BOOST_ASIO_CONCURRENCY_HINT_1), timers(*this) {
  ML_REQUIRE(options.stack_bytes >= kMinStackBytes, "stack_bytes must be at least 16384");
}

Loop::Impl::~Impl() = default;

void Loop::Impl::run() {
  detail::install_fault_handler();
  const RunScope scope(*this);
  io.run();
  io.restart();  // this `stop` is used up: the loop may run again
}

void Loop::Impl::post(std::function<void()> function) {
  if (detail::current_loop != this) handed_over.fetch_add(1, std::memory_order_relaxed);  // the queue publishes it
  boost::asio::post(io, std::move(function));
}

void Loop::Impl::spawn(std::function<void()> work, std::function<void()> done) {
  ML_REQUIRE(detail::current_loop == this || !running_, "spawn belongs to the loop's thread: use post from elsewhere");
  switch (options.mode) {
    case TaskMode::kFiber:
      return spawn_fiber(std::move(work), std::move(done));
    case TaskMode::kThread:
      return spawn_thread(std::move(work), std::move(done));
    case TaskMode::kInline:
      return run_inline(std::move(work), done);
  }
}

void Loop::Impl::spawn_fiber(std::function<void()> work, std::function<void()> done) {
  detail::FiberTask& task = *take_fiber().release();  // owned by its own course from here to `finish`
  task.work = std::move(work);
  task.done = std::move(done);
  ++live_tasks;
  if (detail::current_loop == this && !busy_)
    resume(task);
  else
    make_ready(task);
}

void Loop::Impl::spawn_thread(std::function<void()> work, std::function<void()> done) {
  auto task = std::make_shared<TaskState>(*this, nullptr);  // shared: std::function wants copyable captures
  task->work = std::move(work);
  task->done = std::move(done);
  ++live_tasks;
  threads_.run([this, task] {
    {
      const detail::CurrentTask current(*task);
      task->run();
    }
    boost::asio::post(io, [this, done_function = std::move(task->done)] {
      --live_tasks;
      if (done_function) done_function();
    });
  });
}

void Loop::Impl::run_inline(std::function<void()> work, const std::function<void()>& done) {
  TaskState task(*this, nullptr);
  task.work = std::move(work);
  ++live_tasks;
  {
    const detail::CurrentTask current(task);
    task.run();
  }
  --live_tasks;
  if (done) done();
}

std::unique_ptr<detail::FiberTask> Loop::Impl::take_fiber() {
  if (idle_fibers_.empty()) return std::make_unique<detail::FiberTask>(*this, options.stack_bytes);
  auto task = std::move(idle_fibers_.back());  // the one used last: its stack is still in the processor's cache
  idle_fibers_.pop_back();
  return task;
}

void Loop::Impl::resume(detail::FiberTask& task) {
  const BusyScope busy(*this);
  if (task.resume()) finish(task);
}

void Loop::Impl::finish(detail::FiberTask& task) {
  std::unique_ptr<detail::FiberTask> fiber(&task);
  const auto done = std::exchange(task.done, nullptr);
  --live_tasks;
  if (idle_fibers_.size() < options.pooled_stacks) idle_fibers_.push_back(std::move(fiber));
  fiber.reset();
  if (done) done();
}

bool Loop::Impl::hand_over(TaskState& task) noexcept {
  if (detail::current_loop != this) return push_remote(task);
  make_ready(task);
  return false;
}

void Loop::Impl::make_ready(TaskState& task) noexcept {
  ready_.push(task);
  queue_round();
}

void Loop::Impl::queue_round() noexcept {
  if (std::exchange(round_queued_, true)) return;
  post_from_slot(io, round_slot_, [this] {
    round_queued_ = false;
    run_ready();
  });
}

void Loop::Impl::run_ready() {
  Round round(*this);
  while (!round.empty()) resume(static_cast<detail::FiberTask&>(round.pop()));
}

bool Loop::Impl::push_remote(TaskState& task) noexcept {
  handed_over.fetch_add(1, std::memory_order_relaxed);  // published together with the task
  TaskState* head = remote_.load(std::memory_order_relaxed);
  do task.next = head;
  while (!remote_.compare_exchange_weak(head, &task, std::memory_order_release, std::memory_order_relaxed));
  return head == nullptr;
}

void Loop::Impl::wake() noexcept {
  post_from_slot(io, remote_slot_, [this] { take_remote(); });
}

void Loop::Impl::take_remote() {
  TaskState* newest = remote_.exchange(nullptr, std::memory_order_acquire);
  TaskState* oldest = nullptr;
  while (newest) {
    TaskState* const older = std::exchange(newest->next, oldest);
    oldest = std::exchange(newest, older);
  }
  while (oldest) ready_.push(*std::exchange(oldest, oldest->next));
  run_ready();
}

void Loop::Impl::drop_unstarted() noexcept {
  detail::TaskQueue tasks(std::move(ready_));
  while (!tasks.empty()) {
    auto& task = static_cast<detail::FiberTask&>(tasks.pop());
    if (task.has_begun()) continue;  // it waits for ever
    --live_tasks;
    const std::unique_ptr<detail::FiberTask> dropped(&task);
  }
}

Loop::Loop(LoopOptions options) : impl_(std::make_unique<Impl>(options)) {}

Loop::~Loop() {
  if (impl_->options.mode != TaskMode::kFiber) return;
  impl_->drop_unstarted();
  if (impl_->live_tasks == 0) return;
  // A waiting task cannot be unwound from outside, and its signals may still be set: it and its loop stay behind.
  Impl* const abandoned = impl_.release();
#if ML_ASAN
  __lsan_ignore_object(abandoned);
#endif
  static_cast<void>(abandoned);
}

boost::asio::io_context& Loop::io() noexcept { return impl_->io; }

TaskMode Loop::mode() const noexcept { return impl_->options.mode; }

void Loop::run() { impl_->run(); }

void Loop::stop() noexcept { impl_->io.stop(); }

void Loop::post(std::function<void()> function) { impl_->post(std::move(function)); }

void Loop::spawn(std::function<void()> work, std::function<void()> done) {
  impl_->spawn(std::move(work), std::move(done));
}

std::size_t Loop::live_tasks() const noexcept { return impl_->live_tasks; }

}  // namespace monolite::base
