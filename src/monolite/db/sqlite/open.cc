#include <span>
#include <utility>

#include <sqlite3.h>

#include <monolite/base/error.h>
#include <monolite/base/fork_guard.h>
#include <monolite/db/errors.h>
#include <monolite/db/sqlite/detail/backup.h>
#include <monolite/db/sqlite/detail/boot.h>
#include <monolite/db/sqlite/detail/checkpointer.h>
#include <monolite/db/sqlite/detail/connection.h>
#include <monolite/db/sqlite/detail/foreign_keys.h>
#include <monolite/db/sqlite/detail/inspect.h>
#include <monolite/db/sqlite/detail/integrity.h>
#include <monolite/db/sqlite/detail/process_turn.h>
#include <monolite/db/sqlite/detail/quarantine.h>
#include <monolite/db/sqlite/detail/reader_pool.h>
#include <monolite/db/sqlite/detail/readonly_database.h>
#include <monolite/db/sqlite/detail/snapshot_watch.h>
#include <monolite/db/sqlite/detail/snapshots.h>
#include <monolite/db/sqlite/detail/wal_syncer.h>
#include <monolite/db/sqlite/detail/writer_lane.h>
#include <monolite/db/sqlite/failpoints.h>
#include <monolite/db/sqlite/open.h>

namespace monolite::db::sqlite {
namespace {

std::unique_ptr<Connection> watched(std::unique_ptr<Connection> connection, const Options& options,
                                    const Database& database) {
  connection->watch().report_slow(options.slow_query, database.slow_query);
  return connection;
}

class SqliteDatabase final : public Database {
 public:
  explicit SqliteDatabase(Boot&& boot)
      : options_(std::move(boot.options)),
        report_(std::move(boot.report)),
        guard_(std::move(boot.guard)),
        watch_("a database", SnapshotLimits{options_.snapshot_warn_after, options_.snapshot_interrupt_after}, *this),
        lane_("a database",
              LaneParts{watched(std::move(boot.connection), options_, *this), checkpointer(),
                        std::make_unique<ProcessTurn>(options_, *this)},
              LaneOptions{options_.max_queued_writes, options_.max_batch, options_.unit_timeout, options_.slow_query,
                          options_.failpoints, options_.close_grace, guard_.get()},
              *this, quarantine_),
        readers_(
            "a database", [this] { return watched(open_reader(), options_, *this); }, lane_->commits(),
            ReaderPool::Watchers{watch_->snapshots(), quarantine_}, options_.max_readers) {}

  const BootReport& boot_report() const override { return report_; }

  DatabaseStatus status() override {
    DatabaseStatus status{.path = options_.path,
                          .queued_writes = lane_->queued(),
                          .idle_readers = readers_->free_connections(),
                          .checkpoint = lane_->checkpoint_status(),
                          .oldest_snapshot = watch_->snapshots().oldest_age(),
                          .turns = lane_->turn().manner(),
                          .others = lane_->turn().others()};
    if (const auto cause = quarantine_.cause()) status.quarantine = base::describe(cause);
    read([&](ReadSession& session) { inspect(session, status); });
    return status;
  }

  void back_up(const std::filesystem::path& to, base::FunctionRef<void(const BackupProgress&)> told) override {
    lane_->require_outside_unit("a write unit cannot back its database up: its own changes would be missing");
    const auto source = open_reader();
    const Snapshots::Entry entry(watch_->snapshots(), *source, AgeLimit::kExempt);
    sqlite::back_up(*source, to, {.vfs = options_.vfs, .failpoints = options_.failpoints}, told);
  }

  using Database::integrity_problems;
  std::vector<std::string> integrity_problems(IntegrityDepth depth,
                                              base::FunctionRef<void(const IntegrityProgress&)> told) override {
    lane_->require_outside_unit("a write unit reads through its WriteSession: here its own changes are invisible");
    return find_integrity_problems(
        [this](base::FunctionRef<void(ReadSession&)> reads) { readers_->read_at_length(reads); }, depth, told);
  }

 protected:
  void run_read(base::FunctionRef<void(ReadSession&)> reads) override {
    lane_->require_outside_unit("a write unit reads through its WriteSession: here its own changes are invisible");
    readers_->read(reads);
  }

  void run_writes(std::span<const base::FunctionRef<void(WriteSession&)>> units, const WriteOptions& options) override {
    lane_->require_outside_unit("a write unit cannot write again: use its WriteSession");
    base::require_may_wait();
    readers_->end_snapshot();  // what the caller reads next includes its write, also when no wait was necessary
    lane_->write(units, options);
  }

 private:
  /// SQLite syncs by itself at kFull, and nobody asks for it at kOff.
  std::unique_ptr<WalSyncer> wal_syncer() {
    const auto interval = options_.wal_sync_interval;
    if (options_.synchronous != Synchronous::kNormal || interval <= interval.zero()) return nullptr;
    return std::make_unique<WalSyncer>(open_reader(), interval, *this);
  }

  std::unique_ptr<Checkpointer> checkpointer() {
    CheckpointOptions own;
    own.frames = options_.checkpoint_frames;
    own.max_wal_bytes = options_.max_wal_bytes;
    own.barrier = options_.snapshot_barrier;
    own.rest = options_.rest_after;
    own.failpoints = options_.failpoints;
    return std::make_unique<Checkpointer>(own, wal_syncer(), watch_->snapshots(), *this);
  }

  /// The path may lead to another database by now, which no reader of this one may show.
  std::unique_ptr<Connection> open_reader() const {
    guard_->require_same();
    auto connection = open_connection(options_, Role::kReader);
    guard_->require_same();  // nor did it change meanwhile
    return connection;
  }

  const Options options_;
  const BootReport report_;
  const std::unique_ptr<FileGuard> guard_;  // before the lane: records how the last connection was closed
  Quarantine quarantine_{*this};
  base::ProcessBound<SnapshotWatch> watch_;
  base::ProcessBound<WriterLane> lane_;
  base::ProcessBound<ReaderPool> readers_;
};

}  // namespace

std::unique_ptr<Database> open(const Options& options) {
  auto booted = boot(options);
  if (booted.options.access != Access::kReadWrite) return open_readonly(std::move(booted));
  return std::make_unique<SqliteDatabase>(std::move(booted));
}

int library_version_number() noexcept { return sqlite3_libversion_number(); }

const char* library_version() noexcept { return sqlite3_libversion(); }

}  // namespace monolite::db::sqlite
