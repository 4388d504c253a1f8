#include <array>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <optional>
#include <utility>

#include <sqlite3.h>

#include <monolite/base/error.h>
#include <monolite/db/sqlite/fault_vfs.h>

namespace monolite::db::sqlite {

/// `vfs` stays registered while this lives; SQLite hands it to the functions below, which find us through pAppData.
struct FaultVfs::Impl {
  explicit Impl(std::string vfs_name);

  /// Counts an operation and says whether it has to fail.
  std::optional<Fault> next(Operation operation, const std::string& file);

  std::string name;
  sqlite3_vfs* real;
  sqlite3_vfs vfs{};

  mutable std::mutex mutex;
  std::optional<Rule> rule;
  std::uint64_t matched = 0;
  std::uint64_t failed = 0;
  std::map<std::pair<Operation, std::string>, std::uint64_t> counts;
};

namespace {

using Operation = FaultVfs::Operation;
using Fault = FaultVfs::Fault;

/// What SQLite allocates per open file; the real file lies right behind it.
struct FaultFile {
  sqlite3_file base;
  FaultVfs::Impl* owner;
  std::string* path;
};

FaultVfs::Impl& owner_of(sqlite3_vfs* vfs) { return *static_cast<FaultVfs::Impl*>(vfs->pAppData); }
FaultFile& self(sqlite3_file* file) { return *reinterpret_cast<FaultFile*>(file); }
sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<sqlite3_file*>(&self(file) + 1); }
const sqlite3_io_methods& methods(sqlite3_file* file) { return *real(file)->pMethods; }

std::optional<Fault> next(sqlite3_file* file, Operation operation) {
  return self(file).owner->next(operation, *self(file).path);
}

int file_close(sqlite3_file* file) {
  const int result = methods(file).xClose(real(file));
  delete std::exchange(self(file).path, nullptr);
  return result;
}

int file_read(sqlite3_file* file, void* to, int size, sqlite3_int64 at) {
  if (next(file, Operation::kRead)) return SQLITE_IOERR_READ;
  return methods(file).xRead(real(file), to, size, at);
}

int file_write(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
  const auto fault = next(file, Operation::kWrite);
  if (!fault) return methods(file).xWrite(real(file), from, size, at);
  if (*fault == Fault::kIoError) return SQLITE_IOERR_WRITE;
  if (*fault == Fault::kShortWrite) {
    const int result = methods(file).xWrite(real(file), from, size / 2, at);
    if (result != SQLITE_OK) return result;
  }
  return SQLITE_FULL;
}

int file_sync(sqlite3_file* file, int flags) {
  if (next(file, Operation::kSync)) return SQLITE_IOERR_FSYNC;
  return methods(file).xSync(real(file), flags);
}

int file_truncate(sqlite3_file* file, sqlite3_int64 size) { return methods(file).xTruncate(real(file), size); }
int file_size(sqlite3_file* file, sqlite3_int64* size) { return methods(file).xFileSize(real(file), size); }
int file_lock(sqlite3_file* file, int level) { return methods(file).xLock(real(file), level); }
int file_unlock(sqlite3_file* file, int level) { return methods(file).xUnlock(real(file), level); }
int file_check_lock(sqlite3_file* file, int* held) { return methods(file).xCheckReservedLock(real(file), held); }
int file_control(sqlite3_file* file, int op, void* arg) { return methods(file).xFileControl(real(file), op, arg); }
int file_sector(sqlite3_file* file) { return methods(file).xSectorSize(real(file)); }
int file_traits(sqlite3_file* file) { return methods(file).xDeviceCharacteristics(real(file)); }
int file_shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** memory) {
  return methods(file).xShmMap(real(file), page, size, extend, memory);
}
int file_shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  return methods(file).xShmLock(real(file), offset, count, flags);
}
void file_shm_barrier(sqlite3_file* file) { methods(file).xShmBarrier(real(file)); }
int file_shm_unmap(sqlite3_file* file, int remove) { return methods(file).xShmUnmap(real(file), remove); }

/// Version 2: no memory-mapped reads, which could not be failed.
constexpr sqlite3_io_methods kMethods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_traits,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int vfs_open(sqlite3_vfs* vfs, sqlite3_filename path, sqlite3_file* file, int flags, int* out_flags) {
  auto& owner = owner_of(vfs);
  real(file)->pMethods = nullptr;
  const int result = owner.real->xOpen(owner.real, path, real(file), flags, out_flags);
  file->pMethods = nullptr;  // tells SQLite whether there is something to close
  if (!real(file)->pMethods) return result;
  self(file).owner = &owner;
  self(file).path = new std::string(path ? path : "");  // SQLite owns the memory of the file, without destructors
  file->pMethods = &kMethods;
  return result;
}

