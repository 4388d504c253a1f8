#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <monolite/view/compiler/template_error.h>

namespace monolite::view::compiler {

/// The parameters of a template, as written in `<%@ args(…) %>`.
struct Parameters {
  Position at;                     ///< where `declared` begins
  std::string declared;            ///< as written, with default values
  std::string defined;             ///< the same text with blanks in place of default values, so columns stay
  std::vector<std::string> names;  ///< in their order
};

/// Reads the text between the parentheses of `args(…)`. Errors: TemplateError, for a parameter without a name, named
/// `out`, or of a form whose name cannot be found (arrays, function pointers).
Parameters parse_parameters(std::string_view text, Position at);

}  // namespace monolite::view::compiler
