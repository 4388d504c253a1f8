#pragma once

#include <cstddef>
#include <exception>
#include <string>
#include <string_view>

namespace monolite::view::compiler {

/// A place in a template. Units: lines and bytes of the line, both from 1, as compilers count them.
struct Position {
  std::size_t line = 1;
  std::size_t column = 1;

  /// Steps over `text`.
  void advance(std::string_view text) {
    for (const char c : text) {
      if (c == '\n') {
        ++line;
        column = 1;
      } else {
        ++column;
      }
    }
  }
  friend bool operator==(const Position&, const Position&) = default;
};

/// A template that does not follow the language. `hint` names the way out.
class TemplateError : public std::exception {
 public:
  TemplateError(Position at, std::string message, std::string hint)
      : at_(at), message_(std::move(message)), hint_(std::move(hint)) {}

  const char* what() const noexcept override { return message_.c_str(); }
  Position at() const noexcept { return at_; }
  const std::string& hint() const noexcept { return hint_; }

  /// `file:line:column: error: message (hint)`: the form that editors and build tools make clickable.
  std::string line_for(std::string_view file) const {
    return std::string(file) + ":" + std::to_string(at_.line) + ":" + std::to_string(at_.column) +
           ": error: " + message_ + " (" + hint_ + ")";
  }

 private:
  Position at_;
  std::string message_;
  std::string hint_;
};

}  // namespace monolite::view::compiler
