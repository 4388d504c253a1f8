#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>

#include <monolite/db/errors.h>
#include <monolite/db/sqlite/detail/boot.h>
#include <monolite/db/sqlite/detail/boot_check.h>
#include <monolite/db/sqlite/detail/library.h>
#include <monolite/db/sqlite/detail/probe.h>
#include <monolite/db/sqlite/detail/settings.h>
#include <monolite/db/sqlite/failpoints.h>

namespace monolite::db::sqlite {
namespace {

using std::chrono::microseconds;

/// For the first connection: another process may be recovering the file, or switching it to WAL.
constexpr auto kPatience = std::chrono::seconds(5);

microseconds since(base::Monotonic::time_point begun) {
  return std::chrono::duration_cast<microseconds>(base::Monotonic::now() - begun);
}

/// Those of the library's compile options that say whether it is safe and what it can do.
std::vector<std::string> telling_compile_options() {
  constexpr std::array<std::string_view, 9> kTelling{"DQS=",         "THREADSAFE=",      "DEFAULT_FOREIGN_KEYS",
                                                     "ENABLE_FTS5",  "ENABLE_SESSION",   "ENABLE_SNAPSHOT",
                                                     "ENABLE_STAT4", "ENABLE_PREUPDATE", "OMIT_LOAD_EXTENSION"};
  std::vector<std::string> options;
  for (int i = 0; const char* option = sqlite3_compileoption_get(i); ++i) {
    if (std::ranges::any_of(kTelling, [&](auto prefix) { return std::string_view(option).starts_with(prefix); })) {
      options.emplace_back(option);
    }
  }
  return options;
}

std::string_view name_of(Access access) {
  switch (access) {
    case Access::kReadWrite:
      return "read-write";
    case Access::kReadOnly:
      return "read-only";
    case Access::kImmutable:
      return "immutable";
  }
  return "";
}

Role first_role(const Options& options) {
  if (options.access == Access::kImmutable) return Role::kImmutable;
  if (options.access == Access::kReadOnly) return Role::kReadOnly;
  return options.create == CreateFile::kIfMissing ? Role::kCreator : Role::kWriter;
}

/// The state before any connection is open; nothing when there is no file yet.
std::optional<FileState> found(const std::string& path) {
  return identity_of(path).inode == 0 ? std::nullopt : std::optional(state_now(path, nullptr));
}

void refuse_hidden_wal(const Options& options, std::int64_t wal_bytes) {
  if (options.access != Access::kImmutable || wal_bytes == 0) return;
  throw base::Error({.code = base::ErrorCode::kConfig,
                     .scope = base::ErrorScope::kDatabase,
                     .what = fmt::format("{} has a -wal file of {} bytes, which `readonly: immutable` would not read",
                                         options.path, wal_bytes),
                     .hint = "use `readonly: true`, or let a program that may write open and close it first"});
}

/// The first read. A WAL or a journal that a crash left is recovered by it, before anything else happens to the file.
void recover(Connection& connection, BootReport& report) {
  const RecoveryNotices notices;
  const auto begun = base::Monotonic::now();
  connection.pragma("PRAGMA schema_version");
  if (notices.wal() || notices.journal()) report.recovery = since(begun);
  report.recovered = notices.text();
}

/// Never followed by a use of the database: its last close would copy whatever WAL there is into the file.
[[noreturn]] void refuse_lost(Connection& connection, const Options& options, const std::string& what) {
  sqlite3_db_config(connection.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  throw Corrupt({.code = base::ErrorCode::kCorrupt,
                 .scope = base::ErrorScope::kDatabase,
                 .what = fmt::format("{} lost data since the last run: {}", options.path, what),
                 .hint = "put the file back, or restore a backup; to go on without the data start once with "
                         "lost_wal: warn in config/database.yml"});
}

/// `before` was taken when no connection was open.
void judge_loss(const Options& options, FileState before, Connection& connection, const StateRecord& record,
                BootReport& report) {
  if (record.found() == StateRecord::Read::kDamaged) {
    report.warnings.push_back(fmt::format("{}-state is damaged and was not used", options.path));
  }
  if (record.found() != StateRecord::Read::kRead) return;
  before.wal_salt = state_now(options.path, connection.handle()).wal_salt;
  const auto loss = loss_between(record.last(), before);
  if (!loss) return;
  if (loss->is_certain && options.lost_wal == LostWal::kRefuse) refuse_lost(connection, options, loss->what);
  report.warnings.push_back(fmt::format("data was lost since the last run{}: {}",
                                        loss->is_certain ? "" : ", maybe by a power cut", loss->what));
}

/// A WAL that was found is not copied into the file yet.
void begin_record(const Options& options, Connection& connection, StateRecord& record) {
  auto state = state_now(options.path, connection.handle());
  state.wal_has_commits = state.wal_bytes > 0 && state.wal_salt != 0;
  record.write(state);
}

void describe(const Options& options, Connection& connection, BootReport& report) {
  constexpr std::array kLevels{"off", "normal", "full", "extra"};
  const auto level = connection.pragma("PRAGMA synchronous");
  report.path = options.path;
  report.engine = fmt::format("SQLite {}", library_version());
  report.compile_options = telling_compile_options();
  report.file_system = file_system_of(options.path);
  report.access = name_of(options.access);
  report.journal = connection.pragma("PRAGMA journal_mode");
  report.synchronous = level.size() == 1 ? kLevels.at(static_cast<std::size_t>(level[0] - '0')) : level;
  report.foreign_keys = connection.pragma("PRAGMA foreign_keys") == "1";
}

void test_place(const Options& options, BootReport& report) {
  if (options.self_test == SelfTest::kSkip || !options.vfs.empty() || options.access != Access::kReadWrite) return;
  report.sync = probe_beside(options.path).sync;
  report.locks_tested = true;
}

void start_writing(const Options& options, const std::optional<FileState>& before, StateRecord& record,
                   Connection& connection, BootReport& report) {
  // Behind another VFS the files may be anything; its tests lose power, which is no reason to refuse.
  if (options.vfs.empty() && !record.create()) {
    report.warnings.push_back(fmt::format("cannot write {}-state: a lost -wal would go unnoticed", options.path));
  }
  // A switch to WAL while another program of ours has the file open in rollback mode would wait for it: one at a time.
  const StateRecord::Turn turn(record);
  if (before && options.vfs.empty()) judge_loss(options, *before, connection, record, report);
  configure(connection, first_role(options), options);
  if (options.vfs.empty()) begin_record(options, connection, record);
}

}  // namespace

std::unique_ptr<Connection> open_connection(const Options& options, Role role) {
  auto connection = std::make_unique<Connection>(options.path, role, options.vfs);
  configure(*connection, role, options);
  return connection;
}

Boot boot(const Options& wanted) {
  const auto begun = base::Monotonic::now();
  require_safe_version(wanted);
  require_legal_pragmas(wanted);
  Boot boot{.options = wanted, .report = {}, .connection = nullptr, .guard = nullptr};
  auto& [options, report, connection, guard] = boot;
  options.access = possible_access(options);
  require_usable_path(options);
  test_place(options, report);

  auto record = std::make_unique<StateRecord>(options.path);  // before what it is compared with
  const auto before = found(options.path);
  report.wal_bytes = before ? before->wal_bytes : 0;
  refuse_hidden_wal(options, report.wal_bytes);
  connection = std::make_unique<Connection>(options.path, first_role(options), options.vfs);
  reach(options.failpoints, "open.connected");
  connection->set_lock_deadline(base::Deadline::after(kPatience));
  recover(*connection, report);
  if (options.access == Access::kReadWrite) {
    start_writing(options, before, *record, *connection, report);
  } else {
    configure(*connection, first_role(options), options);
    record.reset();  // it belongs to those who write
  }
  reach(options.failpoints, "open.configured");
  guard = std::make_unique<FileGuard>(options.path, std::move(record));
  if (options.access != wanted.access) report.warnings.push_back("not writable: opened for reading only");
  describe(options, *connection, report);
  report.opening = since(begun);
  return boot;
}

}  // namespace monolite::db::sqlite
