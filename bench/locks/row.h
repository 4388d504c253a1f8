#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace bench::locks {

/// What one transaction stores. The text differs from row to row: SQLite writes no page for what does not change.
class Row {
 public:
  static constexpr std::size_t kBytes = 200;

  explicit Row(int worker) noexcept : worker_(worker), state_(0x9e3779b97f4a7c15ULL * (unsigned(worker) + 1)) {}

  /// The next row of this worker.
  void advance() noexcept;

  int worker() const noexcept { return worker_; }
  std::int64_t number() const noexcept { return number_; }
  std::string_view text() const noexcept { return {text_.data(), text_.size()}; }

 private:
  int worker_;
  std::int64_t number_ = 0;
  std::uint64_t state_;
  std::array<char, kBytes> text_{};
};

}  // namespace bench::locks
