#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <queue>
#include <thread>
#include <vector>

namespace monolite::base::detail {

/// Threads for TaskMode::kThread: as many as there are tasks at a time, kept for the next ones. It never queues a task
/// behind a waiting one, because that one may wait for it.
/// Threads: any. Lifetime: the destructor waits for the running tasks.
class TaskThreads {
 public:
  TaskThreads() = default;
  ~TaskThreads();
  TaskThreads(const TaskThreads&) = delete;
  TaskThreads& operator=(const TaskThreads&) = delete;

  void run(std::function<void()> task);

 private:
  void serve() noexcept;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::queue<std::function<void()>> tasks_;
  std::size_t idle_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace monolite::base::detail
