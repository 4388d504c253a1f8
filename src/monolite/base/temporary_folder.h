#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace monolite::base {

/// A new folder below the system's folder for temporary files, readable by this user only, removed with everything in
/// it at the end of the scope.
class TemporaryFolder {
 public:
  /// Errors: kIo when no folder can be made.
  TemporaryFolder();
  /// What cannot be removed stays behind.
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }
  /// The path of `name` inside.
  std::string file(std::string_view name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace monolite::base
