#include <chrono>
#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <monolite/db/errors.h>
#include <monolite/db/sqlite/detail/file_guard.h>

namespace monolite::db::sqlite {
namespace {

constexpr auto kAskEvery = std::chrono::milliseconds(100);
constexpr auto kRecordEvery = std::chrono::seconds(1);

bool has_moved(sqlite3* handle) noexcept {
  int moved = 0;
  sqlite3_file_control(handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return moved != 0;
}

base::Error another_file(const std::string& path) {
  return base::Error({.code = base::ErrorCode::kClosed,
                      .scope = base::ErrorScope::kDatabase,
                      .what = fmt::format("{} was deleted or replaced while it was open", path),
                      .hint = "what is written now would be lost: stop the program, put the right file in place "
                              "with its -wal, start again"});
}

}  // namespace

FileIdentity identity_of(const std::string& path) noexcept {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return {};
  return {info.st_dev, info.st_ino};
}

FileGuard::FileGuard(std::string path, std::unique_ptr<StateRecord> record)
    : path_(std::move(path)), record_(std::move(record)), identity_(identity_of(path_)) {}

FileGuard::~FileGuard() {
  if (process_.in_child() || !record_ || loss_ || identity_of(path_) != identity_) return;
  auto state = state_now(path_, nullptr);
  if (state.wal_bytes == 0) record_->write(state);  // else somebody has it open and goes on
}

std::exception_ptr FileGuard::loss(Connection& connection) {
  const auto now = base::Monotonic::now();
  if (loss_ || now - asked_ < kAskEvery) return loss_;
  asked_ = now;
  if (has_moved(connection.handle())) loss_ = std::make_exception_ptr(another_file(path_));
  return loss_;
}

void FileGuard::worked(Connection& connection, const CheckpointStatus& wal) {
  const bool has_commits = wal.copied_frames < wal.wal_frames;
  const bool changed = has_commits != wal_has_commits_ || wal.copied_frames != copied_frames_;
  if (!changed && base::Monotonic::now() - recorded_ < kRecordEvery) return;
  wal_has_commits_ = has_commits;
  copied_frames_ = wal.copied_frames;
  record(connection);
}

void FileGuard::require_same() const {
  if (identity_of(path_) != identity_) throw another_file(path_);
}

void FileGuard::record(Connection& connection) {
  if (!record_ || loss_) return;
  recorded_ = base::Monotonic::now();
  auto state = state_now(path_, connection.handle());
  state.wal_has_commits = wal_has_commits_;
  record_->write(state);
}

}  // namespace monolite::db::sqlite
