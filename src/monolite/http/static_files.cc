#include <algorithm>
#include <array>
#include <map>
#include <mutex>

#include <fmt/format.h>

#include <monolite/base/crypto.h>
#include <monolite/base/error.h>
#include <monolite/http/detail/byte_range.h>
#include <monolite/http/detail/gzip.h>
#include <monolite/http/detail/http_date.h>
#include <monolite/http/detail/outgoing.h>
#include <monolite/http/detail/public_folder.h>
#include <monolite/http/detail/syntax.h>
#include <monolite/http/error_pages.h>
#include <monolite/http/static_files.h>

namespace monolite::http {
namespace {

constexpr int kGzipLevel = 6;  // once per file, not per request
constexpr std::size_t kMinGzipBytes = 1024;

/// A file as it was when somebody looked. Immutable; owned by the cache and by the requests that use it.
struct Entry {
  detail::FileIdentity identity;
  std::shared_ptr<const OpenFile> file;  ///< only when it is too large to keep
  SharedBytes bytes;                     ///< otherwise its content
  SharedBytes gzipped;                   ///< and, where that is smaller, the compressed form
  std::string tag;                       ///< of the ETag, without quotes
  base::Timestamp looked_at;

  std::string etag(bool compressed) const { return fmt::format("\"{}{}\"", tag, compressed ? "-gz" : ""); }
};

using EntryPtr = std::shared_ptr<const Entry>;

/// True when an If-None-Match value names one of the entry's forms; weak comparison, as it wants.
bool names_entry(std::string_view list, const Entry& entry) {
  while (!list.empty()) {
    std::string_view tag = detail::next_element(list, ',');
    if (tag == "*") return true;
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == entry.etag(false) || tag == entry.etag(true)) return true;
  }
  return false;
}

bool is_unchanged(const Request& request, const Entry& entry) {
  if (const auto tags = request.header("If-None-Match")) return names_entry(*tags, entry);
  const auto since = detail::parse_http_date(request.header("If-Modified-Since").value_or(""));
  return since && entry.identity.modified() <= *since;
}

/// A range is of use only to a client whose first part came from this very state of the file.
bool range_applies(const Request& request, const Entry& entry) {
  const auto condition = request.header("If-Range");
  if (!condition || *condition == entry.etag(false)) return true;
  const auto date = detail::parse_http_date(*condition);
  return date && entry.identity.modified() == *date;
}

Response::Body body_of(const Entry& entry, std::uint64_t first, std::uint64_t length) {
  if (entry.file) return FileSlice{entry.file, first, length};
  if (first == 0 && length == entry.bytes->size()) return entry.bytes;
  return entry.bytes->substr(first, length);
}

Response whole(const Request& request, const Entry& entry, std::string_view type) {
  if (entry.gzipped && detail::accepts_gzip(request.header("Accept-Encoding").value_or(""))) {
    return Response(Status::kOk, type, entry.gzipped)
        .header("Content-Encoding", "gzip")
        .header("ETag", entry.etag(true));
  }
  return Response(Status::kOk, type, body_of(entry, 0, entry.identity.size)).header("ETag", entry.etag(false));
}

Response ranged(const Request& request, const Entry& entry, std::string_view type) {
  using Kind = detail::ByteRange::Kind;
  const auto header = request.header("Range");
  if (!header || request.method() != Method::kGet || !range_applies(request, entry)) {
    return whole(request, entry, type);
  }
  const std::uint64_t size = entry.identity.size;
  const detail::ByteRange range = detail::parse_range(*header, size);
  switch (range.kind) {
    case Kind::kWhole:
      return whole(request, entry, type);
    case Kind::kUnsatisfiable:
      return Response(Status::kRangeNotSatisfiable).header("Content-Range", fmt::format("bytes */{}", size));
    case Kind::kPart:
      break;
  }
  return Response(Status::kPartialContent, type, body_of(entry, range.first, range.length))
      .header("ETag", entry.etag(false))
      .header("Content-Range", fmt::format("bytes {}-{}/{}", range.first, range.first + range.length - 1, size));
}

}  // namespace

struct StaticFiles::Impl {
  Impl(StaticFilesOptions static_options, const base::Clock& wall_clock, base::WorkerPool* worker_pool)
      : options(std::move(static_options)), clock(wall_clock), workers(worker_pool), folder(options.folder) {
    ML_REQUIRE(options.prefix.starts_with('/') && options.prefix.ends_with('/'),
               "the prefix of static files must look like \"/\" or \"/assets/\"");
  }

  std::optional<Response> find(const Request& request) {
    std::string_view path = request.path();
    if ((request.method() != Method::kGet && request.method() != Method::kHead) || !path.starts_with(options.prefix)) {
      return std::nullopt;
    }
    path.remove_prefix(options.prefix.size());
    const auto segments = detail::public_segments(path);
    const EntryPtr entry = segments ? current(*segments) : nullptr;
    if (!entry) return std::nullopt;
    return answer(request, *entry, media_type(segments->back()));
  }

  /// The entry of a file, from memory while it is fresh.
  EntryPtr current(const std::vector<std::string>& segments) {
    std::string key;
    for (const auto& segment : segments) key.append("/").append(segment);
    EntryPtr known = cached(key);
    if (known && clock.now() - known->looked_at < options.recheck) return known;
    const auto look = [&] { return look_at_disk(segments, known); };
    EntryPtr found = workers ? base::offload(*workers, look) : look();
    remember(key, found);
    return found;
  }

