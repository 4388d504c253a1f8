#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <monolite/base/error.h>
#include <monolite/base/task.h>
#include <monolite/db/sqlite/detail/probe.h>

namespace monolite::db::sqlite {
namespace {

constexpr std::size_t kPage = 4096;

[[noreturn]] void refuse(base::ErrorCode code, std::string what, std::string hint, int number = 0) {
  throw base::Error({.code = code,
                     .scope = base::ErrorScope::kDatabase,
                     .what = std::move(what),
                     .hint = std::move(hint),
                     .system_code = number});
}

[[noreturn]] void refuse_io(const std::string& what) {
  const int number = errno;
  refuse(base::ErrorCode::kIo, fmt::format("{}: {}", what, std::generic_category().message(number)),
         "check the space on the disk and the permissions of the folder", number);
}

[[noreturn]] void refuse_place(const std::string& name, const char* what) {
  refuse(base::ErrorCode::kUnsupported, fmt::format("{} beside {}", what, name),
         "a database loses data on such a file system: put it on a local disk (ext4, xfs, btrfs, zfs)");
}

class Descriptor {
 public:
  explicit Descriptor(int number) noexcept : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const noexcept { return number_; }

 private:
  int number_;
};

/// A file of its own that is gone with the scope.
class ScratchFile {
 public:
  explicit ScratchFile(const std::string& database)
      : path_(database + "-probe-XXXXXX"), first_(mkostemp(path_.data(), O_CLOEXEC)) {
    if (first_.number() < 0) refuse_io(fmt::format("cannot make a file beside {}", database));
  }
  ~ScratchFile() { unlink(path_.c_str()); }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  int descriptor() const noexcept { return first_.number(); }
  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
  Descriptor first_;
};

enum class Lock : short { kExclusive = F_WRLCK, kNone = F_UNLCK };

bool set_lock(int descriptor, int command, Lock lock) {
  struct flock wanted {};
  wanted.l_type = static_cast<short>(lock);
  wanted.l_whence = SEEK_SET;
  wanted.l_len = 1;
  return fcntl(descriptor, command, &wanted) == 0;
}

/// SQLite's locks (F_SETLK) belong to the process, so a second one would be let in by rights. A lock of an open file
/// description (F_OFD_SETLK) conflicts with them also inside of one process: it stands for the other process.
void require_locks(const ScratchFile& file, const std::string& name) {
  const Descriptor other(open(file.path().c_str(), O_RDWR | O_CLOEXEC));
  if (other.number() < 0) refuse_io(fmt::format("cannot open a file beside {} twice", name));
  if (!set_lock(file.descriptor(), F_SETLK, Lock::kExclusive)) refuse_place(name, "files cannot be locked");
  if (set_lock(other.number(), F_OFD_SETLK, Lock::kExclusive)) refuse_place(name, "a file lock keeps nobody out");
  set_lock(file.descriptor(), F_SETLK, Lock::kNone);
  if (!set_lock(other.number(), F_OFD_SETLK, Lock::kExclusive)) refuse_place(name, "a file lock is never given back");
}

class Mapping {
 public:
  explicit Mapping(int descriptor) noexcept
      : bytes_(mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)) {}
  ~Mapping() {
    if (is_valid()) munmap(bytes_, kPage);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  bool is_valid() const noexcept { return bytes_ != MAP_FAILED; }  // NOLINT: the system's own cast
  volatile char& first() noexcept { return *static_cast<char*>(bytes_); }

 private:
  void* bytes_;
};

/// The index of a WAL lies in memory that all its users share.
void require_shared_memory(const ScratchFile& file, const std::string& name) {
  const Descriptor other(open(file.path().c_str(), O_RDWR | O_CLOEXEC));
  Mapping one(file.descriptor());
  Mapping two(other.number());
  if (!one.is_valid() || !two.is_valid()) refuse_place(name, "files cannot be mapped into memory");
  one.first() = 'm';
  if (two.first() != 'm') refuse_place(name, "two mappings of a file differ");
}

std::chrono::microseconds time_of_sync(const ScratchFile& file, const std::string& name) {
  constexpr std::array<char, kPage> kZeros{};
  std::array<std::chrono::microseconds, 3> times{};
  off_t at = 0;
  for (auto& time : times) {
    const auto begun = base::Monotonic::now();
    if (pwrite(file.descriptor(), kZeros.data(), kPage, at) != static_cast<ssize_t>(kPage) ||
        fdatasync(file.descriptor()) != 0) {
      refuse_io(fmt::format("cannot write a file beside {}", name));
    }
    time = std::chrono::duration_cast<std::chrono::microseconds>(base::Monotonic::now() - begun);
    at += static_cast<off_t>(kPage);
  }
  std::ranges::sort(times);
  return times[1];
}

}  // namespace

ProbeResult probe_beside(const std::filesystem::path& database) {
  const auto name = database.string();
  const ScratchFile file(name);
  const ProbeResult result{.sync = time_of_sync(file, name)};
  require_locks(file, name);
  require_shared_memory(file, name);
  return result;
}

}  // namespace monolite::db::sqlite
