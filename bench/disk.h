#pragma once

#include <filesystem>

namespace bench {

/// What the disk gives right now: the median of a bare append of one WAL frame and fdatasync, in microseconds; -1 when
/// the folder cannot be written. A figure at FULL means nothing without it.
double bare_sync_us(const std::filesystem::path& folder);

}  // namespace bench
