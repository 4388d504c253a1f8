#include <algorithm>
#include <string>

#include <monolite/http/detail/request_parser.h>

#include "fuzz.h"

namespace {

namespace http = monolite::http;
using http::detail::RequestParser;

struct Outcome {
  RequestParser::State state = RequestParser::State::kHead;
  http::Status error = http::Status::kBadRequest;
  http::RequestParts parts = {};
  std::size_t consumed = 0;
};

http::Limits small_limits() {
  http::Limits limits;
  limits.header_bytes = 512;
  limits.body_bytes = 256;
  return limits;
}

/// Feeds `input` as a connection does: what was not consumed is offered again with up to `step` bytes more.
Outcome parse(std::string_view input, std::size_t step) {
  RequestParser parser(small_limits());
  Outcome outcome;
  parser.start(outcome.parts);
  for (std::size_t offered = 0;;) {
    offered = std::min(std::max(offered, outcome.consumed) + step, input.size());
    for (;;) {
      const auto unread = input.substr(outcome.consumed, offered - outcome.consumed);
      const auto consumed = unread.empty() ? 0 : parser.feed(unread);
      require(consumed <= unread.size(), "no more is consumed than was offered");
      outcome.consumed += consumed;
      const auto state = parser.state();
      if (consumed == 0 || state == RequestParser::State::kDone || state == RequestParser::State::kFailed) break;
    }
    outcome.state = parser.state();
    outcome.error = parser.error_status();
    const bool over = outcome.state == RequestParser::State::kDone || outcome.state == RequestParser::State::kFailed;
    if (over || offered == input.size()) return outcome;
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = text_of(data, size);
  const auto whole = parse(input, std::max<std::size_t>(size, 1));
  const auto bytewise = parse(input, 1);
  require(whole.state == bytewise.state, "how the bytes arrive does not decide whether they are a request");
  // What is told may differ where several things are wrong: a head that is too long is refused before its end is seen.
  const auto refused = [](const Outcome& outcome) {
    return outcome.state != RequestParser::State::kFailed || http::code(outcome.error) >= 400;
  };
  require(refused(whole) && refused(bytewise), "what is refused has a status that says so");
  if (whole.state != RequestParser::State::kDone) return 0;
  require(whole.consumed == bytewise.consumed, "nor where the request ends");
  require(whole.parts.target == bytewise.parts.target && whole.parts.body == bytewise.parts.body, "nor what it says");
  require(whole.parts.body.size() <= small_limits().body_bytes, "a body keeps to its limit");
  require(whole.parts.headers.all("Host").size() <= 1, "there is one Host");
  const bool both = whole.parts.headers.find("Content-Length") && whole.parts.headers.find("Transfer-Encoding");
  require(!both, "a body has one length");
  return 0;
}
