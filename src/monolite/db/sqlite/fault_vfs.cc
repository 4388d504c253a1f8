#include <utility>

#include <sqlite3.h>

#include <monolite/base/error.h>
#include <monolite/db/sqlite/detail/fault_file.h>
#include <monolite/db/sqlite/fault_vfs.h>

namespace monolite::db::sqlite {
namespace {

FaultVfs::Impl& owner_of(sqlite3_vfs* vfs) { return *static_cast<FaultVfs::Impl*>(vfs->pAppData); }

int vfs_open(sqlite3_vfs* vfs, sqlite3_filename path, sqlite3_file* file, int flags, int* out_flags) {
  auto& owner = owner_of(vfs);
  file->pMethods = nullptr;  // tells SQLite whether there is something to close
  if (const auto fault = owner.next(FaultVfs::Operation::kOpen, path ? path : "")) {
    return code_of(*fault, SQLITE_CANTOPEN);
  }
  real_of(file)->pMethods = nullptr;
  const int result = owner.real->xOpen(owner.real, path, real_of(file), flags, out_flags);
  if (real_of(file)->pMethods) adopt(owner, file, path, flags);
  return result;
}

int vfs_delete(sqlite3_vfs* vfs, const char* path, int sync) {
  auto& owner = owner_of(vfs);
  if (const auto fault = owner.next(FaultVfs::Operation::kDelete, path)) return code_of(*fault, SQLITE_IOERR_DELETE);
  const int result = owner.real->xDelete(owner.real, path, sync);
  if (result == SQLITE_OK && owner.disk) {
    owner.disk->removed(path, sync ? PowerCutDisk::FolderSync::kYes : PowerCutDisk::FolderSync::kNo);
  }
  return result;
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

FaultVfs::Impl::Impl(std::string vfs_name, PowerCutDisk* power_cut_disk)
    : name(std::move(vfs_name)), disk(power_cut_disk), real(system_vfs()) {
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

std::optional<FaultVfs::Fault> FaultVfs::Impl::next(Operation operation, const std::string& file) {
  if (watcher) watcher(operation, file);
  const std::lock_guard lock(mutex);
  ++counts[{operation, file}];
  if (!rule || rule->operation != operation || !file.ends_with(rule->file)) return std::nullopt;
  const auto position = matched++;
  if (position < rule->after || position - rule->after >= rule->times) return std::nullopt;
  ++failed;
  return rule->fault;
}

FaultVfs::FaultVfs(std::string name, PowerCutDisk* disk) : impl_(std::make_unique<Impl>(std::move(name), disk)) {
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

void FaultVfs::watch(Watcher watcher) { impl_->watcher = std::move(watcher); }

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
