#pragma once

#include <string_view>

#include <monolite/http/response.h>

namespace monolite::http {

/// A small self-contained page for a status, needing neither templates nor assets: it works when all else is broken.
/// `error_id` is the short id that the log carries too; shown when not empty. 400 has no body, 503 a `Retry-After: 1`.
Response error_page(Status status, std::string_view error_id = {});

}  // namespace monolite::http
