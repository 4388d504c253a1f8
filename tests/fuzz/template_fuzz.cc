#include <monolite/view/compiler/generator.h>
#include <monolite/view/compiler/template_error.h>

#include "fuzz.h"

namespace compiler = monolite::view::compiler;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto parsed = compiler::parse_template(text_of(data, size));
    const auto naming = compiler::name_template("posts/new.html.ecpp", "fuzz::views", "views");
    const auto generated = compiler::generate(parsed, naming, "views/posts/new.html.ecpp");
    require(!generated.header.empty() && !generated.source.empty(), "a template becomes two files");
  } catch (const compiler::TemplateError&) {  // refused with a place and a hint
  }
  return 0;
}
