#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <monolite/base/task.h>
#include <monolite/db/sqlite/detail/fifo_file.h>

namespace monolite::db::sqlite {

/// What a wait for the turn came to.
enum class Turn {
  kMine,    ///< until `leave`
  kStuck,   ///< still in line, but the owner has not moved for long: look whether it uses the database at all
  kNotYet,  ///< the deadline passed; still in line, so that a further wait keeps its place
};

/// First come, first served between the processes that write to one database. Each participant has a slot in a shared
/// file, and a futex in it to sleep on.
///
/// It only orders. What protects the data is SQLite's own lock, which the owner takes as well; so two owners at a time,
/// a wrong order or a lost queue cost time and nothing else. Hence the rule that makes it robust: whoever waits for an
/// owner that does not move goes and asks the database itself (`kStuck`), and takes the turn over when it is free.
/// Dead participants are found by their slots, see FifoFile. The argument: docs/internals/fifo-lock.md.
///
/// Threads: one at a time; `others`, `owner` and `is_awaited` from any.
class FifoLock {
 public:
  /// Errors: as FifoFile::open.
  static std::unique_ptr<FifoLock> open(const std::string& database);
  /// Leaves.
  ~FifoLock();
  FifoLock(const FifoLock&) = delete;
  FifoLock& operator=(const FifoLock&) = delete;

  /// Gets in line, or stays there, and waits for the turn. At once kMine when it is ours already.
  Turn wait(base::Deadline deadline);
  /// After kStuck: the database was free, so the turn is ours.
  void take_over() noexcept;
  /// Ends our turn and wakes who is next, or gives up our place in line. Nothing to do for one who has neither.
  void leave() noexcept;

  /// Whether it is our turn or we are in line, as far as we know.
  bool has_place() const noexcept { return state_ != State::kOut; }
  /// Whether another process is in line.
  bool is_awaited() const noexcept;

  bool is_current() const noexcept { return file_->is_current(); }
  /// Every other living participant.
  std::vector<Process> others() const { return file_->others(); }
  /// Whose turn it is, when it is another's.
  std::optional<Process> owner() const;

 private:
  explicit FifoLock(std::unique_ptr<FifoFile> file);
  enum class State { kOut, kInLine, kOwner };
  struct Watch {
    fifo::Place owner = 0;
    base::Monotonic::time_point since = {};
  };

  fifo::Queue& queue() const noexcept { return file_->queue(); }
  fifo::Slot& own() const noexcept { return file_->slot(file_->own_slot()); }
  fifo::Place place() const noexcept;

  bool take_if_free() noexcept;
  void get_in_line() noexcept;
  void announce() noexcept;
  void accept() noexcept;
  bool is_vacant(fifo::Place owner) const noexcept;
  bool is_stuck(fifo::Place owner) noexcept;
  std::size_t count_before_us() const noexcept;
  void pass_on(fifo::Place from) noexcept;
  fifo::Place first_in_line() noexcept;

  const std::unique_ptr<FifoFile> file_;
  State state_ = State::kOut;
  std::uint64_t ticket_ = 0;
  Watch watch_;
};

}  // namespace monolite::db::sqlite
