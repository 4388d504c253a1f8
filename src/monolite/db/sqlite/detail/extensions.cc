#include <filesystem>

#include <fmt/format.h>
#include <sqlite3.h>

#include <monolite/base/error.h>
#include <monolite/db/sqlite/detail/extensions.h>

namespace monolite::db::sqlite {
namespace {

[[noreturn]] void refuse(base::ErrorCode code, std::string what, std::string hint) {
  throw base::Error(
      {.code = code, .scope = base::ErrorScope::kDatabase, .what = std::move(what), .hint = std::move(hint)});
}

/// The door of the C function, open while one lives.
class LoadingAllowed {
 public:
  explicit LoadingAllowed(sqlite3* handle) noexcept : handle_(handle) { set(1); }
  ~LoadingAllowed() { set(0); }
  LoadingAllowed(const LoadingAllowed&) = delete;
  LoadingAllowed& operator=(const LoadingAllowed&) = delete;

 private:
  void set(int on) noexcept { sqlite3_db_config(handle_, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, on, nullptr); }

  sqlite3* handle_;
};

void load(sqlite3* handle, const std::string& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) {
    refuse(base::ErrorCode::kConfig, fmt::format("there is no SQLite extension at {}", file),
           "correct `extensions` in config/database.yml, or install it");
  }
  char* message = nullptr;
  const int result = sqlite3_load_extension(handle, file.c_str(), nullptr, &message);
  if (result == SQLITE_OK) return;
  const std::string why = message ? message : sqlite3_errstr(result);
  sqlite3_free(message);
  refuse(base::ErrorCode::kUnsupported, fmt::format("cannot load the SQLite extension {}: {}", file, why),
         fmt::format("it must be built for this machine as a loadable extension of SQLite {}", sqlite3_libversion()));
}

}  // namespace

void load_extensions(Connection& connection, const std::vector<std::string>& files) {
  if (files.empty()) return;
  const LoadingAllowed allowed(connection.handle());
  for (const auto& file : files) load(connection.handle(), file);
}

}  // namespace monolite::db::sqlite
