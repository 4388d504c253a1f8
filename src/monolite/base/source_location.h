#pragma once

namespace monolite::base {

/// A place in the source. Stands in for std::source_location, which Clang 14 lacks with libstdc++ 12.
/// Lifetime: points at string literals of the compiler; copy freely.
struct SourceLocation {
  const char* file = "";
  const char* function = "";
  int line = 0;

  static constexpr SourceLocation current(const char* file = __builtin_FILE(),
                                          const char* function = __builtin_FUNCTION(), int line = __builtin_LINE()) {
    return {file, function, line};
  }
};

}  // namespace monolite::base
