#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <monolite/view/compiler/template_error.h>

namespace monolite::view::compiler {

/// A piece of a template.
struct Token {
  enum class Kind {
    kText,       ///< HTML as it is
    kEscaped,    ///< `<%= … %>`
    kRaw,        ///< `<%== … %>`
    kCode,       ///< `<% … %>`
    kDirective,  ///< `<%@ … %>`
  };
  Kind kind = Kind::kText;
  std::string text;  ///< between the marks of the tag
  Position at;       ///< where `text` begins
  Position tag;      ///< where the tag begins
};

/// Cuts a template into pieces. Comments are gone; so are the line ends behind `-%>`, and the white space and line end
/// of lines that hold nothing but code, comment and directive tags. No two text pieces are neighbours.
/// Errors: TemplateError.
std::vector<Token> lex(std::string_view source);

}  // namespace monolite::view::compiler
