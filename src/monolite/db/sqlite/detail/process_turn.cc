#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include <monolite/db/errors.h>
#include <monolite/db/sqlite/detail/process_turn.h>

namespace monolite::db::sqlite {
namespace {

/// So often a lane that cannot begin looks at the deadlines of its units and whether it shall end.
constexpr auto kAttempt = std::chrono::milliseconds(100);
/// So often the lock's file is compared with its path, and a missing lock tried again.
constexpr auto kLookAtFile = std::chrono::seconds(1);

bool try_begin(Connection& connection, base::Deadline deadline) {
  connection.set_lock_deadline(deadline);
  try {
    connection.control(Control::kBeginWrite);
    return true;
  } catch (const Busy&) {  // the answer is no
    return false;
  }
}

}  // namespace

ProcessTurn::ProcessTurn(const Options& options, const Database& events)
    : path_(options.path),
      wanted_(options.between_processes),
      slice_(options.fifo_slice),
      events_(events),
      next_look_(base::Monotonic::now() + kLookAtFile),
      why_not_(wanted_ == BetweenProcesses::kFifo ? open_lock() : "as configured") {}

bool ProcessTurn::begin(Connection& connection, base::Deadline deadline) {
  if (!ours_) attach();
  const base::Deadline attempt(std::min(deadline.at(), base::Monotonic::now() + kAttempt));
  if (!lock_) return try_begin(connection, attempt);
  const auto turn = lock_->wait(attempt);
  if (turn == Turn::kNotYet) return false;
  if (turn == Turn::kStuck) {
    if (!try_begin(connection, base::Deadline(base::Monotonic::now()))) return false;
    lock_->take_over();
  }
  if (!std::exchange(ours_, true)) begun_ = base::Monotonic::now();
  return turn == Turn::kStuck || try_begin(connection, attempt);
}

void ProcessTurn::end() noexcept {
  ours_ = false;
  if (lock_) lock_->leave();
}

bool ProcessTurn::is_used_up() const noexcept {
  return ours_ && lock_->is_awaited() && base::Monotonic::now() - begun_ >= slice_;
}

/// Follows the others to a new file, and to the lock once it can be had.
void ProcessTurn::attach() {
  if (wanted_ != BetweenProcesses::kFifo || base::Monotonic::now() < next_look_) return;
  next_look_ = base::Monotonic::now() + kLookAtFile;
  if (lock_ && lock_->is_current()) return;
  std::string before = manner();
  {
    const std::lock_guard lock(mutex_);
    lock_.reset();
    why_not_ = open_lock();
  }
  if (auto now = manner(); now != before) events_.turns_changed.emit({std::move(now)});
}

/// Gives what hindered it.
std::string ProcessTurn::open_lock() {
  try {
    lock_ = FifoLock::open(path_);
    return "";
  } catch (const base::Error& error) {  // told by `manner`: writers do without
    return error.message();
  }
}

std::vector<std::string> ProcessTurn::others() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> others;
  if (!lock_) return others;
  for (const Process& process : lock_->others()) others.push_back(describe(process));
  return others;
}

std::string ProcessTurn::holder() const {
  const auto holder = holder_of_write_lock(path_);
  std::optional<Process> owner;
  {
    const std::lock_guard lock(mutex_);
    if (lock_) owner = lock_->owner();
  }
  std::string text;
  if (holder) text = fmt::format("{} holds the write lock", describe(*holder));
  if (owner && (!holder || owner->pid != holder->pid)) {
    text += fmt::format("{}{} has the turn", text.empty() ? "" : ", ", describe(*owner));
  }
  return text;
}

std::string ProcessTurn::manner() const {
  const std::lock_guard lock(mutex_);
  return lock_ ? "fifo" : fmt::format("poll ({})", why_not_);
}

}  // namespace monolite::db::sqlite
