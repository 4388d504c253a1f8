#include <monolite/db/sqlite/detail/fault_file.h>

namespace monolite::db::sqlite {
namespace {

using Operation = FaultVfs::Operation;
using Fault = FaultVfs::Fault;

FaultFile::Details& self(sqlite3_file* file) { return *reinterpret_cast<FaultFile*>(file)->details; }
const sqlite3_io_methods& methods(sqlite3_file* file) { return *real_of(file)->pMethods; }

std::optional<Fault> next(sqlite3_file* file, Operation operation) {
  return self(file).owner.next(operation, self(file).path);
}

int file_close(sqlite3_file* file) {
  const int result = methods(file).xClose(real_of(file));
  delete std::exchange(reinterpret_cast<FaultFile*>(file)->details, nullptr);
  return result;
}

int file_read(sqlite3_file* file, void* to, int size, sqlite3_int64 at) {
  if (const auto fault = next(file, Operation::kRead)) return code_of(*fault, SQLITE_IOERR_READ);
  return methods(file).xRead(real_of(file), to, size, at);
}

int write_through(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
  const int result = methods(file).xWrite(real_of(file), from, size, at);
  const auto& details = self(file);
  if (result == SQLITE_OK && details.on_disk) {
    details.owner.disk->written(*details.on_disk, from, static_cast<std::size_t>(size), static_cast<std::size_t>(at));
  }
  return result;
}

int file_write(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
  const auto fault = next(file, Operation::kWrite);
  if (!fault) return write_through(file, from, size, at);
  if (*fault == Fault::kShortWrite) {
    const int result = write_through(file, from, size / 2, at);
    if (result != SQLITE_OK) return result;
  }
  return code_of(*fault, SQLITE_IOERR_WRITE);
}

int file_sync(sqlite3_file* file, int flags) {
  if (const auto fault = next(file, Operation::kSync)) return code_of(*fault, SQLITE_IOERR_FSYNC);
  const auto& details = self(file);
  if (!details.on_disk) return methods(file).xSync(real_of(file), flags);
  details.owner.disk->synced(*details.on_disk, details.path, details.folder);
  return SQLITE_OK;
}

int file_truncate(sqlite3_file* file, sqlite3_int64 size) {
  if (const auto fault = next(file, Operation::kTruncate)) return code_of(*fault, SQLITE_IOERR_TRUNCATE);
  const int result = methods(file).xTruncate(real_of(file), size);
  const auto& details = self(file);
  if (result == SQLITE_OK && details.on_disk) {
    details.owner.disk->truncated(*details.on_disk, static_cast<std::size_t>(size));
  }
  return result;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) { return methods(file).xFileSize(real_of(file), size); }

int file_lock(sqlite3_file* file, int level) {
  if (const auto fault = next(file, Operation::kLock)) return code_of(*fault, SQLITE_IOERR_LOCK);
  return methods(file).xLock(real_of(file), level);
}

int file_unlock(sqlite3_file* file, int level) { return methods(file).xUnlock(real_of(file), level); }

int file_check_lock(sqlite3_file* file, int* held) { return methods(file).xCheckReservedLock(real_of(file), held); }

int file_control(sqlite3_file* file, int op, void* arg) { return methods(file).xFileControl(real_of(file), op, arg); }

int file_sector(sqlite3_file* file) { return methods(file).xSectorSize(real_of(file)); }

int file_traits(sqlite3_file* file) { return methods(file).xDeviceCharacteristics(real_of(file)); }

int file_shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** memory) {
  if (const auto fault = next(file, Operation::kSharedMemory)) {
    *memory = nullptr;
    return code_of(*fault, SQLITE_IOERR_SHMMAP);
  }
  return methods(file).xShmMap(real_of(file), page, size, extend, memory);
}

int file_shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  const bool locks = (flags & SQLITE_SHM_LOCK) != 0;  // SQLite expects that giving a lock back succeeds
  if (const auto fault = locks ? next(file, Operation::kLock) : std::nullopt) {
    return code_of(*fault, SQLITE_IOERR_SHMLOCK);
  }
  return methods(file).xShmLock(real_of(file), offset, count, flags);
}

void file_shm_barrier(sqlite3_file* file) { methods(file).xShmBarrier(real_of(file)); }

int file_shm_unmap(sqlite3_file* file, int remove) { return methods(file).xShmUnmap(real_of(file), remove); }

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

}  // namespace

void adopt(FaultVfs::Impl& owner, sqlite3_file* file, const char* path, int flags) {
  constexpr int kSyncsItsFolder = SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL;
  const bool syncs_folder = (flags & SQLITE_OPEN_CREATE) != 0 && (flags & kSyncsItsFolder) != 0;
  reinterpret_cast<FaultFile*>(file)->details =
      new FaultFile::Details{.owner = owner,
                             .path = path ? path : "",
                             .on_disk = owner.disk && path ? owner.disk->opened(path) : nullptr,
                             .folder = syncs_folder ? PowerCutDisk::FolderSync::kYes : PowerCutDisk::FolderSync::kNo};
  file->pMethods = &kMethods;
}

int code_of(Fault fault, int io_error) noexcept {
  switch (fault) {
    case Fault::kNoSpace:
    case Fault::kShortWrite:
      return SQLITE_FULL;
    case Fault::kNoMemory:
      return SQLITE_IOERR_NOMEM;
    default:
      return io_error;
  }
}

}  // namespace monolite::db::sqlite
