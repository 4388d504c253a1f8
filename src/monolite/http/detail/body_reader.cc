#include <algorithm>
#include <charconv>

#include <monolite/http/detail/body_reader.h>
#include <monolite/http/detail/syntax.h>

namespace monolite::http::detail {
namespace {

/// A body whose length the client announces gets its memory at once only up to here: a promise costs nothing.
constexpr std::uint64_t kMaxReserve = 256 * 1024;

std::string_view skip_token(std::string_view text) noexcept {
  while (!text.empty() && is_token_char(text.front())) text.remove_prefix(1);
  return text;
}

/// What follows a quoted string that starts at `text`; the same view when it does not end.
std::string_view skip_quoted(std::string_view text) noexcept {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') return text.substr(i + 1);
    if (text[i] == '\\') ++i;
  }
  return text;
}

/// `;name`, `;name=token`, `;name="text"`, any number of them, blanks around the signs (BWS).
bool are_extensions(std::string_view text) noexcept {
  if (std::any_of(text.begin(), text.end(), is_forbidden_in_value)) return false;
  while (!text.empty()) {
    text = trim(text);
    if (!text.starts_with(';')) return false;
    text = trim(text.substr(1));
    const std::string_view after_name = skip_token(text);
    if (after_name.size() == text.size()) return false;
    text = trim(after_name);
    if (!text.starts_with('=')) continue;
    text = trim(text.substr(1));
    const std::string_view after_value = text.starts_with('"') ? skip_quoted(text) : skip_token(text);
    if (after_value.size() == text.size()) return false;
    text = after_value;
  }
  return true;
}

}  // namespace

void BodyReader::start(const Limits& limits, std::string& body, Expect expect) {
  state_ = State::kMore;
  expect_ = expect;
  limits_ = limits;
  left_ = 0;
  trailer_bytes_ = 0;
  body_ = &body;
}

void BodyReader::start_length(std::uint64_t length, const Limits& limits, std::string& body) {
  start(limits, body, Expect::kData);
  left_ = length;
  if (length > limits.body_bytes) return fail(Status::kPayloadTooLarge);
  if (length == 0) state_ = State::kDone;
  body.reserve(static_cast<std::size_t>(std::min(length, kMaxReserve)));
}

void BodyReader::start_chunked(const Limits& limits, std::string& body) { start(limits, body, Expect::kChunkSize); }

std::size_t BodyReader::feed(std::string_view input) {
  std::size_t consumed = 0;
  while (state_ == State::kMore && consumed < input.size()) {
    const std::size_t step = feed_once(input.substr(consumed));
    if (step == 0) break;
    consumed += step;
  }
  return consumed;
}

std::size_t BodyReader::feed_once(std::string_view input) {
  return expect_ == Expect::kData || expect_ == Expect::kChunkData ? take_data(input) : take_line(input);
}

std::size_t BodyReader::take_data(std::string_view input) {
  const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
  body_->append(input.substr(0, size));
  left_ -= size;
  if (left_ > 0) return size;
  if (expect_ == Expect::kData) {
    state_ = State::kDone;
  } else {
    expect_ = Expect::kChunkEnd;
  }
  return size;
}

std::size_t BodyReader::take_line(std::string_view input) {
  const auto line_feed = input.find('\n');
  const std::size_t size = std::min(line_feed, input.size());
  if (expect_ == Expect::kTrailer ? trailer_bytes_ + size > limits_.trailer_bytes : size > kMaxChunkLine) {
    fail(expect_ == Expect::kTrailer ? Status::kHeaderFieldsTooLarge : Status::kBadRequest);
    return 0;
  }
  if (line_feed == std::string_view::npos) return 0;
  if (line_feed == 0 || input[line_feed - 1] != '\r') {
    fail(Status::kBadRequest);
    return 0;
  }
  use_line(input.substr(0, line_feed - 1));
  return line_feed + 1;
}

void BodyReader::use_line(std::string_view line) {
  switch (expect_) {
    case Expect::kChunkSize:
      return begin_chunk(line);
    case Expect::kChunkEnd:
      expect_ = Expect::kChunkSize;
      if (!line.empty()) fail(Status::kBadRequest);
      return;
    default:
      return check_trailer(line);
  }
}

void BodyReader::begin_chunk(std::string_view line) {
  // from_chars would take a sign; a digit must come first.
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), left_, 16);
  const bool has_size = !line.empty() && hex_digit(line.front()) >= 0 && error == std::errc();
  if (!has_size || !are_extensions(line.substr(static_cast<std::size_t>(end - line.data())))) {
    return fail(Status::kBadRequest);
  }
  if (left_ > limits_.body_bytes - body_->size()) return fail(Status::kPayloadTooLarge);
  expect_ = left_ == 0 ? Expect::kTrailer : Expect::kChunkData;
}

void BodyReader::check_trailer(std::string_view line) {
  if (line.empty()) {
    state_ = State::kDone;
    return;
  }
  trailer_bytes_ += line.size() + 2;
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)) ||
      std::any_of(line.begin() + static_cast<std::ptrdiff_t>(colon), line.end(), is_forbidden_in_value)) {
    fail(Status::kBadRequest);
  }
}

void BodyReader::fail(Status status) noexcept {
  state_ = State::kFailed;
  error_status_ = status;
}

}  // namespace monolite::http::detail
