#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <monolite/base/clock.h>

namespace monolite::db {

using base::Timestamp;

/// `2026-11-20 13:45:10.123456`: how a Timestamp is stored, always UTC, always 26 characters, sorts as text.
/// Errors: kInvalid outside of the years 0000 to 9999.
std::string to_text(Timestamp at);

/// Reads what `to_text` wrote; fewer fraction digits, a `T` in the middle and a final `Z` are accepted too.
std::optional<Timestamp> timestamp_from_text(std::string_view text);

}  // namespace monolite::db
