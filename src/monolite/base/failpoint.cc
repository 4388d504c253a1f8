#include <utility>

#include <monolite/base/error.h>
#include <monolite/base/failpoint.h>

namespace monolite::base {

void Failpoints::arm(std::string_view name, std::uint64_t nth, Action action) {
  ML_REQUIRE(nth > 0, "a failpoint is reached for the first time as number 1");
  const std::lock_guard lock(mutex_);
  armed_ = name;
  left_ = nth;
  action_ = std::move(action);
}

void Failpoints::disarm() {
  const std::lock_guard lock(mutex_);
  left_ = 0;
}

std::uint64_t Failpoints::reached(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = reached_.find(name);
  return found == reached_.end() ? 0 : found->second;
}

void Failpoints::reach(const Failpoint& at) {
  Action action;
  {
    const std::lock_guard lock(mutex_);
    auto found = reached_.find(at.name);
    if (found == reached_.end()) found = reached_.emplace(at.name, 0).first;
    ++found->second;
    if (left_ == 0 || armed_ != at.name || --left_ != 0) return;
    action = action_;
  }
  action(at);  // outside of the lock: it may reach others
}

}  // namespace monolite::base
