#include <array>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <monolite/base/error.h>
#include <monolite/base/fork_guard.h>
#include <monolite/db/errors.h>
#include <monolite/db/sqlite/detail/backup.h>
#include <monolite/db/sqlite/detail/boot_check.h>
#include <monolite/db/sqlite/detail/checkpointer.h>
#include <monolite/db/sqlite/detail/connection.h>
#include <monolite/db/sqlite/detail/foreign_keys.h>
#include <monolite/db/sqlite/detail/process_turn.h>
#include <monolite/db/sqlite/detail/quarantine.h>
#include <monolite/db/sqlite/detail/reader_pool.h>
#include <monolite/db/sqlite/detail/snapshot_watch.h>
#include <monolite/db/sqlite/detail/snapshots.h>
#include <monolite/db/sqlite/detail/wal_syncer.h>
#include <monolite/db/sqlite/detail/writer_lane.h>
#include <monolite/db/sqlite/failpoints.h>
#include <monolite/db/sqlite/open.h>

namespace monolite::db::sqlite {
namespace {

std::unique_ptr<Connection> open_connection(const Options& options, Role role) {
  auto connection = std::make_unique<Connection>(options.path, role, options.vfs);
  configure(*connection, role, options);
  return connection;
}

std::unique_ptr<Connection> watched(std::unique_ptr<Connection> connection, const Options& options,
                                    const Database& database) {
  connection->watch().report_slow(options.slow_query, database.slow_query);
  return connection;
}

std::unique_ptr<Connection> open_writer(const Options& options) {
  const Role role = options.create == CreateFile::kIfMissing ? Role::kCreator : Role::kWriter;
  auto connection = std::make_unique<Connection>(options.path, role, options.vfs);
  reach(options.failpoints, "open.connected");
  configure(*connection, role, options);
  reach(options.failpoints, "open.configured");
  return connection;
}

/// Size by name: the file itself is never opened outside SQLite.
std::int64_t size_of(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 ? info.st_size : 0;
}

class SqliteDatabase final : public Database {
 public:
  explicit SqliteDatabase(const Options& options)
      : options_(options),
        watch_("a database", SnapshotLimits{options.snapshot_warn_after, options.snapshot_interrupt_after}, *this),
        lane_("a database",
              LaneParts{watched(open_writer(options), options, *this), checkpointer(),
                        std::make_unique<ProcessTurn>(options, *this)},
              LaneOptions{options.max_queued_writes, options.max_batch, options.unit_timeout, options.slow_query,
                          options.failpoints, options.close_grace},
              *this, quarantine_),
        readers_(
            "a database", [this] { return watched(open_connection(options_, Role::kReader), options_, *this); },
            lane_->commits(), ReaderPool::Watchers{watch_->snapshots(), quarantine_}, options.max_readers) {}

  DatabaseStatus status() override {
    static constexpr std::array kModes{"off", "normal", "full"};
    DatabaseStatus status{.path = options_.path,
                          .engine = fmt::format("SQLite {}", library_version()),
                          .journal = "",
                          .synchronous = kModes.at(static_cast<std::size_t>(options_.synchronous)),
                          .bytes = size_of(options_.path),
                          .wal_bytes = size_of(options_.path + "-wal"),
                          .queued_writes = lane_->queued(),
                          .checkpoint = lane_->checkpoint_status(),
                          .oldest_snapshot = watch_->snapshots().oldest_age(),
                          .turns = lane_->turn().manner(),
                          .others = lane_->turn().others()};
    if (const auto cause = quarantine_.cause()) status.quarantine = base::describe(cause);
    read([&](ReadSession& session) { status.journal = session.scalar<std::string>("PRAGMA journal_mode"_sql); });
    return status;
  }

  void back_up(const std::filesystem::path& to, base::FunctionRef<void(const BackupProgress&)> told) override {
    lane_->require_outside_unit("a write unit cannot back its database up: its own changes would be missing");
    const auto source = open_connection(options_, Role::kReader);
    const Snapshots::Entry entry(watch_->snapshots(), *source, AgeLimit::kExempt);
    sqlite::back_up(*source, to, {.vfs = options_.vfs, .failpoints = options_.failpoints}, told);
  }

  std::vector<std::string> integrity_problems() override {
    std::vector<std::string> problems;
    lane_->require_outside_unit("a write unit reads through its WriteSession: here its own changes are invisible");
    readers_->read_at_length([&](ReadSession& session) {
      try {
        for (const auto& line : session.each<std::string>("PRAGMA integrity_check"_sql)) {
          if (line != "ok") problems.push_back(line);
        }
      } catch (const Corrupt& damage) {  // so bad that the check itself cannot go on
        problems.emplace_back(damage.what());
        return;
      }
      for (auto& line : dangling_rows(session)) problems.push_back(std::move(line));
    });
    return problems;
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
    return std::make_unique<WalSyncer>(open_connection(options_, Role::kReader), interval, *this);
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

  const Options options_;
  Quarantine quarantine_{*this};
  base::ProcessBound<SnapshotWatch> watch_;
  base::ProcessBound<WriterLane> lane_;
  base::ProcessBound<ReaderPool> readers_;
};

}  // namespace

std::unique_ptr<Database> open(const Options& options) {
  require_safe_version(options);
  require_usable_path(options);
  return std::make_unique<SqliteDatabase>(options);
}

int library_version_number() noexcept { return sqlite3_libversion_number(); }

const char* library_version() noexcept { return sqlite3_libversion(); }

}  // namespace monolite::db::sqlite
