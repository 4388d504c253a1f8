#include <cerrno>
#include <fstream>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <monolite/app/app.h>
#include <monolite/base/error.h>

namespace monolite::app {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& path, int error) {
  throw base::Error(
      {.code = base::ErrorCode::kIo,
       .what = fmt::format("cannot keep the secret in {}: {}", path.string(), std::system_category().message(error)),
       .hint = "make the folder writable, or set SECRET_KEY_BASE",
       .system_code = error});
}

/// Writes a new file that only its owner may read. False when another process was faster.
bool create_private(const std::filesystem::path& path, const std::string& text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0 && errno == EEXIST) return false;
  if (file < 0) refuse(path, errno);
  const auto written = ::write(file, text.data(), text.size());
  const int error = errno;
  ::close(file);
  if (written != static_cast<ssize_t>(text.size())) {
    ::unlink(path.c_str());
    refuse(path, error);
  }
  return true;
}

}  // namespace

std::string secret_key_base(const Config& config, base::Rng& rng) {
  if (!config.secret_key_base.empty()) return config.secret_key_base;
  const auto folder = std::filesystem::path(config.primary.path).parent_path();
  const auto path = folder / fmt::format("{}.secret", name_of(config.environment));
  create_private(path, base::random_hex(rng, 64) + "\n");
  std::string secret;
  std::ifstream in(path);
  if (!std::getline(in, secret) || secret.size() < 32) refuse(path, EINVAL);
  return secret;
}

}  // namespace monolite::app
