#include <atomic>
#include <utility>

#include <fmt/format.h>

#include <monolite/base/error.h>
#include <monolite/base/fork_guard.h>
#include <monolite/db/sqlite/detail/backup.h>
#include <monolite/db/sqlite/detail/inspect.h>
#include <monolite/db/sqlite/detail/integrity.h>
#include <monolite/db/sqlite/detail/quarantine.h>
#include <monolite/db/sqlite/detail/reader_pool.h>
#include <monolite/db/sqlite/detail/readonly_database.h>
#include <monolite/db/sqlite/detail/snapshot_watch.h>

namespace monolite::db::sqlite {
namespace {

class ReadonlyDatabase final : public Database {
 public:
  explicit ReadonlyDatabase(Boot&& boot)
      : options_(std::move(boot.options)),
        report_(std::move(boot.report)),
        guard_(std::move(boot.guard)),
        watch_("a database", SnapshotLimits{options_.snapshot_warn_after, options_.snapshot_interrupt_after}, *this),
        first_(std::move(boot.connection)),
        readers_(
            "a database", [this] { return open_reader(); }, commits_,
            ReaderPool::Watchers{watch_->snapshots(), quarantine_}, options_.max_readers) {}

  const BootReport& boot_report() const override { return report_; }

  DatabaseStatus status() override {
    DatabaseStatus status{.path = options_.path,
                          .idle_readers = readers_->free_connections(),
                          .oldest_snapshot = watch_->snapshots().oldest_age()};
    if (const auto cause = quarantine_.cause()) status.quarantine = base::describe(cause);
    read([&](ReadSession& session) { inspect(session, status); });
    return status;
  }

  void back_up(const std::filesystem::path& to, base::FunctionRef<void(const BackupProgress&)> told) override {
    const auto source = open_reader();
    const Snapshots::Entry entry(watch_->snapshots(), *source, AgeLimit::kExempt);
    sqlite::back_up(*source, to, {.vfs = options_.vfs, .failpoints = options_.failpoints}, told);
  }

  using Database::integrity_problems;
  std::vector<std::string> integrity_problems(IntegrityDepth depth,
                                              base::FunctionRef<void(const IntegrityProgress&)> told) override {
    return find_integrity_problems(
        [this](base::FunctionRef<void(ReadSession&)> reads) { readers_->read_at_length(reads); }, depth, told);
  }

 protected:
  void run_read(base::FunctionRef<void(ReadSession&)> reads) override { readers_->read(reads); }

  void run_writes(std::span<const base::FunctionRef<void(WriteSession&)>> /*units*/,
                  const WriteOptions& /*options*/) override {
    throw base::Error({.code = base::ErrorCode::kForbidden,
                       .what = fmt::format("{} is open for reading only", options_.path),
                       .hint = "remove `readonly` from config/database.yml to write, or give this user write "
                               "permission on the file and its folder"});
  }

 private:
  std::unique_ptr<Connection> open_reader() const {
    guard_->require_same();
    auto connection =
        open_connection(options_, options_.access == Access::kImmutable ? Role::kImmutable : Role::kReadOnly);
    guard_->require_same();  // nor did it change meanwhile
    connection->watch().report_slow(options_.slow_query, slow_query);
    return connection;
  }

  const Options options_;
  const BootReport report_;
  const std::unique_ptr<FileGuard> guard_;
  base::ProcessBound<SnapshotWatch> watch_;
  // Stays open: while a process has a connection, a closing one does not take the WAL away.
  const std::unique_ptr<Connection> first_;
  const std::atomic<std::uint64_t> commits_{0};  // of this process: none
  Quarantine quarantine_{*this};
  base::ProcessBound<ReaderPool> readers_;
};

}  // namespace

std::unique_ptr<Database> open_readonly(Boot&& boot) { return std::make_unique<ReadonlyDatabase>(std::move(boot)); }

}  // namespace monolite::db::sqlite
