#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <monolite/view/compiler/lexer.h>
#include <monolite/view/compiler/parameters.h>

namespace monolite::view::compiler {

/// A line of C++ that a directive asks for.
struct Line {
  std::string text;
  Position at;
};

/// A template, read and checked, but for its C++.
struct Template {
  std::vector<Line> includes;  ///< `<post.h>` or `"post.h"`, with its marks
  std::vector<Line> usings;    ///< `using namespace lorem_news`, without semicolon
  Parameters parameters;
  std::vector<Token> body;  ///< without directives; no two texts are neighbours
};

/// Reads a template. Errors: TemplateError.
Template parse_template(std::string_view source);

}  // namespace monolite::view::compiler
