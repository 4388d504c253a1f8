#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <thread>

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <monolite/base/error.h>
#include <monolite/db/errors.h>
#include <monolite/db/sqlite/detail/boot_check.h>

namespace monolite::db::sqlite {
namespace {

namespace fs = std::filesystem;

struct NetworkFileSystem {
  std::uint64_t magic;
  const char* name;
};

/// From statfs(2) and linux/magic.h. The shared memory of a WAL is not coherent between the machines of these.
constexpr std::array kNetworkFileSystems{
    NetworkFileSystem{0x6969, "NFS"},        NetworkFileSystem{0x517B, "SMB"},
    NetworkFileSystem{0xFF534D42, "CIFS"},   NetworkFileSystem{0xFE534D42, "SMB2"},
    NetworkFileSystem{0x01021997, "9P"},     NetworkFileSystem{0x5346414F, "AFS"},
    NetworkFileSystem{0x73757245, "Coda"},   NetworkFileSystem{0x00C36400, "Ceph"},
    NetworkFileSystem{0x0BD00BD0, "Lustre"}, NetworkFileSystem{0x65735546, "FUSE"},
    NetworkFileSystem{0x786F4256, "vboxsf"}, NetworkFileSystem{0x6A656A63, "virtiofs"},
};

[[noreturn]] void refuse(base::ErrorCode code, std::string what, std::string hint, int system_code = 0) {
  throw base::Error({.code = code,
                     .scope = base::ErrorScope::kDatabase,
                     .what = std::move(what),
                     .hint = std::move(hint),
                     .system_code = system_code});
}

fs::path folder_of(const std::string& path) {
  const auto folder = fs::path(path).parent_path();
  return folder.empty() ? fs::path(".") : folder;
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    refuse(base::ErrorCode::kIo,
           fmt::format("cannot make the database folder {}: {}", folder.string(), error.message()),
           "create it, or give this user write permission on its parent", error.value());
  }
}

std::string message_of(int number) { return std::generic_category().message(number); }

std::uint64_t magic_of(const struct statfs& info) {
  return static_cast<std::uint64_t>(info.f_type) & 0xFFFFFFFFU;  // the field is signed and of varying width
}

void require_local(const fs::path& folder) {
  struct statfs info {};
  if (statfs(folder.c_str(), &info) != 0) {
    const int number = errno;
    refuse(base::ErrorCode::kIo, fmt::format("cannot look at {}: {}", folder.string(), message_of(number)),
           "check the path of the database", number);
  }
  const auto name = network_file_system(magic_of(info));
  if (!name) return;
  refuse(base::ErrorCode::kUnsupported,
         fmt::format("{} lies on a network or virtual file system ({}), where a WAL database loses data",
                     folder.string(), *name),
         "put the database on a local disk (ext4, xfs, btrfs, zfs)");
}

void require_equal(Connection& connection, const char* pragma, std::string_view wanted) {
  const auto active = connection.pragma(fmt::format("PRAGMA {}", pragma));
  if (active == wanted) return;
  refuse(base::ErrorCode::kUnsupported, fmt::format("PRAGMA {} is '{}' but must be '{}'", pragma, active, wanted),
         "another process may hold the file in another mode: stop it and try again");
}

/// Turning a new file into a WAL database needs a moment without other users, and SQLite does not wait for it: another
/// process may be opening the same new file.
void switch_to_wal(Connection& connection, base::Deadline deadline) {
  while (true) {
    try {
      connection.pragma("PRAGMA journal_mode=wal");
      return;
    } catch (const Busy&) {  // once more
      if (deadline.passed()) throw;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

/// Statistics for the planner. They are advice: a held lock or a full disk must not keep the program from serving, nor
/// a damaged page from serving the others (the lane finds it noted on the connection, and writes are refused).
void refresh_statistics(Connection& connection) {
  connection.set_lock_deadline(base::Deadline(base::Monotonic::now()));  // do not wait for it either
  try {
    connection.pragma("PRAGMA optimize=0x10002");
  } catch (const base::Error& error) {
    if (error.code() != base::ErrorCode::kBusy && error.code() != base::ErrorCode::kFull &&
        error.code() != base::ErrorCode::kCorrupt) {
      throw;
    }
  }
}

}  // namespace

bool is_safe_version(int number) noexcept { return number >= kFirstSafeVersion; }

std::optional<std::string_view> network_file_system(std::uint64_t magic) noexcept {
  const auto found = std::ranges::find(kNetworkFileSystems, magic, &NetworkFileSystem::magic);
  return found == kNetworkFileSystems.end() ? std::nullopt : std::optional<std::string_view>(found->name);
}

void require_safe_version(const Options& options) {
  if (is_safe_version(sqlite3_libversion_number()) || options.unsafe_version == UnsafeVersion::kAllow) return;
  refuse(base::ErrorCode::kUnsupported,
         fmt::format("SQLite {} can corrupt a WAL database (fixed in 3.51.3)", sqlite3_libversion()),
         "build with the bundled SQLite (-DMONOLITE_SQLITE=bundled), or set sqlite.allow_unsafe_version: true");
}

void require_usable_path(const Options& options) {
  const auto folder = folder_of(options.path);
  if (options.create == CreateFile::kIfMissing) make_folder(folder);
  std::error_code error;
  if (!fs::exists(options.path, error) && options.create == CreateFile::kNever) {
    refuse(base::ErrorCode::kConfig, fmt::format("there is no database at {}", options.path),
           "create it with: db prepare");
  }
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    const int number = errno;
    refuse(base::ErrorCode::kForbidden,
           fmt::format("the database folder {} is not writable: {}", folder.string(), message_of(number)),
           "SQLite keeps its WAL beside the file: give this user write permission on the folder", number);
  }
  require_local(folder);
}

void configure(Connection& connection, Role role, const Options& options) {
  // The wait for locks is in place already; switching to WAL needs a moment without other users of the file.
  const auto deadline = base::Deadline::after(std::chrono::seconds(5));
  connection.set_lock_deadline(deadline);
  switch_to_wal(connection, deadline);
  require_equal(connection, "journal_mode", "wal");
  connection.pragma("PRAGMA foreign_keys=on");
  require_equal(connection, "foreign_keys", "1");
  connection.pragma(fmt::format("PRAGMA synchronous={}", static_cast<int>(options.synchronous)));
  connection.pragma("PRAGMA temp_store=memory");
  connection.pragma("PRAGMA mmap_size=0");
  if (role == Role::kReader) {
    connection.pragma(fmt::format("PRAGMA cache_size=-{}", options.reader_cache_kib));
    connection.pragma("PRAGMA query_only=on");
    return;
  }
  connection.pragma(fmt::format("PRAGMA cache_size=-{}", options.writer_cache_kib));
  connection.pragma(fmt::format("PRAGMA journal_size_limit={}", options.max_wal_bytes));
  refresh_statistics(connection);
}

}  // namespace monolite::db::sqlite
