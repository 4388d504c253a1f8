#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

/// Faults of disks, for tests.
namespace monolite::db::sqlite {

/// A disk that may lose power. Behind a FaultVfs it remembers, file by file, what was written since the last sync, and
/// which names were made or removed since the folder was synced. `cut_power` makes a folder as it may be found
/// afterwards; the databases that are open go on undisturbed, so one run gives as many cuts as a test likes.
///
///   PowerCutDisk disk;
///   FaultVfs vfs("disk", &disk);
///   auto database = open({.path = path, .create = CreateFile::kIfMissing, .vfs = vfs.name()});
///   ...                                                 // what is acknowledged now must survive
///   disk.cut_power(other_folder, {.seed = 7});
///   auto found = open({.path = other_folder / "name.sqlite3"});  // through the system's VFS
///
/// The model: what was synced is there. Of each later write every sector of 512 bytes is there or not, whatever came
/// before or after it (disks and kernels write in any order). A truncation, a new name and a removal are there or not.
/// What was beside a written range does not change. A folder is synced where SQLite's VFS for Unix does it: with the
/// first sync of a new WAL or journal, and by a removal that asks for it. Not in the model: files written outside of
/// the VFS, like the name and the sync of a finished backup.
///
/// Threads: any. Lifetime: outlives its FaultVfs.
class PowerCutDisk {
 public:
  enum class Syncs {
    kHonest,
    kLies,  ///< a sync says that it succeeded and does nothing: cheap disks, virtual machines set up badly
  };
  enum class Survivors {
    kNone,    ///< what was not synced is lost
    kRandom,  ///< any part of it, by the seed
    kAll,     ///< nothing is lost: like a killed process
  };
  struct Cut {
    std::uint64_t seed = 0;
    Survivors survivors = Survivors::kRandom;
  };

  explicit PowerCutDisk(Syncs syncs = Syncs::kHonest) : syncs_(syncs) {}

  /// Writes into `folder`, which exists, what the power cut leaves of every file that the disk knows.
  void cut_power(const std::filesystem::path& folder, const Cut& cut) const;

  /// Writes that no sync has covered yet, over all files.
  std::size_t unsynced_writes() const;

  // Called by the FaultVfs after each operation that succeeded.
  struct Inode;
  using File = std::shared_ptr<Inode>;
  enum class FolderSync { kNo, kYes };
  File opened(const std::string& path);
  void written(Inode& file, const void* bytes, std::size_t size, std::size_t at);
  void truncated(Inode& file, std::size_t size);
  void synced(Inode& file, const std::string& path, FolderSync folder);
  void removed(const std::string& path, FolderSync folder);

 private:
  /// A name in a folder.
  struct Entry {
    File live;     // null: no such file
    File durable;  // what the folder on the disk says
  };

  void sync_folder_of(const std::string& path);

  const Syncs syncs_;
  mutable std::mutex mutex_;
  std::map<std::string, Entry> entries_;
};

}  // namespace monolite::db::sqlite
