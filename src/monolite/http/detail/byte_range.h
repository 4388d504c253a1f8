#pragma once

#include <cstdint>
#include <string_view>

namespace monolite::http::detail {

/// What a Range header asks of `size` bytes.
struct ByteRange {
  enum class Kind {
    kWhole,          ///< no range, several of them, or not in bytes: the whole is a correct answer
    kPart,           ///< `first` and `length` are valid; 206
    kUnsatisfiable,  ///< nothing of it exists; 416
  };
  Kind kind = Kind::kWhole;
  std::uint64_t first = 0;
  std::uint64_t length = 0;
};

ByteRange parse_range(std::string_view header, std::uint64_t size) noexcept;

}  // namespace monolite::http::detail
