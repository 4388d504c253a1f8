#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <sqlite3.h>

#include <monolite/db/sqlite/open.h>

/// sqlite3 without anything of ours, for what stands beside the lane and for checking.
namespace bench::locks {

struct CloseBare {
  void operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using BareConnection = std::unique_ptr<sqlite3, CloseBare>;
using BareStatement = std::unique_ptr<sqlite3_stmt, CloseBare>;

/// Throws std::runtime_error unless `result` is SQLITE_OK.
void require_ok(sqlite3* handle, int result, const char* doing);
[[noreturn]] void fail(sqlite3* handle, const char* doing);

/// A connection that waits 5 s for locks in SQLite's way, with the pragmas of our own writer.
BareConnection open_bare(const std::filesystem::path& file, monolite::db::sqlite::Synchronous synchronous);
void execute(sqlite3* handle, const std::string& sql);
BareStatement prepare(sqlite3* handle, const char* sql);
/// The first column of the first row.
std::int64_t number(sqlite3* handle, const char* sql);
std::string text(sqlite3* handle, const char* sql);

}  // namespace bench::locks
