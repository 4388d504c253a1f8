#include <algorithm>
#include <array>

#include <monolite/view/compiler/naming.h>
#include <monolite/view/html_syntax.h>

namespace monolite::view::compiler {

namespace {

constexpr std::string_view kSuffix = ".html.ecpp";

// Words that a partial or a folder might be called and C++ keeps for itself.
constexpr auto kReserved = std::to_array<std::string_view>(
    {"and",       "asm",      "auto",     "bool",      "break",   "case",   "catch",    "char",    "class",
     "const",     "continue", "default",  "delete",    "do",      "double", "else",     "enum",    "explicit",
     "export",    "extern",   "false",    "float",     "for",     "friend", "goto",     "if",      "inline",
     "int",       "long",     "mutable",  "namespace", "new",     "not",    "operator", "or",      "private",
     "protected", "public",   "register", "requires",  "return",  "short",  "signed",   "sizeof",  "static",
     "struct",    "switch",   "template", "this",      "throw",   "true",   "try",      "typedef", "typeid",
     "typename",  "union",    "unsigned", "using",     "virtual", "void",   "volatile", "while",   "xor",
     "concept",   "import",   "module",   "final",     "override"});

bool is_identifier(std::string_view text) {
  return !text.empty() && !syntax::is_digit(text.front()) && std::all_of(text.begin(), text.end(), [](char c) {
    return syntax::is_letter(c) || syntax::is_digit(c) || c == '_';
  });
}

void require_name(std::string_view name, std::string_view what) {
  if (!is_identifier(name)) {
    throw TemplateError({}, std::string(what) + " '" + std::string(name) + "' is not a C++ name",
                        "rename it, using letters, digits and underscores");
  }
  if (std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end()) {
    throw TemplateError({}, std::string(what) + " '" + std::string(name) + "' is a C++ keyword", "rename it");
  }
}

}  // namespace

Naming name_template(std::string_view path, std::string_view name_space, std::string_view prefix) {
  if (!path.ends_with(kSuffix)) {
    throw TemplateError({}, "not the name of a template", "templates end in " + std::string(kSuffix));
  }
  auto rest = path.substr(0, path.size() - kSuffix.size());
  Naming naming{Naming::Kind::kPage, std::string(path), std::string(name_space), "", ""};
  naming.stem = std::string(prefix) + "/" + std::string(rest);
  const bool layout = rest.starts_with("layouts/");
  for (auto slash = rest.find('/'); slash != std::string_view::npos; slash = rest.find('/')) {
    require_name(rest.substr(0, slash), "the folder");
    naming.name_space += "::" + std::string(rest.substr(0, slash));
    rest.remove_prefix(slash + 1);
  }
  if (rest.starts_with('_')) {
    naming.kind = Naming::Kind::kPartial;
    naming.function = rest.substr(1);
  } else {
    if (rest.empty()) throw TemplateError({}, "a template without a name", "name it: new" + std::string(kSuffix));
    naming.kind = layout ? Naming::Kind::kLayout : Naming::Kind::kPage;
    naming.function = std::string(rest) + (layout ? "_layout" : "_page");
  }
  require_name(naming.function, "the template's name");
  return naming;
}

}  // namespace monolite::view::compiler
