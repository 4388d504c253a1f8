#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <sqlite3.h>

#include <monolite/db/sqlite/fault_vfs.h>
#include <monolite/db/sqlite/power_cut.h>

namespace monolite::db::sqlite {

/// `vfs` stays registered while this lives; SQLite hands it to the functions of the VFS, which find us through
/// pAppData.
struct FaultVfs::Impl {
  Impl(std::string vfs_name, PowerCutDisk* power_cut_disk);

  /// Tells the watcher, counts, and says whether the operation has to fail.
  std::optional<Fault> next(Operation operation, const std::string& file);

  const std::string name;
  PowerCutDisk* const disk;
  sqlite3_vfs* const real;
  sqlite3_vfs vfs{};
  Watcher watcher;

  mutable std::mutex mutex;
  std::optional<Rule> rule;
  std::uint64_t matched = 0;
  std::uint64_t failed = 0;
  std::map<std::pair<Operation, std::string>, std::uint64_t> counts;
};

/// What SQLite allocates per open file, without constructors; the real file lies right behind it.
struct FaultFile {
  struct Details {
    FaultVfs::Impl& owner;
    std::string path;
    PowerCutDisk::File on_disk;  // null without a PowerCutDisk
    PowerCutDisk::FolderSync folder;
  };

  sqlite3_file base;
  Details* details;  // owned: made after xOpen, deleted by xClose
};

inline sqlite3_file* real_of(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<FaultFile*>(file) + 1);
}

/// Makes of an opened real file one that fails as `owner` says.
void adopt(FaultVfs::Impl& owner, sqlite3_file* file, const char* path, int flags);

/// The result code of an operation that fails with `fault`, where `io_error` is the one of an I/O error.
int code_of(FaultVfs::Fault fault, int io_error) noexcept;

}  // namespace monolite::db::sqlite
