#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <monolite/base/failpoint.h>
#include <monolite/db/database.h>
#include <monolite/db/sqlite/pragma.h>

/// The SQLite driver: one writer lane and many readers per file, tuned pragmas, group commit.
namespace monolite::db::sqlite {

/// What a commit survives. Each acknowledged write survives a crash of the process in every mode.
enum class Synchronous {
  kOff,     ///< a power cut may corrupt the file: caches only
  kNormal,  ///< a power cut may lose the last commits; the file stays sound
  kFull,    ///< a power cut loses nothing that was acknowledged; cheap through group commit
};

enum class CreateFile {
  kNever,      ///< opening a missing file is an error
  kIfMissing,  ///< `db prepare`: makes folders and file
};

enum class UnsafeVersion { kRefuse, kAllow };

/// How processes that write to the same file take turns. Correct either way; SQLite's own lock protects the data.
enum class BetweenProcesses {
  kFifo,  ///< in order of arrival, through the file `<path>-fifo`; foreign programs ask every millisecond
  kPoll,  ///< all ask every millisecond
};

enum class Access {
  kReadWrite,
  kReadOnly,   ///< no writer; other programs may write. Needs a `-shm` file that exists or can be made
  kImmutable,  ///< nobody changes the file while it is open: on a read-only medium. Neither locks nor a WAL
};

/// What to do with a file or a folder that this user may not write.
enum class Unwritable { kRefuse, kReadOnly };

/// What to do when the record of the last run says that a WAL with committed data is gone.
enum class LostWal { kRefuse, kWarn };

/// Measures a sync and tries locks and shared memory in a scratch file beside the database.
enum class SelfTest { kSkip, kRun };

struct Options {
  std::string path = {};  ///< a file; its folder must be local and writable
  CreateFile create = CreateFile::kNever;
  Synchronous synchronous = Synchronous::kFull;
  UnsafeVersion unsafe_version = UnsafeVersion::kRefuse;  ///< a library below 3.51.3 can corrupt a WAL

  Access access = Access::kReadWrite;
  Unwritable unwritable = Unwritable::kRefuse;
  LostWal lost_wal = LostWal::kRefuse;
  SelfTest self_test = SelfTest::kRun;

  std::vector<Pragma> pragmas = {};          ///< in place of ours; what must not be set is refused
  std::vector<std::string> extensions = {};  ///< files, loaded into every connection in this order

  std::size_t max_queued_writes = 10'000;  ///< more are answered Busy at once
  std::size_t max_batch = 256;             ///< units in one commit
  int checkpoint_frames = 1'000;           ///< WAL frames after which the lane checkpoints, between batches
  std::int64_t max_wal_bytes = 64 << 20;   ///< a longer WAL is made to begin anew, by the snapshot barrier if need be
  std::chrono::milliseconds snapshot_barrier{50};               ///< most that new reads wait for that; 0 = never
  std::chrono::milliseconds snapshot_warn_after{30'000};        ///< age of a read snapshot; 0 = never
  std::chrono::milliseconds snapshot_interrupt_after{120'000};  ///< then its statements fail; 0 = never
  std::chrono::milliseconds wal_sync_interval{2};  ///< at kNormal, after a commit; 0 = only with a checkpoint
  std::chrono::milliseconds rest_after{1'000};     ///< without a write, before the lane tidies up: copies, cuts the WAL
  BetweenProcesses between_processes = BetweenProcesses::kFifo;
  std::chrono::milliseconds fifo_slice{3};       ///< how long a process with a full queue writes while others wait
  std::chrono::milliseconds close_grace{5'000};  ///< for units that cannot begin while the database is being closed
  std::size_t max_readers = 16;                  ///< connections for plain threads; tasks always get one

  int writer_cache_kib = 16'000;
  int reader_cache_kib = 8'000;
  std::chrono::milliseconds slow_query{20};        ///< statements and write units of that length are told; 0: none
  std::chrono::milliseconds unit_timeout{10'000};  ///< that a grouped write unit may hold the lane; 0: any

  std::string vfs = {};  ///< name of a registered SQLite VFS; empty = the system's (tests inject faults)
  base::Failpoints* failpoints = nullptr;  ///< for tests: sqlite/failpoints.h; outlives the database
};

/// Opens the database and proves that it is what it must be: version, file system, locks, journal mode, foreign keys,
/// and that nothing of it was lost since the last run. What it found out: `Database::boot_report`.
/// Errors: kConfig, kForbidden, kUnsupported, kIo, Corrupt; each names the path and the next step.
std::unique_ptr<Database> open(const Options& options);

/// The library's version: 3054001 and "3.54.1".
int library_version_number() noexcept;
const char* library_version() noexcept;

/// The first version that does not have the bug by which two connections can corrupt a WAL.
inline constexpr int kFirstSafeVersion = 3051003;

}  // namespace monolite::db::sqlite
