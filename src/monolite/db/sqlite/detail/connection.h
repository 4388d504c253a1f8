#pragma once

#include <array>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <monolite/base/task.h>
#include <monolite/db/session.h>
#include <monolite/db/sqlite/detail/query_watch.h>

struct sqlite3;
struct sqlite3_stmt;

namespace monolite::db::sqlite {

enum class Role {
  kCreator,  ///< read and write, makes the file when it is missing
  kWriter,
  kReader,     ///< a read-write handle that refuses to write: it can recover a WAL, which a readonly handle cannot
  kReadOnly,   ///< the same for a file that this program never changes: it may also lie where this user cannot write
  kImmutable,  ///< for a file that nobody changes: no locks, no WAL
};

/// What moves a transaction along. Only the driver does: a closure that tries is refused when its statement is
/// compiled.
enum class Control { kBeginRead, kBeginWrite, kCommit, kSavepoint, kRelease, kRollbackTo };

enum class CheckpointMode {
  kPassive,   ///< copies what it can, waits for nobody
  kFull,      ///< waits until all can be copied, for readers and writers; new readers may come
  kRestart,   ///< kFull, then waits until nobody reads from the log: the next write begins it anew
  kTruncate,  ///< kRestart, and cuts the file to nothing
};

struct CheckpointResult {
  bool done = false;  ///< all that the mode promises; false when somebody was in the way for longer than the deadline
  int frames = 0;     ///< of the log
  int copied = 0;     ///< of these, into the file
};

/// One SQLite connection with its statement cache. Threads: one at a time. Neither copyable nor movable.
///
/// A failed statement inside a write transaction can end the transaction (disk full, I/O error, OR ROLLBACK). What ran
/// after it would then commit by itself, piece by piece. So the connection is poisoned by such an error: until
/// `recover` every statement is refused with the same error.
class Connection final : public StatementSource {
 public:
  Connection(const std::string& path, Role role, const std::string& vfs);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Statement& acquire(const Sql& sql) override;
  void release(Statement& statement) noexcept override;
  QueryPlan explain(std::string_view sql) override;
  void run(const Script& script) override;

  /// Runs a statement made of trusted text and gives the first column of its last row as text.
  std::string pragma(const std::string& text);

  /// Waits up to `deadline` for locks held by other connections, asking every millisecond.
  void set_lock_deadline(base::Deadline deadline) noexcept { lock_deadline_ = deadline; }

  void control(Control what);
  bool in_transaction() const noexcept;
  /// The error that ended the current write transaction under us, if any.
  const std::exception_ptr& poison() const noexcept { return poison_; }
  /// Leaves whatever transaction is open and forgets the poison.
  void recover() noexcept;

  /// The first error that says that the file is not sound; stays.
  const std::exception_ptr& corruption() const noexcept { return corruption_; }
  /// True after an error that may come from this handle (I/O, memory, corruption): do not use it again.
  bool is_broken() const noexcept { return broken_; }

  /// Throws the kBug error that names a statement which outlives its closure, after ending its execution: an open one
  /// would keep the transaction, and so the WAL, from ever ending.
  void require_no_open_statement();

  bool has_unresolved_foreign_keys() const noexcept;
  /// Frames in the WAL after the last commit of this connection; 0 when it has made the log begin anew since.
  int wal_frames() const noexcept { return wal_frames_; }
  /// Size of the WAL's file.
  std::int64_t wal_bytes() const noexcept;
  /// Copies the WAL into the file. All modes but kPassive wait up to the lock deadline and need that no transaction is
  /// open here. Errors: of the disk.
  CheckpointResult checkpoint(CheckpointMode mode);

  QueryWatch& watch() noexcept { return watch_; }

  sqlite3* handle() const noexcept { return handle_; }

 private:
  class PreparedStatement;
  friend class PreparedStatement;
  class ControlScope;

  void set_up(const std::string& path, Role role);
  std::unique_ptr<PreparedStatement> prepare(std::string_view text, unsigned flags);
  PreparedStatement* cached(const Sql& sql);
  [[noreturn]] void fail(int result, std::string_view doing);
  void remember_failure(int result) noexcept;
  static int on_busy(void* self, int attempts) noexcept;
  static int on_wal_commit(void* self, sqlite3*, const char*, int frames) noexcept;
  static int on_compile(void* self, int action, const char* operation, const char* name, const char*,
                        const char*) noexcept;

  QueryWatch watch_;
  sqlite3* handle_ = nullptr;
  base::Deadline lock_deadline_;
  bool controlling_ = false;  // a Control is compiled or run right now
  bool writing_ = false;      // between kBeginWrite and the end of its transaction
  bool broken_ = false;
  int leases_ = 0;  // statements that somebody holds
  std::exception_ptr poison_;
  std::exception_ptr corruption_;
  int wal_frames_ = 0;
  // Below: statements, which must be finalised before the handle is closed.
  std::array<std::unique_ptr<PreparedStatement>, 6> controls_;
  std::unordered_map<const char*, std::unique_ptr<PreparedStatement>> cache_;  // by address of the literal
  std::vector<std::unique_ptr<PreparedStatement>> one_offs_;
};

}  // namespace monolite::db::sqlite
