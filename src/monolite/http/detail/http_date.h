#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace monolite::http::detail {

/// "Fri, 20 Nov 2026 13:59:00 GMT": the one form that HTTP still writes.
std::string http_date(std::chrono::sys_seconds time);

/// nullopt for anything else, the two obsolete forms included: such a condition is ignored.
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text) noexcept;

}  // namespace monolite::http::detail
