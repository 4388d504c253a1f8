#include <utility>

#include <monolite/base/detail/task_threads.h>

namespace monolite::base::detail {

TaskThreads::~TaskThreads() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void TaskThreads::run(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (tasks_.size() >= idle_) threads_.emplace_back([this] { serve(); });
    tasks_.push(std::move(task));
  }
  changed_.notify_one();
}

void TaskThreads::serve() noexcept {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    changed_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
    --idle_;
    if (tasks_.empty()) return;
    auto task = std::move(tasks_.front());
    tasks_.pop();
    lock.unlock();
    task();
    task = nullptr;  // its captures go before anybody may take this thread for idle
    lock.lock();
  }
}

}  // namespace monolite::base::detail
