#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <monolite/base/clock.h>
#include <monolite/base/worker_pool.h>
#include <monolite/http/request.h>
#include <monolite/http/response.h>

namespace monolite::http {

struct StaticFilesOptions {
  std::filesystem::path folder = {};         ///< what lies in it is public, except names that start with a dot
  std::string prefix = "/";                  ///< where it is mounted: "/assets/"
  std::string cache_control = "no-cache";    ///< ask each time, mostly answered by an empty 304
  std::size_t max_cached_file = 512 * 1024;  ///< bytes; larger files are read while they are sent
  std::size_t max_cache_bytes = 64 * 1024 * 1024;
  std::chrono::milliseconds recheck{1000};  ///< how old a look at the disk may be
};

/// Serves the files of a folder: strong ETag, Last-Modified, conditional and range requests, gzip where it pays.
/// Small files and their compressed form stay in memory.
/// Never leaves the folder: no `..`, no dot files, no symbolic links below the folder.
/// Disk access goes to `workers` when there are any, so that a slow disk holds up no loop.
/// Threads: any. Lifetime: `clock` and `workers` outlive it.
class StaticFiles {
 public:
  /// Throws kConfig when the folder cannot be opened.
  StaticFiles(StaticFilesOptions options, const base::Clock& clock, base::WorkerPool* workers = nullptr);
  ~StaticFiles();
  StaticFiles(const StaticFiles&) = delete;
  StaticFiles& operator=(const StaticFiles&) = delete;

  /// The answer for a GET or HEAD of an existing file, nullopt for everything else.
  std::optional<Response> find(const Request& request);

  /// A handler that answers 404 where `find` finds nothing: for Router::fallback.
  Handler handler();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The media type for a file name, by its extension; "application/octet-stream" when unknown.
std::string_view media_type(std::string_view file_name) noexcept;

}  // namespace monolite::http
