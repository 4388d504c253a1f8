#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace monolite::view {

/// Text in one block of memory that is written once and then handed on, never copied: a rendered page on its way to the
/// socket. Unlike std::string it does not clear memory that is about to be written, and it can keep room in front, so
/// that the head of a layout still fits before a body that is there already.
/// Errors: std::bad_alloc. Threads: each object is used by one at a time. Lifetime: a value; copies are deep.
class TextBlock {
 public:
  TextBlock() = default;
  /// Empty, with room for `capacity` bytes behind and `front` bytes before.
  explicit TextBlock(std::size_t capacity, std::size_t front = 0)
      : memory_(capacity + front > 0 ? new char[capacity + front] : nullptr), begin_(front), capacity_(capacity) {}
  explicit TextBlock(std::string_view text) : TextBlock(text.size()) { append(text); }

  TextBlock(const TextBlock& other) : TextBlock(other.view()) {}
  TextBlock(TextBlock&& other) noexcept { swap(other); }
  TextBlock& operator=(TextBlock other) noexcept {
    swap(other);
    return *this;
  }
  ~TextBlock() = default;

  void swap(TextBlock& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(begin_, other.begin_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

  /// Never of a null pointer, which memcpy must not get.
  std::string_view view() const noexcept { return {memory_ ? data() : "", size_}; }
  bool empty() const noexcept { return size_ == 0; }
  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }
  std::size_t front_room() const noexcept { return begin_; }

  /// The first byte. Up to `capacity()` bytes from here may be written; then `resize` says how many count.
  char* data() noexcept { return memory_.get() + begin_; }
  const char* data() const noexcept { return memory_.get() + begin_; }
  /// Requires `size <= capacity()`. New bytes are whatever was written there.
  void resize(std::size_t size) noexcept { size_ = size; }

  /// Makes room for at least `capacity` bytes; the room in front stays.
  void reserve(std::size_t capacity) {
    if (capacity <= capacity_) return;
    TextBlock larger(capacity, begin_);
    larger.append(view());
    swap(larger);
  }

  /// Requires room for it behind.
  void append(std::string_view text) noexcept {
    if (text.empty()) return;
    std::memcpy(data() + size_, text.data(), text.size());
    size_ += text.size();
  }

  /// Requires room for it in front.
  void prepend(std::string_view text) noexcept {
    if (text.empty()) return;
    begin_ -= text.size();
    size_ += text.size();
    capacity_ += text.size();
    std::memcpy(data(), text.data(), text.size());
  }

 private:
  std::unique_ptr<char[]> memory_;
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;  // from begin_ on
};

}  // namespace monolite::view
