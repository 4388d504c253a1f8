#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <vector>

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <monolite/db/sqlite/detail/process.h>

namespace monolite::db::sqlite {
namespace {

/// The lock bytes of the file formats of SQLite: of the WAL index (write, recover), and of the database itself
/// (pending to shared), which matter in the exclusive moments of a switch of the journal mode.
constexpr std::int64_t kWalWriteByte = 120;
constexpr std::int64_t kWalRecoverByte = 122;
constexpr std::int64_t kPendingByte = 0x40000000;
constexpr std::int64_t kLastSharedByte = kPendingByte + 511;

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// "" for a process that has ended or that hides.
std::string program_of(int pid) {
  auto name = text_of(fmt::format("/proc/{}/comm", pid));
  if (!name.empty() && name.back() == '\n') name.pop_back();
  return name;
}

std::uint64_t own_pid_namespace() {
  struct stat info {};
  return stat("/proc/self/ns/pid", &info) == 0 ? info.st_ino : 0;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    const auto begin = line.find_first_not_of(' ');
    if (begin == std::string_view::npos) return words;
    const auto end = std::min(line.find(' ', begin), line.size());
    words.push_back(line.substr(begin, end - begin));
    line.remove_prefix(end);
  }
}

std::optional<std::int64_t> number_in(std::string_view word) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  return error == std::errc() && end == word.data() + word.size() ? std::optional(number) : std::nullopt;
}

/// One line: "1: POSIX  ADVISORY  WRITE 4711 fe:00:262156 120 120". One that only waits has "->" for its kind.
std::optional<int> pid_in_line(std::string_view line, const LockedBytes& bytes, std::string_view file) {
  const auto words = words_of(line);
  if (words.size() != 8 || words[1] != "POSIX" || words[3] != "WRITE" || words[5] != file) return std::nullopt;
  const auto pid = number_in(words[4]);
  const auto first = number_in(words[6]);
  if (!pid || *pid <= 0 || !first || *first < bytes.first || *first > bytes.last) return std::nullopt;
  return static_cast<int>(*pid);
}

std::optional<int> holder_in(const std::string& locks, const std::string& path, std::int64_t first, std::int64_t last) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return std::nullopt;
  return pid_with_lock(locks, {info.st_dev, info.st_ino, first, last});
}

}  // namespace

Process this_process() {
  const int pid = getpid();
  return {.pid = pid, .pid_namespace = own_pid_namespace(), .program = program_of(pid)};
}

std::string describe(const Process& process) {
  static const std::uint64_t here = own_pid_namespace();
  const auto program = process.program.empty() ? "a process" : process.program;
  const char* const where = process.pid_namespace != 0 && process.pid_namespace != here ? " in another container" : "";
  return fmt::format("{} (pid {}{})", program, process.pid, where);
}

std::optional<int> pid_with_lock(std::string_view locks, const LockedBytes& bytes) {
  const auto file = fmt::format("{:02x}:{:02x}:{}", major(bytes.device), minor(bytes.device), bytes.inode);
  while (!locks.empty()) {
    const auto end = std::min(locks.find('\n'), locks.size());
    if (const auto pid = pid_in_line(locks.substr(0, end), bytes, file)) return pid;
    locks.remove_prefix(std::min(end + 1, locks.size()));
  }
  return std::nullopt;
}

std::optional<Process> holder_of_write_lock(const std::string& database) {
  const auto locks = text_of("/proc/locks");
  const auto index = database + "-shm";
  auto pid = holder_in(locks, index, kWalWriteByte, kWalWriteByte);
  if (!pid) pid = holder_in(locks, index, kWalRecoverByte, kWalRecoverByte);
  if (!pid) pid = holder_in(locks, database, kPendingByte, kLastSharedByte);
  if (!pid) return std::nullopt;
  return Process{.pid = *pid, .pid_namespace = own_pid_namespace(), .program = program_of(*pid)};
}

}  // namespace monolite::db::sqlite
