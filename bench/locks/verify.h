#pragma once

#include <bench/locks/bare.h>
#include <bench/locks/round.h>

namespace bench::locks {

/// The table that all policies write to.
void make_table(const std::filesystem::path& file, monolite::db::sqlite::Synchronous synchronous);

/// Compares what is stored with what was acknowledged, worker by worker, and reads the whole file: leaves the rows and
/// what is wrong in `result`. `watch`: a connection that was open all the time, so that the log is still there.
void verify(sqlite3* watch, const Round& round, const std::vector<std::uint64_t>& acknowledged, Result& result);

}  // namespace bench::locks
