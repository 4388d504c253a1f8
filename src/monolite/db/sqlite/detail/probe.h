#pragma once

#include <chrono>
#include <filesystem>

namespace monolite::db::sqlite {

/// What a scratch file beside the database showed.
struct ProbeResult {
  std::chrono::microseconds sync{0};  ///< a write of 4 KiB and its sync; the median of three
};

/// Tries in a scratch file in the folder of `database` what SQLite relies on: that a lock keeps others out, that it
/// ends when it is given back, and that two mappings of a file show the same bytes. Measures a sync. The database
/// itself is not touched: closing any descriptor of it would drop the locks of the process. Nothing is left behind.
/// Errors: kUnsupported when locks or shared memory do not work there; kIo when the file cannot be made or written.
ProbeResult probe_beside(const std::filesystem::path& database);

}  // namespace monolite::db::sqlite
