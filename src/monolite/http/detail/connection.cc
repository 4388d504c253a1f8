#include <utility>

#include <monolite/http/detail/connection.h>
#include <monolite/http/detail/serving_loop.h>
#include <monolite/http/error_pages.h>
#include <monolite/http/router.h>

namespace monolite::http::detail {
namespace {

using Clock = base::Monotonic;

/// How long a connection stays open to swallow what its client still sends after the last answer: closing while bytes
/// wait unread would reset it and could destroy the answer on its way.
constexpr std::chrono::seconds kLinger{2};

/// Beyond the header limit there is room for a chunk's head and for pipelined requests.
constexpr std::size_t kSpareBytes = 1024;

/// A body's memory is kept for the next request only up to here.
constexpr std::size_t kKeptBodyBytes = 64 * 1024;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

std::string_view last_element(std::string_view list) noexcept {
  const auto comma = list.rfind(',');
  const std::string_view element = comma == std::string_view::npos ? list : list.substr(comma + 1);
  return element.substr(std::min(element.find_first_not_of(' '), element.size()));
}

}  // namespace

Connection::Connection(std::unique_ptr<Stream> stream, ServingLoop& home)
    : home_(home),
      stream_(std::move(stream)),
      remote_ip_(stream_->remote_ip()),
      buffer_(home.shared().options.limits.header_bytes + kSpareBytes),
      parser_(home.shared().options.limits) {
  stream_->own(*this);
  parts_.clear();
}

Connection::~Connection() = default;

void Connection::start() {
  parser_.start(parts_);
  expires_at_ = Clock::now() + home_.shared().options.timeouts.header;
  advance();
}

void Connection::start_refused(Status status) {
  last_ = true;
  refuse(status);
  advance();
}

void Connection::drain() {
  last_ = true;
  // A request that has arrived but was not read yet deserves its answer: closing now would reset the connection.
  if (phase_ == Phase::kReading && !receiving_ && !stream_->has_input()) close();
  advance();
}

void Connection::abort() {
  close();
  advance();
}

void Connection::sweep(Clock::time_point now) {
  if (now < expires_at_) return;
  if (phase_ == Phase::kReading && receiving_) {
    refuse(Status::kRequestTimeout);
  } else {
    close();
  }
  advance();
}

void Connection::on_read(std::size_t size) {
  --pending_;
  reading_ = false;
  if (size == 0) {
    // A client may end its side and still take the answer; between requests, and while lingering, it is over.
    if (phase_ == Phase::kReading || phase_ == Phase::kLingering) close();
  } else if (phase_ == Phase::kReading) {
    buffer_.commit(size);
    if (!receiving_) begin_receiving();
  }  // else the bytes belong to nobody: the answer that closes the connection is on its way
  advance();
}

void Connection::on_writable() {
  --pending_;
  advance();
}

/// Runs the state machine until something must be waited for. Not recursive: a handler that answers at once, one
/// pipelined request after the other, must not grow the stack.
void Connection::advance() {
  if (std::exchange(advancing_, true)) return;
  while (step()) {
  }
  advancing_ = false;
  if (phase_ == Phase::kClosed && pending_ == 0) home_.remove(*this);
}

/// One transition; false when a callback must come first.
bool Connection::step() {
  switch (phase_) {
    case Phase::kReading:
      return read_step();
    case Phase::kWriting:
      return write_step();
    case Phase::kLingering:
      return linger_step();
    case Phase::kHandling:
    case Phase::kClosed:
      return false;
  }
  return false;
}

bool Connection::read_step() {
  const std::size_t consumed = buffer_.empty() ? 0 : parser_.feed(buffer_.unread());
  buffer_.consume(consumed);
  switch (parser_.state()) {
    case RequestParser::State::kDone:
      handle();
      return true;
    case RequestParser::State::kFailed:
      refuse(parser_.error_status());
      return true;
    default:
      break;
  }
  if (consumed > 0 && !buffer_.empty()) return true;
  return wait_for_input();
}

bool Connection::wait_for_input() {
  if (reading_) return false;
  if (buffer_.full()) {  // the head of a chunk that never ends
    refuse(Status::kBadRequest);
    return true;
  }
  if (parser_.state() == RequestParser::State::kBody) {
    offer_continue();
    if (phase_ == Phase::kClosed) return true;
    expires_at_ = Clock::now() + home_.shared().options.timeouts.body;
  }
  ++pending_;
  reading_ = true;
  stream_->read(buffer_.room());
  return false;
}

/// Tells a client that asked first to send its body. When the kernel has no room for this line the client will send
/// after a while anyway (RFC 9110, 10.1.1).
void Connection::offer_continue() {
  if (std::exchange(continue_offered_, true) || !parser_.expects_continue() || !buffer_.empty()) return;
  const auto sent = stream_->write({&kContinue, 1});
  if (sent && *sent > 0 && *sent < kContinue.size()) close();  // half a line cannot be taken back
}

void Connection::begin_receiving() {
  receiving_ = true;
  expires_at_ = Clock::now() + home_.shared().options.timeouts.header;
}

void Connection::handle() {
  phase_ = Phase::kHandling;
  received_at_ = Clock::now();
  expires_at_ = Clock::time_point::max();
  fill_origin();
  request_.emplace(std::move(parts_), home_.shared().context);
  // On the loop's thread only: elsewhere the socket may be closed, and its number be another's, at the same time.
  request_->ask_client([this] { return base::on_loop() && phase_ == Phase::kHandling && stream_->has_ended(); });
  ++pending_;
  home_.loop().spawn([this] { response_ = home_.shared().root.answer(*request_); },
                     [this] {
                       --pending_;
                       answered();
                     });
}

void Connection::fill_origin() {
  parts_.remote_ip = remote_ip_;
  if (home_.shared().options.forwarded == Forwarded::kIgnore) return;
  // The last entry is the one that the proxy in front of us wrote; those before it are the client's own claims.
  if (const auto list = parts_.headers.all("X-Forwarded-For"); !list.empty()) {
    parts_.remote_ip = last_element(list.back());
  }
  if (const auto list = parts_.headers.all("X-Forwarded-Proto"); !list.empty()) {
    parts_.scheme = last_element(list.back()) == "https" ? Scheme::kHttps : Scheme::kHttp;
  }
}

void Connection::answered() {
  if (phase_ == Phase::kClosed) {  // cut while the handler ran
    report(response_.status());
  } else {
    const AfterAnswer after = after_answer();
    send(std::move(response_), request_->method(), after);
  }
  advance();
}

AfterAnswer Connection::after_answer() const {
  const bool keep =
      parser_.keep_alive() && !last_ && !home_.draining() && !response_.headers().has_token("Connection", "close");
  return keep ? AfterAnswer::kKeepAlive : AfterAnswer::kClose;
}

/// An answer without a handler; the connection cannot be used further.
void Connection::refuse(Status status) {
  received_at_ = Clock::now();
  send(error_page(status), parts_.method, AfterAnswer::kClose);
}

void Connection::send(Response response, Method method, AfterAnswer after) {
  phase_ = Phase::kWriting;
  after_ = after;
  expires_at_ = Clock::now() + home_.shared().options.timeouts.write;
  outgoing_.start(std::move(response), method, parser_.version(), after, home_.date());
}

bool Connection::write_step() {
  if (outgoing_.wants_chunk()) {
    fetch_chunk();
    return false;
  }
  const auto sent = stream_->write(outgoing_.pieces());
  if (!sent) {
    close();
    return true;
  }
  if (*sent == 0) {
    ++pending_;
    stream_->wait_writable();
    return false;
  }
  outgoing_.sent(*sent);
  if (outgoing_.finished()) {
    finish_answer();
  } else {
    expires_at_ = Clock::now() + home_.shared().options.timeouts.write;
  }
  return true;
}

void Connection::fetch_chunk() {
  ++pending_;
  const FileSlice slice = outgoing_.next_chunk();
  base::WorkerPool* const workers = home_.shared().workers;
  if (workers == nullptr) {
    home_.loop().post([this, slice] { on_chunk(read_slice(slice), slice.size); });
    return;
  }
  workers->post([this, slice] {
    home_.loop().post(
        [this, bytes = read_slice(slice), wanted = slice.size]() mutable { on_chunk(std::move(bytes), wanted); });
  });
}

void Connection::on_chunk(std::string bytes, std::uint64_t wanted) {
  --pending_;
  if (phase_ == Phase::kWriting) {
    if (bytes.size() == wanted) {
      outgoing_.add_chunk(std::move(bytes));
    } else {  // the file shrank: the promised length cannot be kept, and only a cut tells the client so
      close();
    }
  }
  advance();
}

void Connection::finish_answer() {
  report(outgoing_.status());
  outgoing_.clear();
  if (after_ == AfterAnswer::kKeepAlive) return next_request();
  const bool all_read = parser_.state() == RequestParser::State::kDone && buffer_.empty() && !stream_->has_input();
  if (all_read) return hang_up();
  stream_->shutdown_send();
  buffer_.drop();
  phase_ = Phase::kLingering;
  expires_at_ = Clock::now() + kLinger;
}

/// Emits RequestFinished and lets go of the request.
void Connection::report(Status status) {
  RequestFinished finished{.request = request_ ? &*request_ : nullptr,
                           .method = request_ ? request_->method() : parts_.method,
                           .status = code(status),
                           .bytes = outgoing_.body_sent()};
  finished.path = request_ ? request_->path() : std::string_view(parts_.target).substr(0, parts_.target.find('?'));
  if (request_ && request_->route()) finished.route = request_->route()->label;
  finished.duration = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - received_at_);
  home_.shared().events.finished.emit(finished);
  if (request_) {
    parts_ = std::move(*request_).take_parts();
    request_.reset();
  }
}

void Connection::next_request() {
  if (parts_.body.capacity() > kKeptBodyBytes) parts_.body = std::string();
  parts_.clear();
  parser_.start(parts_);
  phase_ = Phase::kReading;
  continue_offered_ = false;
  receiving_ = false;
  expires_at_ = Clock::now() + home_.shared().options.timeouts.idle;
  if (!buffer_.empty()) begin_receiving();
}

bool Connection::linger_step() {
  if (reading_) return false;
  ++pending_;
  reading_ = true;
  stream_->read(buffer_.room());
  return false;
}

void Connection::close() {
  if (phase_ == Phase::kWriting) report(outgoing_.status());
  hang_up();
}

void Connection::hang_up() noexcept {
  phase_ = Phase::kClosed;
  stream_->close();
}

}  // namespace monolite::http::detail
