#pragma once

#include <iosfwd>
#include <span>
#include <string>

namespace monolite::view::compiler {

/// The program `ecppc`: compiles the templates named in `arguments`, prints problems to `errors`.
/// Returns 0, 1 when a template or a file is wrong, 2 for a command line that is. Outputs that would not change are
/// not touched.
int run_program(std::span<const std::string> arguments, std::ostream& output, std::ostream& errors);

}  // namespace monolite::view::compiler
