#include <algorithm>

#include <monolite/view/compiler/parameters.h>
#include <monolite/view/html_syntax.h>

namespace monolite::view::compiler {

namespace {

bool in_identifier(char c) { return syntax::is_letter(c) || syntax::is_digit(c) || c == '_'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && syntax::is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && syntax::is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// Walks over C++ text and knows how deep it is in brackets. In a parameter list `<` and `>` are brackets too, except
/// in
/// `->`, `<=` and `>=`.
class Brackets {
 public:
  explicit Brackets(std::string_view text) : text_(text) {}

  /// Offset of the next of `wanted` that lies in no bracket and no literal; the text's size when there is none.
  std::size_t find(std::size_t from, std::string_view wanted) const {
    int depth = 0;
    for (auto at = from; at < text_.size(); ++at) {
      const char c = text_[at];
      if (c == '"' || c == '\'') {
        at = end_of_literal(at);
      } else if (depth == 0 && wanted.find(c) != std::string_view::npos && !is_comparison(at)) {
        return at;
      } else if (opens(at)) {
        ++depth;
      } else if (closes(at)) {
        --depth;
      }
    }
    return text_.size();
  }

 private:
  char at(std::size_t offset) const { return offset < text_.size() ? text_[offset] : '\0'; }
  bool is_comparison(std::size_t i) const {
    return at(i) == '=' &&
           (at(i + 1) == '=' || (i > 0 && std::string_view("=<>!").find(at(i - 1)) != std::string::npos));
  }
  bool opens(std::size_t i) const {
    const char c = at(i);
    return c == '(' || c == '[' || c == '{' || (c == '<' && at(i + 1) != '=');
  }
  bool closes(std::size_t i) const {
    const char c = at(i);
    return c == ')' || c == ']' || c == '}' || (c == '>' && at(i + 1) != '=' && (i == 0 || at(i - 1) != '-'));
  }
  std::size_t end_of_literal(std::size_t begin) const {
    auto end = begin + 1;
    while (end < text_.size() && text_[end] != text_[begin]) end += text_[end] == '\\' ? 2 : 1;
    return end;
  }

  std::string_view text_;
};

// The name in `const Post& post`: the last word, when a type stands before it.
std::string name_in(std::string_view declaration, Position at) {
  const auto text = trimmed(declaration);
  const auto named = text.size() - static_cast<std::size_t>(
                                       std::find_if_not(text.rbegin(), text.rend(), in_identifier) - text.rbegin());
  const auto type = trimmed(text.substr(0, named));
  if (text.ends_with(']') || text.ends_with(')')) {
    throw TemplateError(at, "a parameter of a form that templates do not take: " + std::string(text),
                        "use std::span for an array and std::function for a function");
  }
  if (named == text.size() || type.empty() || type == "const" || type.ends_with("::")) {
    throw TemplateError(at, "a parameter without a name: " + std::string(text), "write the type and then a name");
  }
  if (text.substr(named) == "out") {
    throw TemplateError(at, "a parameter is called out", "choose another name: out is the output of the template");
  }
  return std::string(text.substr(named));
}

}  // namespace

Parameters parse_parameters(std::string_view text, Position at) {
  Parameters parameters{at, std::string(text), std::string(text), {}};
  if (trimmed(text).empty()) return parameters;
  const Brackets brackets(text);
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = brackets.find(begin, ",");
    const auto value = std::min(brackets.find(begin, "="), end);
    auto place = at;
    place.advance(text.substr(0, std::min(text.find_first_not_of(" \t\r\n", begin), text.size())));
    parameters.names.push_back(name_in(text.substr(begin, value - begin), place));
    std::replace_if(
        parameters.defined.begin() + static_cast<std::ptrdiff_t>(value),
        parameters.defined.begin() + static_cast<std::ptrdiff_t>(end), [](char c) { return c != '\n'; }, ' ');
    begin = end + 1;
  }
  return parameters;
}

}  // namespace monolite::view::compiler