int vfs_delete(sqlite3_vfs* vfs, const char* path, int sync) {
  return owner_of(vfs).real->xDelete(owner_of(vfs).real, path, sync);
}
int vfs_access(sqlite3_vfs* vfs, const char* path, int flags, int* out) {
  return owner_of(vfs).real->xAccess(owner_of(vfs).real, path, flags, out);
}
int vfs_full_path(sqlite3_vfs* vfs, const char* path, int size, char* out) {
  return owner_of(vfs).real->xFullPathname(owner_of(vfs).real, path, size, out);
}
int vfs_randomness(sqlite3_vfs* vfs, int size, char* out) {
  return owner_of(vfs).real->xRandomness(owner_of(vfs).real, size, out);
}
int vfs_sleep(sqlite3_vfs* vfs, int us) { return owner_of(vfs).real->xSleep(owner_of(vfs).real, us); }
int vfs_time(sqlite3_vfs* vfs, double* out) { return owner_of(vfs).real->xCurrentTime(owner_of(vfs).real, out); }
int vfs_last_error(sqlite3_vfs* vfs, int size, char* out) {
  return owner_of(vfs).real->xGetLastError(owner_of(vfs).real, size, out);
}
int vfs_time_ms(sqlite3_vfs* vfs, sqlite3_int64* out) {
  return owner_of(vfs).real->xCurrentTimeInt64(owner_of(vfs).real, out);
}

sqlite3_vfs* system_vfs() {
  sqlite3_initialize();  // idempotent and serialised by SQLite
  sqlite3_vfs* found = sqlite3_vfs_find(nullptr);
  ML_REQUIRE(found && found->iVersion >= 2, "SQLite has no VFS to stand in front of");
  return found;
}

}  // namespace

FaultVfs::Impl::Impl(std::string vfs_name) : name(std::move(vfs_name)), real(system_vfs()) {
  vfs.iVersion = 2;
  vfs.szOsFile = static_cast<int>(sizeof(FaultFile)) + real->szOsFile;
  vfs.mxPathname = real->mxPathname;
  vfs.zName = name.c_str();
  vfs.pAppData = this;
  vfs.xOpen = vfs_open;
  vfs.xDelete = vfs_delete;
  vfs.xAccess = vfs_access;
  vfs.xFullPathname = vfs_full_path;
  vfs.xRandomness = vfs_randomness;
  vfs.xSleep = vfs_sleep;
  vfs.xCurrentTime = vfs_time;
  vfs.xGetLastError = vfs_last_error;
  vfs.xCurrentTimeInt64 = vfs_time_ms;
}

std::optional<Fault> FaultVfs::Impl::next(Operation operation, const std::string& file) {
  const std::lock_guard lock(mutex);
  ++counts[{operation, file}];
  if (!rule || rule->operation != operation || !file.ends_with(rule->file)) return std::nullopt;
  const auto position = matched++;
  if (position < rule->after || position - rule->after >= rule->times) return std::nullopt;
  ++failed;
  return rule->fault;
}

FaultVfs::FaultVfs(std::string name) : impl_(std::make_unique<Impl>(std::move(name))) {
  ML_REQUIRE(!sqlite3_vfs_find(impl_->name.c_str()), "this VFS name is in use");
  sqlite3_vfs_register(&impl_->vfs, 0);
}

FaultVfs::~FaultVfs() { sqlite3_vfs_unregister(&impl_->vfs); }

const std::string& FaultVfs::name() const noexcept { return impl_->name; }

void FaultVfs::fail(Rule rule) {
  const std::lock_guard lock(impl_->mutex);
  impl_->rule = std::move(rule);
  impl_->matched = 0;
  impl_->failed = 0;
}

void FaultVfs::heal() {
  const std::lock_guard lock(impl_->mutex);
  impl_->rule.reset();
}

std::uint64_t FaultVfs::failures() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->failed;
}

std::uint64_t FaultVfs::count(Operation operation, const std::string& file) const {
  const std::lock_guard lock(impl_->mutex);
  std::uint64_t sum = 0;
  for (const auto& [key, times] : impl_->counts) {
    if (key.first == operation && key.second.ends_with(file)) sum += times;
  }
  return sum;
}

}  // namespace monolite::db::sqlite
