#include <array>
#include <charconv>
#include <stdexcept>

#include <monolite/view/detail/escape.h>
#include <monolite/view/helpers.h>
#include <monolite/view/html.h>

namespace monolite::view {

namespace {

constexpr std::size_t kFirstBytes = 256;

// Longest: a long double in shortest form; 64 bytes hold every type that `number` takes.
template <class T>
std::string_view digits_of(T value, std::array<char, 64>& room) {
  const auto result = std::to_chars(room.data(), room.data() + room.size(), value);
  return {room.data(), static_cast<std::size_t>(result.ptr - room.data())};
}

}  // namespace

void Buffer::use_storage() noexcept {
  at_ = storage_.data() + storage_.size();
  end_ = storage_.data() + storage_.capacity();
}

/// What was written; the Buffer is empty afterwards.
TextBlock Buffer::take_storage() noexcept {
  storage_.resize(size());
  auto taken = std::exchange(storage_, {});
  use_storage();
  return taken;
}

void Buffer::grow(std::size_t needed) {
  const auto used = size();
  storage_.resize(used);
  storage_.reserve(std::max({used + needed, storage_.capacity() * 2, kFirstBytes}));
  use_storage();
}

void Buffer::raw(SafeHtml&& html) {
  if (html.size() <= size() || html.block_.front_room() < size()) return copy(html.view());
  if (!adopted_at_) adopted_at_ = size();
  html.block_.prepend({storage_.data(), size()});
  storage_ = std::exchange(html.block_, {});
  use_storage();
}

void Buffer::text(std::string_view text) {
  const char* from = text.data();
  const char* const last = from + text.size();
  while (from != last) {
    const auto left = static_cast<std::size_t>(last - from);
    if (static_cast<std::size_t>(end_ - at_) < left + detail::kReferenceRoom) grow(left + detail::kReferenceRoom);
    const auto plain = detail::copy_plain(from, left, at_);
    from += plain;
    at_ += plain;
    if (from == last) return;
    copy(detail::reference_for(*from++));
  }
}

void Buffer::number(long long value) {
  std::array<char, 64> room;
  copy(digits_of(value, room));
}
void Buffer::number(unsigned long long value) {
  std::array<char, 64> room;
  copy(digits_of(value, room));
}
void Buffer::number(float value) {
  std::array<char, 64> room;
  copy(digits_of(value, room));
}
void Buffer::number(double value) {
  std::array<char, 64> room;
  copy(digits_of(value, room));
}
void Buffer::number(long double value) {
  std::array<char, 64> room;
  copy(digits_of(value, room));
}

void Buffer::url(std::string_view text) { this->text(is_safe_url(text) ? text : kUnsafeUrl); }

SafeHtml Buffer::html() && {
  if (!blocks_.empty()) {
    throw std::logic_error("the named block '" + blocks_.front().name +
                           "' would be lost: call the partial in its Buffer form, post(out, …), or take a Page");
  }
  return take_body();
}

SafeHtml Buffer::take_body() {
  if (open_ != nullptr) {
    throw std::logic_error("the named block '" + blocks_[open_->index_].name + "' is still open");
  }
  return SafeHtml(take_storage());
}

std::size_t Buffer::block_index(std::string_view name) {
  const auto found =
      std::find_if(blocks_.begin(), blocks_.end(), [&](const auto& block) { return block.name == name; });
  const auto index = static_cast<std::size_t>(found - blocks_.begin());
  if (found == blocks_.end()) blocks_.push_back({std::string(name), {}});
  return index;
}

bool Buffer::Block::is_or_lies_in(std::size_t index) const noexcept {
  return index_ == index || (around_ != nullptr && around_->is_or_lies_in(index));
}

Buffer::Block::Block(Buffer& out, std::string_view name)
    : out_(out), index_(out.block_index(name)), around_(out.open_) {
  if (around_ != nullptr && around_->is_or_lies_in(index_)) {
    throw std::logic_error("the named block '" + std::string(name) + "' is opened inside itself");
  }
  outer_ = out_.take_storage();
  out_.storage_ = std::exchange(out_.blocks_[index_].html.block_, {});
  out_.use_storage();
  out_.open_ = this;
}

Buffer::Block::~Block() {
  out_.blocks_[index_].html.block_ = out_.take_storage();
  out_.storage_ = std::move(outer_);
  out_.use_storage();
  out_.open_ = around_;
}

}  // namespace monolite::view
