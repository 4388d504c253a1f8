#include <algorithm>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <span>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <monolite/base/error.h>
#include <monolite/base/task.h>
#include <monolite/db/sqlite/detail/fifo_file.h>

namespace monolite::db::sqlite {
namespace {

using fifo::kSlots;
using fifo::Layout;

constexpr std::array<char, 8> kMagic{'M', 'L', 'f', 'i', 'f', 'o', '\r', '\n'};
constexpr std::string_view kSuffix = "-fifo";
constexpr auto kSetUpPatience = std::chrono::seconds(1);
constexpr auto kSetUpPoll = std::chrono::milliseconds(1);
constexpr int kReplacements = 10;

[[noreturn]] void refuse(base::ErrorCode code, std::string what, std::string hint, int system_code = 0) {
  throw base::Error({.code = code, .what = std::move(what), .hint = std::move(hint), .system_code = system_code});
}

[[noreturn]] void refuse_io(const std::string& path, const char* doing) {
  const int number = errno;
  refuse(base::ErrorCode::kIo, fmt::format("cannot {} {}: {}", doing, path, std::generic_category().message(number)),
         "the user of this process needs to read and write it as it does the database", number);
}

std::uint64_t fnv1a(std::span<const std::byte> bytes) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const auto byte : bytes) hash = (hash ^ std::to_integer<std::uint64_t>(byte)) * 0x100000001b3U;
  return hash;
}

std::uint64_t checksum_of(const fifo::Header& header) noexcept {
  return fnv1a(std::as_bytes(std::span(&header, 1)).first(offsetof(fifo::Header, checksum)));
}

bool is_whole(const fifo::Header& header) noexcept {
  return header.magic == kMagic && header.checksum == checksum_of(header);
}

fifo::Header good_header() noexcept {
  fifo::Header header{.magic = kMagic,
                      .version = fifo::kVersion,
                      .slots = kSlots,
                      .slot_bytes = sizeof(fifo::Slot),
                      .reserved = 0,
                      .checksum = 0,
                      .reserved_too = {}};
  header.checksum = checksum_of(header);
  return header;
}

bool is_ours(const fifo::Header& header) noexcept {
  return header.version == fifo::kVersion && header.slots == kSlots && header.slot_bytes == sizeof(fifo::Slot);
}

off_t lock_byte(std::size_t slot) noexcept {
  return static_cast<off_t>(offsetof(Layout, slots) + slot * sizeof(fifo::Slot));
}

struct flock ofd_lock(short type, off_t first, off_t bytes) noexcept {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = first;
  lock.l_len = bytes;
  return lock;
}

bool try_lock(int file, off_t byte) noexcept {
  auto lock = ofd_lock(F_WRLCK, byte, 1);
  return fcntl(file, F_OFD_SETLK, &lock) == 0;
}

/// The first locked byte at or behind `from` that belongs to somebody else. A kernel that refuses to answer gives "all
/// are locked": a living process must not be taken for a dead one.
std::optional<off_t> next_locked(int file, off_t from, off_t bytes) noexcept {
  auto lock = ofd_lock(F_WRLCK, from, bytes);
  if (fcntl(file, F_OFD_GETLK, &lock) != 0) return from;
  return lock.l_type == F_UNLCK ? std::nullopt : std::optional(std::max(from, lock.l_start));
}

/// Serialises those who come. It is the lock of byte 0, and goes with the process, too.
class SetUp {
 public:
  SetUp(int file, const std::string& path) : file_(file) {
    const auto deadline = base::Deadline::after(kSetUpPatience);
    while (!try_lock(file_, 0)) {
      if (errno != EAGAIN && errno != EACCES) refuse_io(path, "lock");
      if (deadline.passed()) refuse(base::ErrorCode::kBusy, fmt::format("{} is being set up for too long", path), "");
      std::this_thread::sleep_for(kSetUpPoll);
    }
  }
  ~SetUp() {
    auto lock = ofd_lock(F_UNLCK, 0, 1);
    fcntl(file_, F_OFD_SETLK, &lock);
  }
  SetUp(const SetUp&) = delete;
  SetUp& operator=(const SetUp&) = delete;

 private:
  int file_;
};

void write_all(int file, std::span<const std::byte> bytes, off_t at, const std::string& path) {
  while (!bytes.empty()) {
    const auto written = pwrite(file, bytes.data(), bytes.size(), at);
    if (written <= 0) refuse_io(path, "write to");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    at += written;
  }
}

/// As SQLite does for its own: whoever may use the database may use the files beside it.
void own_like_database(int file, const std::string& database) noexcept {
  struct stat info {};
  if (stat(database.c_str(), &info) != 0) return;
  // Where this fails the file keeps its maker's rights, and others say that they may not open it.
  [[maybe_unused]] const int mode_set = fchmod(file, info.st_mode & 0666U);
  if (geteuid() != 0) return;
  [[maybe_unused]] const int owner_set = fchown(file, info.st_uid, info.st_gid);
}

std::array<std::uint64_t, 2> packed(const std::string& program) noexcept {
  std::array<char, 16> bytes{};
  std::copy_n(program.begin(), std::min(program.size(), bytes.size() - 1), bytes.begin());
  return std::bit_cast<std::array<std::uint64_t, 2>>(bytes);
}

}  // namespace

