#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace monolite::http::detail {

/// Bytes that arrived and were not consumed yet. Starts small, because most connections wait for a small request, and
/// grows up to its limit.
class ReadBuffer {
 public:
  static constexpr std::size_t kInitial = 4096;

  explicit ReadBuffer(std::size_t limit) : limit_(std::max(limit, kInitial)) {}

  std::string_view unread() const noexcept { return {bytes_.get() + begin_, end_ - begin_}; }
  bool empty() const noexcept { return begin_ == end_; }
  /// True when nothing more fits although nothing was consumed.
  bool full() const noexcept { return end_ - begin_ == limit_; }

  void consume(std::size_t size) noexcept {
    begin_ += size;
    if (begin_ == end_) begin_ = end_ = 0;
  }

  /// Where the next bytes go; not empty unless `full`. Valid until the next call.
  std::span<char> room() {
    if (end_ == capacity_) make_room();
    return {bytes_.get() + end_, capacity_ - end_};
  }
  void commit(std::size_t size) noexcept { end_ += size; }
  void drop() noexcept { begin_ = end_ = 0; }

 private:
  void make_room() {
    const std::size_t size = end_ - begin_;
    if (begin_ > 0) {
      std::memmove(bytes_.get(), bytes_.get() + begin_, size);
    } else if (capacity_ < limit_) {
      const std::size_t capacity = std::min(std::max(capacity_ * 2, kInitial), limit_);
      std::unique_ptr<char[]> bytes(new char[capacity]);  // make_unique would fill it with zeros
      if (size > 0) std::memcpy(bytes.get(), bytes_.get(), size);
      bytes_ = std::move(bytes);
      capacity_ = capacity;
    }
    begin_ = 0;
    end_ = size;
  }

  const std::size_t limit_;
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace monolite::http::detail
