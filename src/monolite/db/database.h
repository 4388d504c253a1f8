#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <monolite/base/event.h>
#include <monolite/base/function_ref.h>
#include <monolite/base/task.h>
#include <monolite/db/boot_report.h>
#include <monolite/db/session.h>
#include <monolite/db/slow_query.h>

namespace monolite::db {

/// Whether a unit of writing may share its transaction with others of the queue.
enum class Grouping {
  kGrouped,  ///< own savepoint in a shared commit: the fast way, and the default
  kAlone,    ///< own transaction: migrations, imports
};

/// How foreign keys are enforced during a unit. All but kEnforced need Grouping::kAlone.
enum class ForeignKeys {
  kEnforced,      ///< as each key says: by default at the end of each statement
  kDeferred,      ///< all at the end of the unit: imports may bring rows in any order
  kCheckedAtEnd,  ///< switched off before the transaction, without cascades; before COMMIT every row of the database is
                  ///< checked and a dangling one undoes the unit (ConstraintViolation). For making tables anew.
};

struct WriteOptions {
  base::Monotonic::duration timeout = std::chrono::seconds(5);  ///< for the unit to begin; then db::Busy
  Grouping grouping = Grouping::kGrouped;
  ForeignKeys foreign_keys = ForeignKeys::kEnforced;
};

/// Emitted on the lane after each COMMIT returned and before anybody is answered.
struct BatchCommitted {
  int units;                           ///< stored by this COMMIT; units that failed alone do not count
  base::Monotonic::duration duration;  ///< BEGIN to the end of COMMIT
};

/// Emitted on the lane when copying the WAL into the file, or other work between writes, failed. No write failed: the
/// commits are durable in the WAL.
struct CheckpointFailed {
  std::string what;
};

/// Emitted once, by the thread that met it, when the file proves not to be sound or is not at its place any more:
/// from now on every write is refused with this error. Reads go on and fail where the damage is.
struct Quarantined {
  std::string what;
};

/// Emitted on a thread of its own when the sync of the WAL between two checkpoints failed (synchronous=normal). What
/// was answered is stored, but it may not survive a power cut.
struct WalSyncFailed {
  std::string what;
};

/// Emitted on a thread of its own when a read snapshot is open for longer than a limit. It keeps the WAL growing.
struct SnapshotTooOld {
  enum class Measure {
    kWarned,
    kInterrupted,  ///< its statements fail; the closure gets an error of code kBusy
  };
  base::Monotonic::duration age;
  Measure measure;
};

/// Emitted on the lane when it has tried to make a WAL begin anew that was over its limit.
struct SnapshotBarrierEnded {
  bool done;  ///< else a snapshot lasted longer: tried again later
  base::Monotonic::duration writers_waited;
  base::Monotonic::duration readers_waited;  ///< for which no snapshot could begin
};

/// Emitted on the lane when the processes that write to this database begin or cease to take turns in order of arrival.
/// Writes go on either way.
struct TurnsChanged {
  std::string manner;  ///< as in DatabaseStatus
};

/// How much of the WAL is in the file.
struct CheckpointStatus {
  int wal_frames = 0;         ///< in the log since it began anew
  int copied_frames = 0;      ///< of these, already in the file
  std::int64_t restarts = 0;  ///< how often the log was over its limit and made to begin anew
};

/// What `db status` shows of a database.
struct DatabaseStatus {
  std::string path;
  std::string engine = {};   ///< "SQLite 3.54.1"
  std::string journal = {};  ///< the mode that is really active
  std::string synchronous = {};
  std::int64_t bytes = 0;
  std::int64_t wal_bytes = 0;
  std::size_t queued_writes = 0;  ///< units that wait for the writer lane
  std::size_t idle_readers = 0;   ///< open read connections that nobody uses right now
  std::int64_t page_bytes = 0;
  std::int64_t pages = 0;
  std::int64_t free_pages = 0;
  std::string encoding = {};  ///< "UTF-8"
  std::int64_t application_id = 0;
  std::int64_t user_version = 0;
  std::int64_t schema_version = 0;             ///< grows with each change of the schema
  std::optional<std::string> quarantine = {};  ///< why writes are refused, if they are
  CheckpointStatus checkpoint = {};
  std::optional<base::Monotonic::duration> oldest_snapshot = {};  ///< age of the oldest open one in this process
  std::string turns = {};                ///< how processes take turns at writing: "fifo", or "poll" and why
  std::vector<std::string> others = {};  ///< other processes that have it open, if they tell: "app (pid 4711)"
};

/// How far a backup is.
struct BackupProgress {
  std::int64_t pages = 0;  ///< copied
  std::int64_t total_pages = 0;
};

/// How much of a file is looked at.
enum class IntegrityDepth {
  kQuick,  ///< pages and rows of each table; takes about as long as reading the file
  kFull,   ///< also that indexes agree with their tables, foreign keys, and pages that belong to nobody
};

/// How far a check of the integrity is.
struct IntegrityProgress {
  std::size_t tables = 0;  ///< looked at
  std::size_t total_tables = 0;
  std::string_view table = {};  ///< looked at next; empty at the end
};

namespace detail {

/// Room for the result of a closure: made in place, so that a page of rows is not moved into it first.
template <class T>
class ResultSlot {
 public:
  ResultSlot() {}  // NOLINT(modernize-use-equals-default): a union does not begin the life of its member
  ~ResultSlot() {
    if (made_) value_.~T();
  }
  ResultSlot(const ResultSlot&) = delete;
  ResultSlot& operator=(const ResultSlot&) = delete;