FifoFile::FifoFile(std::string path) : path_(std::move(path)) {}

std::unique_ptr<FifoFile> FifoFile::open(const std::string& database) {
  const auto path = database + std::string(kSuffix);
  for (int replaced = 0; replaced < kReplacements; ++replaced) {
    std::unique_ptr<FifoFile> fifo(new FifoFile(path));
    fifo->file_ = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fifo->file_ < 0 && errno == ENOENT) {
      fifo->file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
      if (fifo->file_ < 0 && errno == EEXIST) continue;
      if (fifo->file_ >= 0) own_like_database(fifo->file_, database);
    }
    if (fifo->file_ < 0) refuse_io(path, "open");
    const SetUp set_up(fifo->file_, path);
    if (fifo->settle() == Fit::kGood) return fifo;
  }
  refuse(base::ErrorCode::kIo, fmt::format("{} is replaced all the time", path), "find out who deletes it");
}

FifoFile::~FifoFile() {
  if (layout_) munmap(layout_, sizeof(Layout));
  if (file_ >= 0) close(file_);  // and with it the locks
}

/// Under the lock of the set-up.
FifoFile::Fit FifoFile::settle() {
  struct stat named {
  }, opened{};
  if (fstat(file_, &opened) != 0) refuse_io(path_, "look at");
  if (stat(path_.c_str(), &named) != 0 || named.st_ino != opened.st_ino || named.st_dev != opened.st_dev) {
    return Fit::kReplaced;  // while we waited for the lock
  }
  const bool alone = begin_afresh_if_alone();
  fifo::Header header{};
  const auto have = pread(file_, &header, sizeof header, 0);
  if (!alone && have == sizeof header && is_whole(header) && !is_ours(header)) {
    refuse(base::ErrorCode::kUnsupported, fmt::format("{} is in use with version {}", path_, header.version),
           "stop the processes of the other version");
  }
  if (!alone && (!is_whole(header) || opened.st_size < static_cast<off_t>(sizeof(Layout)))) {
    if (unlink(path_.c_str()) != 0) refuse_io(path_, "replace");
    return Fit::kReplaced;
  }
  map();
  take_slot();
  return Fit::kGood;
}

/// Writes every byte, so that the disk has room for each and the mapping cannot fail later.
bool FifoFile::begin_afresh_if_alone() {
  if (next_locked(file_, lock_byte(0), 0)) return false;
  if (ftruncate(file_, sizeof(Layout)) != 0) refuse_io(path_, "size");
  static constexpr std::array<std::byte, sizeof(Layout)> kZeros{};
  write_all(file_, kZeros, 0, path_);
  const auto header = good_header();
  write_all(file_, std::as_bytes(std::span(&header, 1)), 0, path_);
  return true;
}

void FifoFile::map() {
  void* const address = mmap(nullptr, sizeof(Layout), PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
  if (address == MAP_FAILED) refuse_io(path_, "map");
  layout_ = static_cast<Layout*>(address);
}

void FifoFile::take_slot() {
  for (own_slot_ = 0; own_slot_ < kSlots; ++own_slot_) {
    if (try_lock(file_, lock_byte(own_slot_))) return sign_in();
  }
  refuse(base::ErrorCode::kBusy, fmt::format("{} processes use {} already", kSlots, path_), "");
}

/// Whoever had the slot before may have died in the queue.
void FifoFile::sign_in() {
  queue().waiting.at(own_slot_ / 64).fetch_and(~(std::uint64_t{1} << (own_slot_ % 64)));
  auto& own = slot(own_slot_);
  own.ticket = 0;
  const auto self = this_process();
  own.pid = static_cast<std::uint32_t>(self.pid);
  own.pid_namespace = self.pid_namespace;
  const auto program = packed(self.program);
  for (std::size_t i = 0; i < program.size(); ++i) own.program.at(i) = program.at(i);
}

bool FifoFile::is_alive(std::size_t index) const noexcept {
  return index == own_slot_ || next_locked(file_, lock_byte(index), 1).has_value();
}

Process FifoFile::participant(std::size_t index) const {
  const auto& shown = slot(index);
  const std::array<std::uint64_t, 2> words{shown.program[0], shown.program[1]};
  const auto program = std::bit_cast<std::array<char, 16>>(words);
  const auto* const end = std::find(program.begin(), program.end(), '\0');
  return {.pid = static_cast<int>(shown.pid.load()),
          .pid_namespace = shown.pid_namespace,
          .program = std::string(program.begin(), end)};
}

std::vector<Process> FifoFile::others() const {
  std::vector<Process> others;
  for (std::size_t i = 0; i < kSlots; ++i) {
    const auto locked = next_locked(file_, lock_byte(i), 0);
    if (!locked) break;
    i = static_cast<std::size_t>(*locked - lock_byte(0)) / sizeof(fifo::Slot);
    if (i < kSlots) others.push_back(participant(i));
  }
  return others;
}

bool FifoFile::is_current() const noexcept {
  struct stat named {
  }, opened{};
  if (stat(path_.c_str(), &named) != 0 || fstat(file_, &opened) != 0) return false;
  return named.st_ino == opened.st_ino && named.st_dev == opened.st_dev &&
         named.st_size >= static_cast<off_t>(sizeof(Layout)) && is_whole(layout_->header) && is_ours(layout_->header);
}

}  // namespace monolite::db::sqlite
