#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <monolite/http/detail/response_head.h>
#include <monolite/http/response.h>

namespace monolite::http::detail {

/// An answer on its way out: what is left to send, piece by piece, without copying the body. Threads: one.
class Outgoing {
 public:
  static constexpr std::uint64_t kChunkBytes = 256 * 1024;

  /// Lifetime: keeps the response until the next `start` or `clear`.
  void start(Response response, Method method, HttpVersion version, AfterAnswer after, std::string_view date);

  /// The next bytes in memory: head and body in one write. Empty when `finished` or when a chunk of the file is due.
  std::span<const std::string_view> pieces() noexcept;
  void sent(std::size_t size) noexcept;
  bool finished() const noexcept;

  /// True when the next bytes must come from the file.
  bool wants_chunk() const noexcept;
  /// The slice to read next, at most kChunkBytes.
  FileSlice next_chunk() const noexcept;
  void add_chunk(std::string bytes) noexcept;

  Status status() const noexcept { return response_.status(); }
  /// Bytes of the body that the kernel took.
  std::uint64_t body_sent() const noexcept { return body_sent_; }
  void clear() noexcept;

 private:
  std::string head_;  // keeps its memory from answer to answer
  Response response_;
  std::string chunk_;
  std::size_t head_left_ = 0;
  std::string_view body_;  // what is left of the body's bytes in memory
  FileSlice file_;         // what is left to read
  std::uint64_t body_sent_ = 0;
  std::array<std::string_view, 2> pieces_;
};

/// The bytes of a slice; fewer when the file shrank meanwhile. Blocks on the disk.
std::string read_slice(const FileSlice& slice);

}  // namespace monolite::http::detail
