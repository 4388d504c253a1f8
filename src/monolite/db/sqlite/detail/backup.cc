#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <monolite/base/error.h>
#include <monolite/db/sqlite/detail/backup.h>
#include <monolite/db/sqlite/detail/errors.h>
#include <monolite/db/sqlite/failpoints.h>

namespace monolite::db::sqlite {
namespace {

namespace fs = std::filesystem;

/// One step's worth: small enough for a smooth progress bar.
constexpr int kPagesPerStep = 1024;

[[noreturn]] void throw_io(const std::string& what, int number) {
  throw base::Error({.code = base::ErrorCode::kIo,
                     .scope = base::ErrorScope::kCaller,
                     .what = fmt::format("{}: {}", what, std::generic_category().message(number)),
                     .hint = "check the folder's permissions and the space on its disk"});
}

/// Makes what was written to `path`, a file or a folder, survive a power cut. Not for an open database: closing a
/// descriptor of one drops its locks.
void sync(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) throw_io(fmt::format("cannot open {}", path.string()), errno);
  const int result = ::fsync(descriptor);
  const int number = errno;
  ::close(descriptor);
  if (result != 0) throw_io(fmt::format("cannot sync {}", path.string()), number);
}

/// The unfinished file, removed unless it was moved to its name.
class PartFile {
 public:
  explicit PartFile(const fs::path& final_path) : path_(final_path.string() + ".part"), final_path_(final_path) {
    std::error_code error;
    fs::remove(path_, error);  // of a backup that did not end
    if (error) throw_io(fmt::format("cannot remove {}", path_.string()), error.value());
  }
  ~PartFile() {
    std::error_code ignored;  // the error that brought us here is the one to tell
    if (!finished_) fs::remove(path_, ignored);
  }
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  const fs::path& path() const noexcept { return path_; }

  void finish(base::Failpoints* failpoints) {
    sync(path_);
    reach(failpoints, "backup.synced");
    // A hard link, not a rename: it fails when somebody made the file meanwhile.
    if (::link(path_.c_str(), final_path_.c_str()) != 0) {
      throw_io(fmt::format("cannot make {}", final_path_.string()), errno);
    }
    reach(failpoints, "backup.linked");
    fs::remove(path_);
    finished_ = true;
    sync(fs::absolute(final_path_).parent_path());
  }

 private:
  const fs::path path_;
  const fs::path final_path_;
  bool finished_ = false;
};

/// A new database file that nobody else knows of: no journal, no syncs, they come at the end.
class Copy {
 public:
  Copy(const fs::path& path, const BackupOptions& options) : failpoints_(options.failpoints) {
    constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                           SQLITE_OPEN_EXCLUSIVE;
    const int result =
        sqlite3_open_v2(path.c_str(), &handle_, kFlags, options.vfs.empty() ? nullptr : options.vfs.c_str());
    if (result == SQLITE_OK) {
      sqlite3_exec(handle_, "PRAGMA journal_mode=off; PRAGMA synchronous=off", nullptr, nullptr, nullptr);
      return;
    }
    try {
      throw_error(handle_, result, fmt::format("creating {}", path.string()));
    } catch (...) {  // the handle exists even after a failed open
      sqlite3_close_v2(handle_);
      throw;
    }
  }
  ~Copy() { sqlite3_close_v2(handle_); }
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;

  void fill_from(Connection& source, base::FunctionRef<void(const BackupProgress&)> told) {
    sqlite3_backup* const backup = sqlite3_backup_init(handle_, "main", source.handle(), "main");
    if (backup == nullptr) throw_error(handle_, sqlite3_extended_errcode(handle_), "starting the backup");
    struct Finish {
      ~Finish() { sqlite3_backup_finish(running); }
      sqlite3_backup* running;
    } const finish{backup};
    int result = SQLITE_OK;
    while (result == SQLITE_OK) {
      result = sqlite3_backup_step(backup, kPagesPerStep);
      const auto total = sqlite3_backup_pagecount(backup);
      reach(failpoints_, "backup.stepped");
      told({.pages = total - sqlite3_backup_remaining(backup), .total_pages = total});
    }
    if (result != SQLITE_DONE) throw_error(nullptr, result, "copying the database");
  }

 private:
  base::Failpoints* const failpoints_;
  sqlite3* handle_ = nullptr;
};

/// A log or journal that lies beside the name belongs to a file that is gone. Whoever opened the copy would have it
/// applied to the copy.
void require_free(const fs::path& to) {
  for (const char* const ending : {"", "-wal", "-journal"}) {
    const auto path = to.string() + ending;
    if (!fs::exists(path)) continue;
    throw base::Error({.code = base::ErrorCode::kConflict,
                       .scope = base::ErrorScope::kCaller,
                       .what = fmt::format("{} exists already", path),
                       .hint = "choose another name, or remove it first: a backup never overwrites"});
  }
}

}  // namespace

void back_up(Connection& source, const fs::path& to, const BackupOptions& options,
             base::FunctionRef<void(const BackupProgress&)> told) {
  require_free(to);
  PartFile part(to);
  {
    Copy copy(part.path(), options);
    // With a read transaction open the copy is of one snapshot; without it, SQLite begins anew at each write of others.
    source.control(Control::kBeginRead);
    source.pragma("PRAGMA schema_version");  // BEGIN alone opens no snapshot, the first read does
    struct End {
      ~End() { connection.recover(); }
      Connection& connection;
    } const end{source};
    reach(options.failpoints, "backup.begun");
    copy.fill_from(source, told);
  }
  reach(options.failpoints, "backup.copied");
  part.finish(options.failpoints);
}

}  // namespace monolite::db::sqlite
