#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>

/// Faults of disks, for tests.
namespace monolite::db::sqlite {

class PowerCutDisk;

/// A shim in front of the system's VFS that fails on demand. Open a database with `Options::vfs = vfs.name()`, then
/// `fail(...)` and later `heal()`. Everything it is not told to fail reaches the real file.
///
///   FaultVfs vfs("faulty");
///   auto database = open({.path = path, .create = CreateFile::kIfMissing, .vfs = vfs.name()});
///   vfs.fail({.operation = FaultVfs::Operation::kWrite, .fault = FaultVfs::Fault::kNoSpace, .file = "-wal"});
///   EXPECT_THROW(database->write(...), base::Error);  // code kFull
///   vfs.heal();
///
/// What a power cut leaves of the files: power_cut.h. A slow disk: a watcher that waits for the test. Memory that runs
/// out inside of SQLite itself cannot be had from here; tests/faults/memory_test.cc shows how.
///
/// Threads: any. Lifetime: outlives the databases opened through it; names are unique within the process.
class FaultVfs {
 public:
  enum class Operation {
    kOpen,
    kRead,
    kWrite,
    kSync,
    kTruncate,
    kDelete,
    kLock,          ///< of the file or of its shared memory
    kSharedMemory,  ///< mapping the index of the WAL
  };
  enum class Fault {
    kNoSpace,     ///< nothing is written: SQLITE_FULL
    kShortWrite,  ///< half is written, then the disk is full: SQLITE_FULL
    kIoError,     ///< SQLITE_CANTOPEN, or SQLITE_IOERR_... of the operation; nothing is done
    kNoMemory,    ///< SQLITE_IOERR_NOMEM; nothing is done
  };
  struct Rule {
    Operation operation;
    Fault fault = Fault::kIoError;
    std::string file = {};    ///< end of the file's name: "-wal", ".sqlite3"; empty = every file
    std::uint64_t after = 0;  ///< matching operations that still succeed, counted from the call of `fail`
    std::uint64_t times = std::numeric_limits<std::uint64_t>::max();  ///< then this many fail
  };
  using Watcher = std::function<void(Operation operation, const std::string& file)>;

  /// With a `disk`, which outlives this, syncs reach only that: it remembers what a power cut would lose.
  explicit FaultVfs(std::string name, PowerCutDisk* disk = nullptr);
  ~FaultVfs();
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;

  const std::string& name() const noexcept;

  /// Replaces the rule.
  void fail(Rule rule);
  void heal();

  /// Called on the operating thread before each operation: it may block (a slow disk) or end the process, and must not
  /// throw. Set it before the first database is opened.
  void watch(Watcher watcher);

  /// Operations that failed since the last `fail`.
  std::uint64_t failures() const;
  /// Operations of a kind on files of that ending since construction, failed ones included.
  std::uint64_t count(Operation operation, const std::string& file) const;

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace monolite::db::sqlite
