#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include <monolite/http/detail/body_reader.h>
#include <monolite/http/detail/response_head.h>
#include <monolite/http/request.h>
#include <monolite/http/server.h>

namespace monolite::http::detail {

/// Reads requests out of a stream of bytes, strictly: what two HTTP implementations could read differently is refused,
/// so that nobody can smuggle a request past a proxy in front of us. Refused with 400: both Content-Length and
/// Transfer-Encoding, either of them twice, a transfer coding other than chunked, folded header lines, line ends
/// without CR, blanks before the colon, control characters, a missing, second or malformed Host.
///
/// The seam to Boost.Beast, whose parser reads the head. Threads: one.
class RequestParser {
 public:
  enum class State {
    kHead,    ///< waiting for the end of the headers
    kBody,    ///< the headers are complete, the body is not
    kDone,    ///< the request is complete; nothing more is consumed
    kFailed,  ///< `error_status` says what to answer; the connection cannot be used further
  };

  explicit RequestParser(const Limits& limits);
  ~RequestParser();

  /// Makes ready for the next request of the connection, to be stored in `parts`, which must be clear.
  /// Lifetime: `parts` outlives the request's last `feed`.
  void start(RequestParts& parts);

  /// Consumes what it can of `input` and says how many bytes that was. The rest must be offered again, with more after
  /// it, at the same place of the stream.
  std::size_t feed(std::string_view input);

  State state() const noexcept { return state_; }
  Status error_status() const noexcept { return error_status_; }

  // From State::kBody on.
  HttpVersion version() const noexcept;
  bool keep_alive() const noexcept;
  /// The client waits for "100 Continue" before it sends the body.
  bool expects_continue() const noexcept;

 private:
  struct Slot;

  std::size_t find_head(std::string_view input);
  std::size_t feed_head(std::string_view input);
  std::size_t feed_body(std::string_view input);
  void follow_body() noexcept;
  void fail(Status status) noexcept;

  const Limits limits_;
  State state_ = State::kHead;
  Status error_status_ = Status::kBadRequest;
  std::size_t scanned_ = 0;  // bytes of the head that were looked at
  RequestParts* parts_ = nullptr;
  std::unique_ptr<Slot> message_;
  BodyReader body_;
};

}  // namespace monolite::http::detail
