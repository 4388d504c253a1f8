#include <sqlite3.h>

#include <monolite/db/sqlite/detail/connection.h>
#include <monolite/db/sqlite/detail/snapshots.h>

namespace monolite::db::sqlite {

Snapshots::Entry::Entry(Snapshots& all, const Connection& connection, AgeLimit limit)
    : all_(all), connection_(connection), limit_(limit) {
  all_.enter(*this);
}

Snapshots::Entry::~Entry() { all_.leave(*this); }

void Snapshots::Entry::interrupt() noexcept {
  interrupted_.store(true, std::memory_order_release);
  sqlite3_interrupt(connection_.handle());
}

void Snapshots::enter(Entry& entry) {
  std::unique_lock lock(mutex_);
  auto now = base::Monotonic::now();
  while (now < closed_until_) {
    gate_opened_.wait_until(lock, closed_until_);
    now = base::Monotonic::now();
  }
  entry.since_ = now;
  open_.push_back(&entry);
}

void Snapshots::leave(Entry& entry) noexcept {
  const std::lock_guard lock(mutex_);
  std::erase(open_, &entry);
}

void Snapshots::close_gate(base::Monotonic::time_point until) {
  const std::lock_guard lock(mutex_);
  closed_until_ = until;
}

void Snapshots::open_gate() noexcept {
  {
    const std::lock_guard lock(mutex_);
    closed_until_ = {};
  }
  gate_opened_.notify_all();
}

std::optional<base::Monotonic::time_point> Snapshots::oldest() const {
  const std::lock_guard lock(mutex_);
  if (open_.empty()) return std::nullopt;
  return open_.front()->since_;
}

std::optional<base::Monotonic::duration> Snapshots::oldest_age() const {
  const auto since = oldest();
  return since ? std::optional(base::Monotonic::now() - *since) : std::nullopt;
}

void Snapshots::visit(base::FunctionRef<void(Entry&)> seen) {
  const std::lock_guard lock(mutex_);
  for (Entry* entry : open_) seen(*entry);
}

}  // namespace monolite::db::sqlite
