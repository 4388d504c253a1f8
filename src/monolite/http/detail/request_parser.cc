#include <algorithm>
#include <optional>

#include <boost/beast/http/basic_parser.hpp>

#include <monolite/http/detail/request_parser.h>
#include <monolite/http/detail/syntax.h>

namespace monolite::http::detail {
namespace {

namespace beast = boost::beast;
using beast::http::error;

constexpr std::size_t kNotFound = static_cast<std::size_t>(-1);
bool is_authority(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return is_alnum(c) || std::string_view("-._~:[]").find(c) != std::string_view::npos;
  });
}

bool is_target(std::string_view target) noexcept {
  return !target.empty() && target.front() == '/' && target.find('#') == std::string_view::npos;
}

/// Splits "http://news.example/posts" into authority and target; nullopt when it is not of that form.
std::optional<std::pair<std::string_view, std::string_view>> split_absolute(std::string_view target) noexcept {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equal_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(scheme.size());
    const std::size_t path = std::min(target.find_first_of("/?"), target.size());
    return std::pair(target.substr(0, path), target.substr(path));
  }
  return std::nullopt;
}

std::string_view view(beast::string_view text) noexcept { return {text.data(), text.size()}; }

/// One message in Beast's parser, which calls back for each part. What it lets pass but we do not is kept in
/// `refused`; error codes only stop the parser.
class Message final : public beast::http::basic_parser<true> {
 public:
  using ErrorCode = beast::error_code;
  using OptionalSize = boost::optional<std::uint64_t>;

  Message(RequestParts& request_parts, const Limits& limits) : parts(request_parts) {
    // The limits are kept by `find_head`, which sees the head first, and by BodyReader.
    header_limit(static_cast<std::uint32_t>(limits.header_bytes + 1));
    body_limit(boost::none);
  }

  void refuse(Status status, ErrorCode& ec) {
    refused = status;
    ec = error::bad_field;
  }

  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target, int version,
                       ErrorCode& ec) override {
    const auto known = find_method(view(method));
    if (!known) return refuse(Status::kNotImplemented, ec);
    parts.method = *known;
    http11 = version >= 11;
    if (const auto absolute = split_absolute(view(target))) {
      authority = absolute->first;
      parts.target.assign(absolute->second.starts_with('/') ? "" : "/").append(absolute->second);
      if (authority.empty() || !is_authority(authority)) return refuse(Status::kBadRequest, ec);
    } else {
      parts.target.assign(target.data(), target.size());
    }
    const bool asterisk = *known == Method::kOptions && parts.target == "*";
    if (!asterisk && !is_target(parts.target)) refuse(Status::kBadRequest, ec);
  }

  void on_field_impl(beast::http::field field, beast::string_view name, beast::string_view value,
                     ErrorCode& ec) override {
    using Field = beast::http::field;
    if (field == Field::host && (++hosts > 1 || !is_authority(view(value)))) refuse(Status::kBadRequest, ec);
    if (field == Field::content_length && (++lengths > 1 || !is_number(view(value)))) refuse(Status::kBadRequest, ec);
    if (field == Field::transfer_encoding && (++codings > 1 || !equal_ignoring_case(view(value), "chunked"))) {
      refuse(Status::kBadRequest, ec);
    }
    if (field == Field::expect) {
      expects_continue = equal_ignoring_case(view(value), "100-continue");
      if (!expects_continue) refuse(Status::kExpectationFailed, ec);
    }
    parts.headers.add_unchecked(view(name), view(value));
  }

  void on_header_impl(ErrorCode& ec) override {
    if (http11 ? hosts == 0 : codings > 0) return refuse(Status::kBadRequest, ec);
    // A target that names its host outranks the Host header (RFC 9112, 3.2.2).
    if (!authority.empty()) parts.headers.set("Host", authority);
  }

  // Bodies are read by BodyReader.
  void on_body_init_impl(const OptionalSize&, ErrorCode&) override {}
  std::size_t on_body_impl(beast::string_view, ErrorCode&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, ErrorCode&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view, ErrorCode&) override { return 0; }
  void on_response_impl(int, beast::string_view, int, ErrorCode&) override {}
  void on_finish_impl(ErrorCode&) override {}

  static bool is_number(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return detail::is_digit(c); });
  }

  RequestParts& parts;
  std::string authority;
  Status refused = Status::kBadRequest;
  int hosts = 0;
  int lengths = 0;
  int codings = 0;
  bool http11 = true;
  bool expects_continue = false;
};

}  // namespace

