#pragma once

#include <exception>
#include <memory>
#include <string>

#include <sys/types.h>

#include <monolite/base/fork_guard.h>
#include <monolite/base/task.h>
#include <monolite/db/database.h>
#include <monolite/db/sqlite/detail/connection.h>
#include <monolite/db/sqlite/detail/state_record.h>

namespace monolite::db::sqlite {

/// Which file a path leads to.
struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;  ///< 0: there is none

  bool operator==(const FileIdentity&) const = default;
};

FileIdentity identity_of(const std::string& path) noexcept;

/// Looks after the files of an open database from the writer lane: notices when somebody moved, replaced or deleted
/// them, and keeps the record of what the WAL holds. Threads: one at a time, the owner of the lane; `require_same` any.
class FileGuard {
 public:
  /// `record` may be null: nothing is recorded.
  FileGuard(std::string path, std::unique_ptr<StateRecord> record);
  /// After the last connection was closed: a WAL that is gone now was copied into the file.
  ~FileGuard();
  FileGuard(const FileGuard&) = delete;
  FileGuard& operator=(const FileGuard&) = delete;

  /// The error of every write from now on: the file under `connection` is not the one at its path any more. Null while
  /// it is. Asks at most ten times a second; after a pause always, so before the first write that could be lost.
  std::exception_ptr loss(Connection& connection);

  /// After commits and checkpoints: what the WAL holds by now.
  void worked(Connection& connection, const CheckpointStatus& wal);

  /// Throws when the path leads to another file than at the start: a new connection would show another database.
  void require_same() const;

 private:
  void record(Connection& connection);

  const std::string path_;
  const std::unique_ptr<StateRecord> record_;
  const FileIdentity identity_;
  const base::ForkGuard process_;
  base::Monotonic::time_point asked_{};
  base::Monotonic::time_point recorded_{};
  // As recorded.
  bool wal_has_commits_ = false;
  int copied_frames_ = 0;
  std::exception_ptr loss_;
};

}  // namespace monolite::db::sqlite
