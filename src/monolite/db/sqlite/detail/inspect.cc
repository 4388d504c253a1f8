#include <array>
#include <cstdint>

#include <fmt/format.h>
#include <sys/stat.h>

#include <monolite/db/sqlite/detail/inspect.h>
#include <monolite/db/sqlite/open.h>

namespace monolite::db::sqlite {
namespace {

std::int64_t size_of(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 ? info.st_size : 0;
}

}  // namespace

void inspect(ReadSession& session, DatabaseStatus& status) {
  constexpr std::array kLevels{"off", "normal", "full", "extra"};
  status.engine = fmt::format("SQLite {}", library_version());
  status.bytes = size_of(status.path);
  status.wal_bytes = size_of(status.path + "-wal");
  status.journal = session.scalar<std::string>("PRAGMA journal_mode"_sql);
  status.synchronous = kLevels.at(session.scalar<std::size_t>("PRAGMA synchronous"_sql));
  status.page_bytes = session.scalar<std::int64_t>("PRAGMA page_size"_sql);
  status.pages = session.scalar<std::int64_t>("PRAGMA page_count"_sql);
  status.free_pages = session.scalar<std::int64_t>("PRAGMA freelist_count"_sql);
  status.encoding = session.scalar<std::string>("PRAGMA encoding"_sql);
  status.application_id = session.scalar<std::int64_t>("PRAGMA application_id"_sql);
  status.user_version = session.scalar<std::int64_t>("PRAGMA user_version"_sql);
  status.schema_version = session.scalar<std::int64_t>("PRAGMA schema_version"_sql);
}

}  // namespace monolite::db::sqlite
