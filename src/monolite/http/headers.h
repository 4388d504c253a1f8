#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace monolite::http {

/// True when both are equal up to the case of ASCII letters.
bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;

/// The header fields of a message in their order; names compare without case. Names and values lie in one buffer, so
/// a message costs two allocations however many fields it has, and none when the object is used again.
/// Lifetime: every view given out is valid until the next change.
class Headers {
 public:
  struct Field {
    std::string_view name;
    std::string_view value;
  };

  /// Adds a field, also when the name is there already. Throws kInvalid unless `name` is a token and `value` is free
  /// of line ends, NUL and other control characters: a value can never smuggle in a second field.
  void add(std::string_view name, std::string_view value);

  /// Replaces every field of that name by this one.
  void set(std::string_view name, std::string_view value);

  /// Adds what a parser has checked already.
  void add_unchecked(std::string_view name, std::string_view value);

  void remove(std::string_view name);
  void clear() noexcept;

  /// The first value of that name.
  std::optional<std::string_view> find(std::string_view name) const noexcept;
  bool has(std::string_view name) const noexcept { return find(name).has_value(); }
  std::vector<std::string_view> all(std::string_view name) const;

  /// True when one of the comma-separated elements of the fields called `name` is `token`, without case.
  bool has_token(std::string_view name, std::string_view token) const noexcept;

  std::size_t size() const noexcept { return entries_.size(); }
  bool empty() const noexcept { return entries_.empty(); }
  Field operator[](std::size_t index) const noexcept;

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Field;
    using difference_type = std::ptrdiff_t;
    using pointer = const Field*;
    using reference = Field;

    Iterator(const Headers* headers, std::size_t index) : headers_(headers), index_(index) {}
    Field operator*() const { return (*headers_)[index_]; }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    bool operator==(const Iterator& other) const = default;

   private:
    const Headers* headers_;
    std::size_t index_;
  };
  Iterator begin() const noexcept { return {this, 0}; }
  Iterator end() const noexcept { return {this, entries_.size()}; }

 private:
  struct Entry {
    std::uint32_t name_at;
    std::uint32_t name_size;
    std::uint32_t value_at;
    std::uint32_t value_size;
  };

  std::string bytes_;
  std::vector<Entry> entries_;
};

}  // namespace monolite::http