  template <class F, class Session>
  void make(F& closure, Session& session) {
    ::new (static_cast<void*>(std::addressof(value_))) T(closure(session));
    made_ = true;
  }
  /// Requires that `make` returned.
  T take() { return std::move(value_); }

 private:
  union {
    T value_;
  };
  bool made_ = false;
};

}  // namespace detail

/// One database: many readers, one writer. Made by a driver (`db::sqlite::open`).
/// Threads: any. Lifetime: outlives its sessions and every task that reads from it.
class Database {
 public:
  virtual ~Database() = default;

  /// Runs `reads(ReadSession&)` on a consistent snapshot and gives its result. On a task the snapshot lasts until the
  /// task next waits, so all reads of a request agree; on a plain thread it lasts for this call. The closure must not
  /// wait, and a write unit of this database reads through its own session. Errors: Busy (every read connection of
  /// plain threads is in use), Corrupt, kIo.
  template <class F>
  auto read(F&& reads) -> std::invoke_result_t<F&, ReadSession&> {
    using Result = std::invoke_result_t<F&, ReadSession&>;
    if constexpr (std::is_void_v<Result>) {
      run_read([&](ReadSession& session) { reads(session); });
    } else {
      detail::ResultSlot<Result> result;
      run_read([&](ReadSession& session) { result.make(reads, session); });
      return result.take();
    }
  }

  /// Runs `writes(WriteSession&)` as one unit of the writer lane and gives its result once the commit is durable:
  /// suspends a task, blocks a plain thread. The closure runs on the lane; when it throws, its changes are undone, the
  /// others of the batch stay, and the exception comes out here. Errors: Busy (queue full, or not begun in time;
  /// nothing written), ConstraintViolation, base::Error of code kFull or kIo (scope kTransaction: the whole batch is
  /// undone), Corrupt, kClosed; kBug when called inside of a read closure or of a write unit.
  template <class F>
  auto write(F&& writes, const WriteOptions& options = {}) -> std::invoke_result_t<F&, WriteSession&> {
    using Result = std::invoke_result_t<F&, WriteSession&>;
    if constexpr (std::is_void_v<Result>) {
      write_each({[&](WriteSession& session) { writes(session); }}, options);
    } else {
      detail::ResultSlot<Result> result;
      write_each({[&](WriteSession& session) { result.make(writes, session); }}, options);
      return result.take();
    }
  }

  /// Several units that do not depend on each other's success, queued together in this order: they share a commit, and
  /// the caller waits once. Each is undone alone when it throws; the first exception comes out when all have ended.
  void write_each(std::initializer_list<base::FunctionRef<void(WriteSession&)>> units,
                  const WriteOptions& options = {}) {
    run_writes({units.begin(), units.size()}, options);
  }

  virtual DatabaseStatus status() = 0;

  /// Copies the database as of now into the new file `to`, while others read and write, and tells `told` now and then.
  /// The file appears when it is complete and durable; what exists is never overwritten. Blocks the calling thread; on
  /// a task, `offload` it. Errors: kConflict when `to` exists or the
  /// log of an earlier such file lies beside it, kIo, kFull; nothing is left behind then.
  virtual void back_up(const std::filesystem::path& to, base::FunctionRef<void(const BackupProgress&)> told) = 0;

  /// Reads the whole file and gives what is wrong with it, a line each; tells `told` before each table and at the end.
  /// Takes as long as reading everything does; on a task, `offload` it.
  virtual std::vector<std::string> integrity_problems(IntegrityDepth depth,
                                                      base::FunctionRef<void(const IntegrityProgress&)> told) = 0;
  std::vector<std::string> integrity_problems() {
    return integrity_problems(IntegrityDepth::kFull, [](const IntegrityProgress&) {});
  }

  /// What opening found out. Threads: any; it does not change.
  virtual const BootReport& boot_report() const = 0;

  /// Compiles `sql` without running it. Errors: what the database says against it (scope kBug or kCaller).
  StatementShape describe(std::string_view sql);

  /// How the database would find the rows of `sql`; nothing is run. Parameters need no values. Errors as `describe`.
  QueryPlan explain(std::string_view sql);

  base::Event<BatchCommitted> batch_committed;
  base::Event<CheckpointFailed> checkpoint_failed;
  base::Event<Quarantined> quarantined;
  base::Event<WalSyncFailed> wal_sync_failed;
  base::Event<SnapshotTooOld> snapshot_too_old;
  base::Event<SnapshotBarrierEnded> snapshot_barrier_ended;
  base::Event<SlowQuery> slow_query;
  base::Event<SlowUnit> slow_unit;
  base::Event<TurnsChanged> turns_changed;

 protected:
  virtual void run_read(base::FunctionRef<void(ReadSession&)> reads) = 0;
  virtual void run_writes(std::span<const base::FunctionRef<void(WriteSession&)>> units,
                          const WriteOptions& options) = 0;
};

/// A statement that does not fit the schema.
struct SqlProblem {
  SqlSite site;
  std::string what;

  /// "posts_controller.cc:31: no such column: …"; the line is that of the call when the call is wrong.
  std::string message() const;
};

/// The literals of this room, collected at build time (cmake/MonoliteSqlLiterals.cmake).
std::span<const SqlSite> sql_literals();

/// Prepares every literal against the database as it is now, and compares the calls in the source with it: as many
/// values as parameters, a column for each member of the struct, rows where rows are read.
std::vector<SqlProblem> check_statements(Database& database, std::span<const SqlSite> sites);

}  // namespace monolite::db
