#pragma once

#include <string>
#include <string_view>

#include <monolite/view/compiler/naming.h>
#include <monolite/view/compiler/template_parser.h>

namespace monolite::view::compiler {

/// The C++ of one template.
struct Generated {
  std::string header;
  std::string source;
};

/// Writes the C++ of a template. `file` is its name in `#line` directives, so in the compiler's messages and in the
/// debugger; every expression stands in the same line and, where there is room, the same column as in the template.
/// Errors: TemplateError for a placeholder at a place where escaping does not make it safe.
Generated generate(const Template& parsed, const Naming& naming, std::string_view file);

}  // namespace monolite::view::compiler
