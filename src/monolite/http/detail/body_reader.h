#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <monolite/http/status.h>

namespace monolite::http::detail {

/// Reads a body out of a stream: by its length, or in chunks (RFC 9112, 7.1), strictly. Extensions are checked and
/// ignored, trailers checked and dropped. Beast has one too, but its debug build aborts when a lone last chunk arrives
/// byte by byte. Threads: one.
class BodyReader {
 public:
  enum class State { kMore, kDone, kFailed };

  struct Limits {
    std::uint64_t body_bytes = 0;     ///< 413
    std::uint64_t trailer_bytes = 0;  ///< 431
  };

  /// The size line of a chunk, extensions included; longer is a 400.
  static constexpr std::size_t kMaxChunkLine = 1024;

  /// Lifetime: `body` outlives the last `feed`.
  void start_length(std::uint64_t length, const Limits& limits, std::string& body);
  void start_chunked(const Limits& limits, std::string& body);

  /// Consumes what it can; the rest must be offered again with more after it.
  std::size_t feed(std::string_view input);

  State state() const noexcept { return state_; }
  Status error_status() const noexcept { return error_status_; }

 private:
  enum class Expect { kData, kChunkSize, kChunkData, kChunkEnd, kTrailer };

  void start(const Limits& limits, std::string& body, Expect expect);
  std::size_t feed_once(std::string_view input);
  std::size_t take_data(std::string_view input);
  std::size_t take_line(std::string_view input);
  void use_line(std::string_view line);
  void begin_chunk(std::string_view line);
  void check_trailer(std::string_view line);
  void fail(Status status) noexcept;

  State state_ = State::kDone;
  Expect expect_ = Expect::kData;
  Status error_status_ = Status::kBadRequest;
  Limits limits_;
  std::uint64_t left_ = 0;  // of the body or of the chunk
  std::uint64_t trailer_bytes_ = 0;
  std::string* body_ = nullptr;
};

}  // namespace monolite::http::detail
