#pragma once

#include <string>
#include <string_view>

#include <monolite/base/worker_pool.h>
#include <monolite/http/request.h>
#include <monolite/http/response.h>
#include <monolite/http/server.h>

namespace monolite::http::detail {

/// `bytes` in gzip's format. `level` is zlib's 1..9.
std::string gzip(std::string_view bytes, int level);

/// True when an Accept-Encoding value lets us answer with gzip: named or covered by `*`, with a quality above zero.
bool accepts_gzip(std::string_view accept_encoding) noexcept;

/// True for text-like media types; images and archives are compressed already.
bool is_compressible(std::string_view content_type) noexcept;

/// Compresses the answer when its type, its size and the client allow, and says in Vary that it depends on the client.
/// A strong ETag becomes weak. May wait for a worker.
void compress(const GzipOptions& options, base::WorkerPool* workers, const Request& request, Response& response);

}  // namespace monolite::http::detail
