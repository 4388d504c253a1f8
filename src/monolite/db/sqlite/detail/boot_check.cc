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
#include <monolite/db/sqlite/detail/extensions.h>
#include <monolite/db/sqlite/detail/settings.h>

namespace monolite::db::sqlite {
namespace {

namespace fs = std::filesystem;

struct FileSystem {
  std::uint64_t magic;
  const char* name;
};

/// From statfs(2) and linux/magic.h. The shared memory of a WAL is not coherent between the machines of these.
constexpr std::array kNetworkFileSystems{
    FileSystem{0x6969, "NFS"},      FileSystem{0x517B, "SMB"},        FileSystem{0xFF534D42, "CIFS"},
    FileSystem{0xFE534D42, "SMB2"}, FileSystem{0x01021997, "9P"},     FileSystem{0x5346414F, "AFS"},
    FileSystem{0x73757245, "Coda"}, FileSystem{0x00C36400, "Ceph"},   FileSystem{0x0BD00BD0, "Lustre"},
    FileSystem{0x65735546, "FUSE"}, FileSystem{0x786F4256, "vboxsf"}, FileSystem{0x6A656A63, "virtiofs"},
};

constexpr std::array kLocalFileSystems{
    FileSystem{0xEF53, "ext4"},         FileSystem{0x58465342, "xfs"},      FileSystem{0x9123683E, "btrfs"},
    FileSystem{0x2FC12FC1, "zfs"},      FileSystem{0x01021994, "tmpfs"},    FileSystem{0x794C7630, "overlayfs"},
    FileSystem{0xF2F52010, "f2fs"},     FileSystem{0xCA451A4E, "bcachefs"}, FileSystem{0x858458F6, "ramfs"},
    FileSystem{0x73717368, "squashfs"}, FileSystem{0xE0F5E1E2, "erofs"},    FileSystem{0x9660, "iso9660"},
    FileSystem{0x4D44, "vfat"},         FileSystem{0x2011BAB0, "exfat"},
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

/// Files that another user left behind stop this one as well: root ran a command.
void require_writable(const std::string& file) {
  if (access(file.c_str(), F_OK) != 0 || access(file.c_str(), W_OK) == 0) return;
  const int number = errno;
  refuse(base::ErrorCode::kForbidden, fmt::format("{} is not writable", file),
         "give this user write permission on the file and its folder, or set readonly: true", number);
}

bool is_writable(const Options& options) {
  return access(folder_of(options.path).c_str(), W_OK | X_OK) == 0 &&
         (access(options.path.c_str(), F_OK) != 0 || access(options.path.c_str(), W_OK) == 0);
}

void require_wal(Connection& connection) {
  const auto active = connection.pragma("PRAGMA journal_mode");
  if (active == "wal") return;
  refuse(base::ErrorCode::kUnsupported, fmt::format("PRAGMA journal_mode is '{}' but must be 'wal'", active),
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
    connection.pragma("PRAGMA optimize=0x10012");
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
  const auto found = std::ranges::find(kNetworkFileSystems, magic, &FileSystem::magic);
  return found == kNetworkFileSystems.end() ? std::nullopt : std::optional<std::string_view>(found->name);
}

void require_safe_version(const Options& options) {
  if (is_safe_version(sqlite3_libversion_number()) || options.unsafe_version == UnsafeVersion::kAllow) return;
  refuse(base::ErrorCode::kUnsupported,
         fmt::format("SQLite {} can corrupt a WAL database (fixed in 3.51.3)", sqlite3_libversion()),
         "build with the bundled SQLite (-DMONOLITE_SQLITE=bundled), or set sqlite.allow_unsafe_version: true");
}

std::string file_system_of(const std::string& database) {
  struct statfs info {};
  if (statfs(folder_of(database).c_str(), &info) != 0) return "unknown";
  const auto magic = magic_of(info);
  if (const auto network = network_file_system(magic)) return std::string(*network);
  const auto found = std::ranges::find(kLocalFileSystems, magic, &FileSystem::magic);
  return found == kLocalFileSystems.end() ? fmt::format("0x{:X}", magic) : found->name;
}

Access possible_access(const Options& options) {
  const bool degrades = options.access == Access::kReadWrite && options.unwritable == Unwritable::kReadOnly &&
                        options.create == CreateFile::kNever && !is_writable(options);
  return degrades ? Access::kReadOnly : options.access;
}

void require_usable_path(const Options& options) {
  const auto folder = folder_of(options.path);
  if (options.create == CreateFile::kIfMissing) make_folder(folder);
  std::error_code error;
  if (!fs::exists(options.path, error) && options.create == CreateFile::kNever) {
    refuse(base::ErrorCode::kConfig, fmt::format("there is no database at {}", options.path),
           "create it with: db prepare");
  }
  if (options.access != Access::kImmutable) require_local(folder);
  if (options.access != Access::kReadWrite) return;
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    const int number = errno;
    refuse(base::ErrorCode::kForbidden,
           fmt::format("the database folder {} is not writable: {}", folder.string(), message_of(number)),
           "SQLite keeps its WAL beside the file: give this user write permission on the folder, or set readonly: true",
           number);
  }
  for (const char* suffix : {"", "-wal", "-shm"}) require_writable(options.path + suffix);
}

void configure(Connection& connection, Role role, const Options& options) {
  load_extensions(connection, options.extensions);
  // The wait for locks is in place already; switching to WAL needs a moment without other users of the file.
  const auto deadline = base::Deadline::after(std::chrono::seconds(5));
  connection.set_lock_deadline(deadline);
  if (role == Role::kCreator) shape_new_file(connection, options);
  if (role != Role::kReadOnly && role != Role::kImmutable) {
    switch_to_wal(connection, deadline);
    require_wal(connection);
  }
  set_all(connection, settings_for(role, options));
  if (role == Role::kWriter || role == Role::kCreator) refresh_statistics(connection);
}

}  // namespace monolite::db::sqlite
