#pragma once

#include <functional>
#include <string>
#include <vector>

#include <monolite/base/loop.h>

/// For the tests of this room.
namespace monolite::base::detail {

/// Every way to run tasks that this build can test: the thread sanitizer cannot follow fibers.
inline std::vector<TaskMode> testable_modes() {
  std::vector<TaskMode> modes = {TaskMode::kThread, TaskMode::kInline};
  if (default_task_mode() == TaskMode::kFiber) modes.push_back(TaskMode::kFiber);
  return modes;
}

/// Those whose waiting tasks let the loop go on.
inline std::vector<TaskMode> waiting_modes() {
  std::vector<TaskMode> modes = {TaskMode::kThread};
  if (default_task_mode() == TaskMode::kFiber) modes.push_back(TaskMode::kFiber);
  return modes;
}

inline std::string name_of(TaskMode mode) {
  return mode == TaskMode::kFiber ? "Fiber" : mode == TaskMode::kThread ? "Thread" : "Inline";
}

/// Runs `work` as the only task of a loop of its own.
inline void run_as_task(TaskMode mode, std::function<void()> work) {
  Loop loop({.mode = mode});
  loop.spawn(std::move(work), [&loop] { loop.stop(); });
  loop.run();
}

/// The `done` of tasks that are all spawned before `loop` runs, or each while another waits: the last one stops it.
inline std::function<void()> stop_when_done(Loop& loop) {
  return [&loop] {
    if (loop.live_tasks() == 0) loop.stop();
  };
}

}  // namespace monolite::base::detail
