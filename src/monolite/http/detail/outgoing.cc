#include <algorithm>
#include <cerrno>

#include <unistd.h>

#include <monolite/http/detail/outgoing.h>

namespace monolite::http::detail {

void Outgoing::start(Response response, Method method, HttpVersion version, AfterAnswer after, std::string_view date) {
  clear();
  response_ = std::move(response);
  append_head(head_, response_, version, after, date);
  head_left_ = head_.size();
  if (!sends_body(method, response_.status())) return;
  body_ = response_.body_text();
  if (const auto* file = std::get_if<FileSlice>(&response_.body())) file_ = *file;
}

std::span<const std::string_view> Outgoing::pieces() noexcept {
  pieces_[0] = std::string_view(head_).substr(head_.size() - head_left_);
  pieces_[1] = body_;
  const std::size_t skip = pieces_[0].empty() ? 1 : 0;
  return std::span(pieces_).subspan(skip, (body_.empty() ? 1 : 2) - skip);
}

void Outgoing::sent(std::size_t size) noexcept {
  const std::size_t of_head = std::min(size, head_left_);
  head_left_ -= of_head;
  body_.remove_prefix(size - of_head);
  body_sent_ += size - of_head;
}

bool Outgoing::finished() const noexcept { return head_left_ == 0 && body_.empty() && file_.size == 0; }

bool Outgoing::wants_chunk() const noexcept { return body_.empty() && file_.size > 0; }

FileSlice Outgoing::next_chunk() const noexcept {
  FileSlice slice = file_;
  slice.size = std::min(slice.size, kChunkBytes);
  return slice;
}

void Outgoing::add_chunk(std::string bytes) noexcept {
  chunk_ = std::move(bytes);
  body_ = chunk_;
  file_.offset += chunk_.size();
  file_.size -= chunk_.size();
}

void Outgoing::clear() noexcept {
  head_.clear();
  head_left_ = 0;
  response_ = Response();
  chunk_ = std::string();
  body_ = {};
  file_ = {};
  body_sent_ = 0;
}

std::string read_slice(const FileSlice& slice) {
  std::string bytes(slice.size, '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = ::pread(slice.file->descriptor(), bytes.data() + filled, bytes.size() - filled,
                                static_cast<off_t>(slice.offset + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

}  // namespace monolite::http::detail
