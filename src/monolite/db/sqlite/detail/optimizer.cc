#include <monolite/base/error.h>
#include <monolite/db/sqlite/detail/optimizer.h>

namespace monolite::db::sqlite {

std::optional<base::Monotonic::time_point> Optimizer::due_at() const {
  return stale_ ? std::optional(ran_at_ + every_) : std::nullopt;
}

void Optimizer::run(Connection& connection) {
  auto schema = connection.pragma("PRAGMA schema_version");
  const auto now = base::Monotonic::now();
  if (schema == schema_ && now < ran_at_ + every_) return;
  connection.set_lock_deadline(base::Deadline(now));  // a writer of another process goes first
  try {
    connection.pragma("PRAGMA optimize=0x10012");
  } catch (const base::Error& error) {
    if (error.code() == base::ErrorCode::kBusy) return;  // next time
    if (error.code() != base::ErrorCode::kFull) throw;
  }
  schema_ = std::move(schema);
  ran_at_ = now;
  stale_ = false;
}

}  // namespace monolite::db::sqlite
