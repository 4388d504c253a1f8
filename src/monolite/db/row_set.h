#pragma once

#include <concepts>
#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <memory_resource>
#include <span>
#include <string_view>
#include <vector>

namespace monolite::db {

/// The rows of a query whose struct has `std::string_view` members, with the text that they show: all of it lies in a
/// few blocks of memory of the set, where a vector of strings would allocate once per value. Reads like a const vector.
/// Threads: const use from any. Lifetime: views live as long as the set, also when it moves; it is not copied.
template <class T>
class RowSet {
 public:
  using value_type = T;

  RowSet() = default;
  /// Rows whose text lives elsewhere, longer than the set.
  RowSet(std::initializer_list<T> rows) : rows_(rows) {}
  RowSet(RowSet&&) noexcept = default;
  RowSet& operator=(RowSet&& other) noexcept {
    std::swap(rows_, other.rows_);
    std::swap(text_, other.text_);
    return *this;
  }
  RowSet(const RowSet&) = delete;
  RowSet& operator=(const RowSet&) = delete;
  ~RowSet() = default;

  bool empty() const noexcept { return rows_.empty(); }
  std::size_t size() const noexcept { return rows_.size(); }
  const T& operator[](std::size_t index) const { return rows_[index]; }
  const T& front() const { return rows_.front(); }
  const T& back() const { return rows_.back(); }
  auto begin() const noexcept { return rows_.begin(); }
  auto end() const noexcept { return rows_.end(); }

  /// For whoever fills the set: adds a row, whose text was kept before.
  void push_back(const T& row) {
    if (rows_.empty()) rows_.reserve(kFirstRows);
    rows_.push_back(row);
  }
  /// The last row goes; its text stays until the set does.
  void pop_back() { rows_.pop_back(); }
  /// The rows, to be put into another order.
  std::span<T> rows() noexcept { return rows_; }
  /// A copy of `text` in the memory of the set.
  std::string_view keep(std::string_view text) {
    if (text.empty()) return {};
    if (!text_) text_ = std::make_unique<std::pmr::monotonic_buffer_resource>(kFirstBytes);
    auto* const copy = static_cast<char*>(text_->allocate(text.size(), 1));
    std::memcpy(copy, text.data(), text.size());
    return {copy, text.size()};
  }

 private:
  static constexpr std::size_t kFirstRows = 16;
  static constexpr std::size_t kFirstBytes = 2048;  // later blocks grow by themselves

  std::vector<T> rows_;
  std::unique_ptr<std::pmr::monotonic_buffer_resource> text_;
};

}  // namespace monolite::db
