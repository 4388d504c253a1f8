#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <monolite/base/task.h>

namespace monolite::base {

/// Threads for work that would hold up an event loop: password hashes, compression, slow queries.
/// Threads: any. Lifetime: the destructor waits for what was accepted.
class WorkerPool {
 public:
  explicit WorkerPool(std::size_t threads);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Runs `job` on a pool thread, not awaited. It must not throw.
  void post(std::function<void()> job);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Runs `work` on the pool and waits for its result: suspends a task, blocks a plain thread. Exceptions come through.
template <class F>
auto offload(WorkerPool& pool, F&& work) -> std::invoke_result_t<F&> {
  using Result = std::invoke_result_t<F&>;
  require_may_wait();  // before the pool refers to this frame
  Signal finished;
  std::exception_ptr error;
  std::optional<std::conditional_t<std::is_void_v<Result>, bool, Result>> result;
  pool.post([&] {
    try {
      if constexpr (std::is_void_v<Result>) {
        work();
        result.emplace(true);
      } else {
        result.emplace(work());
      }
    } catch (...) {  // carried to the waiting side, which rethrows it
      error = std::current_exception();
    }
    finished.set();
  });
  finished.wait();
  if (error) std::rethrow_exception(error);
  if constexpr (!std::is_void_v<Result>) return std::move(*result);
}

}  // namespace monolite::base
