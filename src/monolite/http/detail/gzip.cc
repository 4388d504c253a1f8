#include <algorithm>
#include <array>
#include <limits>

#include <zlib.h>

#include <monolite/base/error.h>
#include <monolite/http/detail/gzip.h>
#include <monolite/http/detail/syntax.h>

namespace monolite::http::detail {
namespace {

/// A deflate stream that frees itself.
class Deflater {
 public:
  explicit Deflater(int level) {
    constexpr int kGzipWindow = 15 + 16;
    constexpr int kMemoryLevel = 8;
    if (deflateInit2(&stream_, level, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw base::Error({.code = base::ErrorCode::kInternal,
                         .what = "zlib could not start to compress",
                         .hint = "check the gzip level (1..9) and the free memory"});
    }
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  std::string run(std::string_view bytes) {
    std::string out(deflateBound(&stream_, bytes.size()), '\0');
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib only reads it
    stream_.avail_in = static_cast<uInt>(bytes.size());
    const int result = deflate(&stream_, Z_FINISH);
    ML_REQUIRE(result == Z_STREAM_END, "deflateBound promised enough room");
    out.resize(stream_.total_out);
    return out;
  }

 private:
  z_stream stream_{};
};

/// True when a quality parameter such as "q=0.5" is above zero; a missing one counts as one.
bool is_wanted(std::string_view parameters) noexcept {
  while (!parameters.empty()) {
    const std::string_view parameter = next_element(parameters, ';');
    if (parameter.size() < 2 || lower(parameter[0]) != 'q' || parameter[1] != '=') continue;
    return parameter.find_first_of("123456789", 2) != std::string_view::npos;
  }
  return true;
}

void weaken_etag(Headers& headers) {
  const auto etag = headers.find("ETag");
  if (etag && etag->starts_with('"')) headers.set("ETag", std::string("W/").append(*etag));
}

}  // namespace

std::string gzip(std::string_view bytes, int level) {
  ML_REQUIRE(bytes.size() < std::numeric_limits<uInt>::max() / 2, "a body of gigabytes must be a file");
  return Deflater(level).run(bytes);
}

bool accepts_gzip(std::string_view accept_encoding) noexcept {
  bool any = false;
  while (!accept_encoding.empty()) {
    std::string_view parameters = next_element(accept_encoding, ',');
    const std::string_view coding = next_element(parameters, ';');
    if (equal_ignoring_case(coding, "gzip") || equal_ignoring_case(coding, "x-gzip")) return is_wanted(parameters);
    if (coding == "*") any = is_wanted(parameters);
  }
  return any;
}

bool is_compressible(std::string_view content_type) noexcept {
  constexpr std::array<std::string_view, 7> kTypes{
      "application/json",          "application/javascript", "application/xml",    "image/svg+xml",
      "application/manifest+json", "application/wasm",       "application/ld+json"};
  const std::string_view type = next_element(content_type, ';');
  return type.starts_with("text/") || std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

void compress(const GzipOptions& options, base::WorkerPool* workers, const Request& request, Response& response) {
  const std::string_view bytes = response.body_text();
  Headers& headers = response.headers();
  if (options.level == 0 || bytes.size() <= options.min_bytes || !may_have_body(response.status())) return;
  if (response.status() == Status::kPartialContent || headers.has("Content-Encoding")) return;
  if (!is_compressible(headers.find("Content-Type").value_or(""))) return;
  if (!headers.has_token("Vary", "Accept-Encoding")) headers.add("Vary", "Accept-Encoding");
  if (!accepts_gzip(request.header("Accept-Encoding").value_or(""))) return;

  const auto work = [&] { return gzip(bytes, options.level); };
  response.body(workers != nullptr && bytes.size() >= options.offload_bytes ? base::offload(*workers, work) : work());
  headers.add("Content-Encoding", "gzip");
  weaken_etag(headers);
}

}  // namespace monolite::http::detail
