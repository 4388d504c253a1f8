#include <monolite/base/attached.h>
#include <monolite/base/detail/task_state.h>

namespace monolite::base::detail {
namespace {

constinit thread_local Attachment* innermost_of_thread = nullptr;

}  // namespace

Attachment*& innermost_attachment() noexcept {
  return current_task != nullptr ? current_task->attachments : innermost_of_thread;
}

}  // namespace monolite::base::detail
