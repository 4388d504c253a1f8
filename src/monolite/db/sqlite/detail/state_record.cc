#include <array>
#include <cerrno>
#include <fstream>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <monolite/db/sqlite/detail/state_record.h>

namespace monolite::db::sqlite {
namespace {

constexpr std::string_view kMagic = "MLDBSTAT";
constexpr std::uint64_t kVersion = 1;
constexpr std::int64_t kWalHeader = 32;

/// FNV-1a: finds a torn or foreign record, no more is asked of it.
std::uint64_t checksum(std::string_view bytes) {
  std::uint64_t sum = 0xCBF29CE484222325U;
  for (const char byte : bytes) sum = (sum ^ static_cast<unsigned char>(byte)) * 0x100000001B3U;
  return sum;
}

void append(std::string& bytes, std::uint64_t number) {
  for (int shift = 0; shift < 64; shift += 8) bytes += static_cast<char>((number >> shift) & 0xFF);
}

std::uint64_t number_at(std::string_view bytes, std::size_t index) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    number |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[index * 8 + i])) << (8 * i);
  }
  return number;
}

/// From the header of the WAL; SQLite has it open already, and a descriptor of our own is not to be.
std::uint64_t salt_of(sqlite3* handle) {
  sqlite3_file* wal = nullptr;
  if (sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, static_cast<void*>(&wal)) != SQLITE_OK)
    return 0;
  if (wal == nullptr || wal->pMethods == nullptr) return 0;
  std::array<char, kWalHeader> header{};
  if (wal->pMethods->xRead(wal, header.data(), static_cast<int>(header.size()), 0) != SQLITE_OK) return 0;
  return number_at({header.data(), header.size()}, 2);  // bytes 16 to 23: two salts
}

/// Differs each time the machine starts.
std::uint64_t this_boot() {
  static const std::uint64_t boot = [] {
    std::string id;
    std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), id);
    return id.empty() ? 0 : checksum(id);
  }();
  return boot;
}

std::string name_for(const std::string& database) { return database + "-state"; }

}  // namespace

std::string encoded(const FileState& state) {
  std::string bytes(kMagic);
  append(bytes, kVersion);
  append(bytes, state.wal_has_commits ? 1 : 0);
  append(bytes, static_cast<std::uint64_t>(state.file_bytes));
  append(bytes, static_cast<std::uint64_t>(state.file_changed_ns));
  append(bytes, static_cast<std::uint64_t>(state.wal_bytes));
  append(bytes, state.wal_salt);
  append(bytes, state.boot);
  append(bytes, checksum(bytes));
  return bytes;
}

std::optional<FileState> decoded(std::string_view bytes) {
  if (bytes.size() != FileState::kBytes || !bytes.starts_with(kMagic)) return std::nullopt;
  if (number_at(bytes, 8) != checksum(bytes.substr(0, FileState::kBytes - 8))) return std::nullopt;
  if (number_at(bytes, 1) != kVersion) return std::nullopt;
  return FileState{.wal_has_commits = number_at(bytes, 2) == 1,
                   .file_bytes = static_cast<std::int64_t>(number_at(bytes, 3)),
                   .file_changed_ns = static_cast<std::int64_t>(number_at(bytes, 4)),
                   .wal_bytes = static_cast<std::int64_t>(number_at(bytes, 5)),
                   .wal_salt = number_at(bytes, 6),
                   .boot = number_at(bytes, 7)};
}

FileState state_now(const std::string& database, sqlite3* handle) {
  FileState state{.boot = this_boot()};
  struct stat info {};
  if (stat(database.c_str(), &info) == 0) {
    state.file_bytes = info.st_size;
    state.file_changed_ns = std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
  }
  if (stat((database + "-wal").c_str(), &info) == 0) state.wal_bytes = info.st_size;
  if (handle != nullptr && state.wal_bytes >= kWalHeader) state.wal_salt = salt_of(handle);
  return state;
}

std::optional<Loss> loss_between(const FileState& last, const FileState& now) {
  const auto lost = [&](std::string what) {
    return Loss{.what = std::move(what), .is_certain = last.boot != 0 && last.boot == now.boot};
  };
  if (last.file_bytes > 0 && now.file_bytes == 0) {
    return lost(fmt::format("the file is empty, but it had {} bytes", last.file_bytes));
  }
  // A WAL that was copied into the file by somebody else, and then removed, has changed the file.
  if (!last.wal_has_commits || last.file_changed_ns != now.file_changed_ns) return std::nullopt;
  if (now.wal_bytes < kWalHeader) {
    return lost(fmt::format("its -wal file with committed data ({} bytes) is gone", last.wal_bytes));
  }
  if (last.wal_salt != 0 && now.wal_salt != 0 && last.wal_salt != now.wal_salt) {
    return lost(fmt::format("its -wal file with committed data ({} bytes) was replaced by another", last.wal_bytes));
  }
  if (now.wal_bytes < last.wal_bytes) {
    return lost(
        fmt::format("its -wal file with committed data was cut from {} to {} bytes", last.wal_bytes, now.wal_bytes));
  }
  return std::nullopt;
}

StateRecord::StateRecord(const std::string& database)
    : database_(database), descriptor_(open(name_for(database).c_str(), O_RDWR | O_CLOEXEC)) {
  if (descriptor_ < 0) return;
  std::array<char, FileState::kBytes + 1> bytes{};
  const auto size = pread(descriptor_, bytes.data(), bytes.size(), 0);
  if (size == 0) return;
  const auto state = size < 0 ? std::nullopt : decoded({bytes.data(), static_cast<std::size_t>(size)});
  found_ = state ? Read::kRead : Read::kDamaged;
  if (state) last_ = *state;
}

StateRecord::~StateRecord() {
  if (descriptor_ >= 0) close(descriptor_);
}

bool StateRecord::create() noexcept {
  if (descriptor_ >= 0) return true;
  descriptor_ = open(name_for(database_).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) return false;
  struct stat info {};
  if (stat(database_.c_str(), &info) != 0) return true;
  // As SQLite does with a WAL: root must not leave a file behind that the owner of the database cannot write.
  const bool shared = fchmod(descriptor_, info.st_mode & 0666) == 0 &&
                      (geteuid() != 0 || fchown(descriptor_, info.st_uid, info.st_gid) == 0);
  return shared;
}

bool StateRecord::write(const FileState& state) noexcept {
  const auto bytes = encoded(state);
  return pwrite(descriptor_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size());
}

StateRecord::Turn::Turn(const StateRecord& record) : descriptor_(record.descriptor_) {
  while (descriptor_ >= 0 && flock(descriptor_, LOCK_EX) != 0 && errno == EINTR) {
  }
}

StateRecord::Turn::~Turn() {
  if (descriptor_ >= 0) flock(descriptor_, LOCK_UN);
}

}  // namespace monolite::db::sqlite