/// The memory of a message, used again for each request of the connection: a Beast parser serves only one.
struct RequestParser::Slot {
  std::optional<Message> value;
};

RequestParser::RequestParser(const Limits& limits) : limits_(limits), message_(std::make_unique<Slot>()) {}
RequestParser::~RequestParser() = default;

void RequestParser::start(RequestParts& parts) {
  parts_ = &parts;
  message_->value.reset();
  state_ = State::kHead;
  scanned_ = 0;
}

std::size_t RequestParser::feed(std::string_view input) {
  switch (state_) {
    case State::kHead:
      return feed_head(input);
    case State::kBody:
      return feed_body(input);
    default:
      return 0;
  }
}

/// The size of the head including its empty line, kNotFound while it is incomplete. Beast would wait for a CR LF CR LF
/// that a client with bare line feeds never sends, and would silently unfold folded lines: both are seen here.
std::size_t RequestParser::find_head(std::string_view input) {
  while (true) {
    const auto line_feed = input.find('\n', scanned_);
    if (line_feed == std::string_view::npos) {
      scanned_ = input.size();
      break;
    }
    if (line_feed == 0 || input[line_feed - 1] != '\r') {
      fail(Status::kBadRequest);
      return kNotFound;
    }
    if (line_feed >= 3 && input[line_feed - 2] == '\n') return line_feed + 1;
    if (line_feed + 1 == input.size()) {
      scanned_ = line_feed;  // what follows decides whether the line is folded
      break;
    }
    if (input[line_feed + 1] == ' ' || input[line_feed + 1] == '\t') {
      fail(Status::kBadRequest);
      return kNotFound;
    }
    scanned_ = line_feed + 1;
  }
  if (input.size() > limits_.header_bytes) fail(Status::kHeaderFieldsTooLarge);
  return kNotFound;
}

std::size_t RequestParser::feed_head(std::string_view input) {
  if (input.starts_with("\r\n")) {  // stray line ends between requests are allowed for
    scanned_ = 0;
    return 2;
  }
  const std::size_t size = find_head(input);
  if (size == kNotFound) return 0;
  if (size > limits_.header_bytes) {
    fail(Status::kHeaderFieldsTooLarge);
    return 0;
  }
  Message& message = message_->value.emplace(*parts_, limits_);
  beast::error_code ec;
  message.put({input.data(), size}, ec);
  if (ec) {  // also need_more: the head is complete, so one that wants more is malformed
    fail(message.refused);
    return 0;
  }
  const BodyReader::Limits limits{limits_.body_bytes, limits_.header_bytes};
  if (message.chunked()) {
    body_.start_chunked(limits, parts_->body);
  } else {
    body_.start_length(message.content_length().value_or(0), limits, parts_->body);
  }
  follow_body();
  return size;
}

std::size_t RequestParser::feed_body(std::string_view input) {
  const std::size_t consumed = body_.feed(input);
  follow_body();
  return consumed;
}

void RequestParser::follow_body() noexcept {
  switch (body_.state()) {
    case BodyReader::State::kMore:
      state_ = State::kBody;
      return;
    case BodyReader::State::kDone:
      state_ = State::kDone;
      return;
    case BodyReader::State::kFailed:
      return fail(body_.error_status());
  }
}

void RequestParser::fail(Status status) noexcept {
  state_ = State::kFailed;
  error_status_ = status;
}

HttpVersion RequestParser::version() const noexcept {
  return message_->value && !message_->value->http11 ? HttpVersion::k10 : HttpVersion::k11;
}

bool RequestParser::keep_alive() const noexcept { return message_->value->keep_alive(); }

bool RequestParser::expects_continue() const noexcept {
  return state_ == State::kBody && message_->value->http11 && message_->value->expects_continue;
}

}  // namespace monolite::http::detail