  EntryPtr cached(const std::string& key) {
    const std::lock_guard lock(mutex);
    const auto at = entries.find(key);
    return at == entries.end() ? nullptr : at->second;
  }

  void remember(const std::string& key, const EntryPtr& entry) {
    const std::lock_guard lock(mutex);
    if (const auto old = entries.find(key); old != entries.end()) {
      cached_bytes -= memory_of(*old->second);
      entries.erase(old);
    }
    if (!entry || cached_bytes + memory_of(*entry) > options.max_cache_bytes) return;
    cached_bytes += memory_of(*entry);
    entries.emplace(key, entry);
  }

  static std::size_t memory_of(const Entry& entry) {
    return sizeof(Entry) + (entry.bytes ? entry.bytes->size() : 0) + (entry.gzipped ? entry.gzipped->size() : 0);
  }

  EntryPtr look_at_disk(const std::vector<std::string>& segments, const EntryPtr& known) const {
    auto found = folder.open(segments);
    if (!found) return nullptr;
    auto entry = std::make_shared<Entry>();
    if (known && known->identity == found->identity) {
      *entry = *known;
    } else {
      entry->identity = found->identity;
      fill(*entry, std::move(found->file), media_type(segments.back()));
    }
    entry->looked_at = clock.now();
    return entry;
  }

  void fill(Entry& entry, std::shared_ptr<const OpenFile> file, std::string_view type) const {
    if (entry.identity.size > options.max_cached_file) {
      entry.tag = fmt::format("{:x}-{:x}", entry.identity.size, entry.identity.modified_ns);
      entry.file = std::move(file);
      return;
    }
    std::string bytes = detail::read_slice({std::move(file), 0, entry.identity.size});
    entry.identity.size = bytes.size();
    entry.tag = base::crypto::sha256_hex(bytes).substr(0, 32);
    if (bytes.size() > kMinGzipBytes && detail::is_compressible(type)) {
      std::string gzipped = detail::gzip(bytes, kGzipLevel);
      if (gzipped.size() < bytes.size()) entry.gzipped = std::make_shared<const std::string>(std::move(gzipped));
    }
    entry.bytes = std::make_shared<const std::string>(std::move(bytes));
  }

  Response answer(const Request& request, const Entry& entry, std::string_view type) const {
    Response response = is_unchanged(request, entry)
                            ? Response(Status::kNotModified).header("ETag", entry.etag(entry.gzipped != nullptr))
                            : ranged(request, entry, type);
    Headers& headers = response.headers();
    headers.add("Last-Modified", detail::http_date(entry.identity.modified()));
    if (!options.cache_control.empty()) headers.add("Cache-Control", options.cache_control);
    headers.add("Accept-Ranges", "bytes");
    if (entry.gzipped) headers.add("Vary", "Accept-Encoding");
    return response;
  }

  const StaticFilesOptions options;
  const base::Clock& clock;
  base::WorkerPool* const workers;
  const detail::PublicFolder folder;
  std::mutex mutex;
  std::map<std::string, EntryPtr, std::less<>> entries;  // guarded by mutex
  std::size_t cached_bytes = 0;                          // guarded by mutex
};

StaticFiles::StaticFiles(StaticFilesOptions options, const base::Clock& clock, base::WorkerPool* workers)
    : impl_(std::make_unique<Impl>(std::move(options), clock, workers)) {}
StaticFiles::~StaticFiles() = default;

std::optional<Response> StaticFiles::find(const Request& request) { return impl_->find(request); }

Handler StaticFiles::handler() {
  return [this](Request& request) {
    auto response = find(request);
    return response ? std::move(*response) : error_page(Status::kNotFound);
  };
}

std::string_view media_type(std::string_view file_name) noexcept {
  struct Known {
    std::string_view extension;
    std::string_view type;
  };
  static constexpr std::array<Known, 31> kKnown{{
      {"avif", "image/avif"},
      {"css", "text/css; charset=utf-8"},
      {"csv", "text/csv; charset=utf-8"},
      {"gif", "image/gif"},
      {"gz", "application/gzip"},
      {"htm", "text/html; charset=utf-8"},
      {"html", "text/html; charset=utf-8"},
      {"ico", "image/vnd.microsoft.icon"},
      {"jpeg", "image/jpeg"},
      {"jpg", "image/jpeg"},
      {"js", "text/javascript; charset=utf-8"},
      {"json", "application/json"},
      {"map", "application/json"},
      {"mjs", "text/javascript; charset=utf-8"},
      {"mp3", "audio/mpeg"},
      {"mp4", "video/mp4"},
      {"ogg", "audio/ogg"},
      {"otf", "font/otf"},
      {"pdf", "application/pdf"},
      {"png", "image/png"},
      {"svg", "image/svg+xml"},
      {"ttf", "font/ttf"},
      {"txt", "text/plain; charset=utf-8"},
      {"wasm", "application/wasm"},
      {"webm", "video/webm"},
      {"webmanifest", "application/manifest+json"},
      {"webp", "image/webp"},
      {"woff", "font/woff"},
      {"woff2", "font/woff2"},
      {"xml", "application/xml"},
      {"zip", "application/zip"},
  }};
  const auto dot = file_name.rfind('.');
  if (dot != std::string_view::npos) {
    const std::string_view extension = file_name.substr(dot + 1);
    for (const Known& known : kKnown)
      if (equal_ignoring_case(known.extension, extension)) return known.type;
  }
  return "application/octet-stream";
}

}  // namespace monolite::http
