#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <monolite/base/error.h>
#include <monolite/http/detail/public_folder.h>
#include <monolite/http/fields.h>

namespace monolite::http::detail {
namespace {

int open_root(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (descriptor >= 0) return descriptor;
  throw base::Error({.code = base::ErrorCode::kConfig,
                     .what = fmt::format("cannot open the folder of static files '{}'", folder.string()),
                     .hint = "create it, or name another one",
                     .system_code = errno});
}

/// Errors that only say: no such public file.
bool means_absent(int error) noexcept {
  return error == ENOENT || error == ENOTDIR || error == ELOOP || error == EACCES || error == ENAMETOOLONG ||
         error == ENXIO;
}

/// -1 when absent. O_NOFOLLOW at every step: a link could lead out of the folder. O_NONBLOCK: a pipe must not hang us.
int open_below(int folder, const std::string& name, int flags) {
  const int descriptor = ::openat(folder, name.c_str(), flags | O_NOFOLLOW | O_CLOEXEC);
  if (descriptor >= 0 || means_absent(errno)) return descriptor;
  throw base::Error({.code = base::ErrorCode::kIo,
                     .scope = base::ErrorScope::kRetry,
                     .what = fmt::format("cannot open the static file '{}'", name),
                     .hint = "check the limit of open files (ulimit -n)",
                     .system_code = errno});
}

}  // namespace

std::chrono::sys_seconds FileIdentity::modified() const noexcept {
  return std::chrono::floor<std::chrono::seconds>(
      std::chrono::sys_time<std::chrono::nanoseconds>(std::chrono::nanoseconds(modified_ns)));
}

PublicFolder::PublicFolder(const std::filesystem::path& folder) : root_(open_root(folder)) {}

std::optional<FoundFile> PublicFolder::open(const std::vector<std::string>& segments) const {
  std::shared_ptr<const OpenFile> opened;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const int flags = i + 1 == segments.size() ? O_RDONLY | O_NONBLOCK : O_PATH | O_DIRECTORY;
    const int descriptor = open_below(opened ? opened->descriptor() : root_.descriptor(), segments[i], flags);
    if (descriptor < 0) return std::nullopt;
    opened = std::make_shared<const OpenFile>(descriptor);
  }
  struct stat info {};
  if (!opened || ::fstat(opened->descriptor(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  return FoundFile{std::move(opened),
                   {.inode = info.st_ino,
                    .size = static_cast<std::uint64_t>(info.st_size),
                    .modified_ns = std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec}};
}

std::optional<std::vector<std::string>> public_segments(std::string_view path) {
  std::vector<std::string> segments;
  while (true) {
    const auto slash = path.find('/');
    auto segment = decode_segment(path.substr(0, slash));
    if (!segment || segment->empty() || segment->front() == '.' || segment->find_first_of("/\\") != std::string::npos) {
      return std::nullopt;
    }
    segments.push_back(std::move(*segment));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace monolite::http::detail
