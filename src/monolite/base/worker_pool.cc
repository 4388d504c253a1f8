#include <condition_variable>
#include <mutex>
#include <queue>
#include <thread>
#include <vector>

#include <monolite/base/error.h>
#include <monolite/base/worker_pool.h>

namespace monolite::base {

struct WorkerPool::Impl {
  void serve() noexcept {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [this] { return stopping || !jobs.empty(); });
      if (jobs.empty()) return;
      auto job = std::move(jobs.front());
      jobs.pop();
      lock.unlock();
      job();
      job = nullptr;  // its captures go outside of the lock
      lock.lock();
    }
  }

  void stop() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    changed.notify_all();
    for (auto& thread : threads) thread.join();
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::queue<std::function<void()>> jobs;
  bool stopping = false;
  std::vector<std::thread> threads;  // last: they use all of the above
};

WorkerPool::WorkerPool(std::size_t threads) : impl_(std::make_unique<Impl>()) {
  ML_REQUIRE(threads > 0, "a WorkerPool needs a thread");
  impl_->threads.reserve(threads);
  try {
    for (std::size_t i = 0; i < threads; ++i) impl_->threads.emplace_back([impl = impl_.get()] { impl->serve(); });
  } catch (...) {  // no more threads to be had: the started ones must not outlive the pool
    impl_->stop();
    throw;
  }
}

WorkerPool::~WorkerPool() { impl_->stop(); }

void WorkerPool::post(std::function<void()> job) {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->jobs.push(std::move(job));
  }
  impl_->changed.notify_one();
}

}  // namespace monolite::base
