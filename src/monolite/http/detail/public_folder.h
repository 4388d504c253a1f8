#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <monolite/http/response.h>

namespace monolite::http::detail {

/// What tells one state of a file from another without reading it.
struct FileIdentity {
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;  ///< since 1970

  bool operator==(const FileIdentity&) const = default;
  std::chrono::sys_seconds modified() const noexcept;
};

struct FoundFile {
  std::shared_ptr<const OpenFile> file;
  FileIdentity identity;
};

/// A folder whose files may be handed out. Blocks on the disk. Threads: any.
class PublicFolder {
 public:
  /// Throws kConfig when it cannot be opened.
  explicit PublicFolder(const std::filesystem::path& folder);

  /// The regular file at `segments` below the folder; nullopt when there is none or a symbolic link is on the way.
  /// Throws kIo when the system could not even look (too many open files).
  std::optional<FoundFile> open(const std::vector<std::string>& segments) const;

 private:
  OpenFile root_;
};

/// The decoded segments of a request's path below a mount point; nullopt when it names nothing that may be public:
/// an empty segment, a name that starts with a dot (`..` too), a slash, a backslash or a NUL inside a name.
std::optional<std::vector<std::string>> public_segments(std::string_view path);

}  // namespace monolite::http::detail
