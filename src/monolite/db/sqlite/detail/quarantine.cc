#include <monolite/base/error.h>
#include <monolite/db/sqlite/detail/quarantine.h>

namespace monolite::db::sqlite {

void Quarantine::report(const std::exception_ptr& cause) {
  {
    const std::lock_guard lock(mutex_);
    if (cause_) return;
    cause_ = cause;
  }
  reported_.store(true, std::memory_order_release);
  database_.quarantined.emit({base::describe(cause)});
}

std::exception_ptr Quarantine::cause() const {
  if (!reported_.load(std::memory_order_acquire)) return nullptr;
  const std::lock_guard lock(mutex_);
  return cause_;
}

}  // namespace monolite::db::sqlite
