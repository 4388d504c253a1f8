#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace monolite::db::sqlite {

/// A process that uses the same database, for messages only: nothing is decided by a pid.
struct Process {
  int pid = 0;                      ///< in its own pid namespace
  std::uint64_t pid_namespace = 0;  ///< the inode of /proc/self/ns/pid; 0: unknown
  std::string program;              ///< as /proc/<pid>/comm tells it: at most 15 bytes

  bool operator==(const Process&) const = default;
};

Process this_process();

/// "sqlite3 (pid 4711)", or with "in another container" behind it.
std::string describe(const Process& process);

/// The process that holds the write lock of a database right now, this one included; nothing when nobody does, or when
/// the kernel does not tell (no /proc/locks, another container, btrfs). Reads /proc/locks: opening the -shm file to
/// ask would drop the locks of this process when it is closed again. Blocks for a moment; throws nothing.
std::optional<Process> holder_of_write_lock(const std::string& database);

/// A range of bytes of a file, by what /proc/locks calls it.
struct LockedBytes {
  dev_t device;
  ino_t inode;
  std::int64_t first;
  std::int64_t last;
};

/// The pid that holds a POSIX write lock inside of `bytes`, according to the text of /proc/locks.
std::optional<int> pid_with_lock(std::string_view locks, const LockedBytes& bytes);

}  // namespace monolite::db::sqlite
