#include <array>

#include <monolite/view/compiler/generator.h>
#include <monolite/view/compiler/html_context.h>
#include <monolite/view/html_syntax.h>

namespace monolite::view::compiler {

namespace {

using Slot = HtmlContext::Slot;

constexpr std::string_view kRawMessage =
    "<%== … %> writes without escaping, so it takes only view::SafeHtml: write <%= … %>";

void add_escaped(std::string& literal, char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (c == '\n') {
    literal += "\\n";
  } else if (c == '"' || c == '\\') {
    literal += '\\';
    literal += c;
  } else if (byte < ' ' || byte == 0x7FU) {  // always three digits, so a digit behind it stays text
    literal += '\\';
    literal += static_cast<char>('0' + (byte >> 6U));
    literal += static_cast<char>('0' + ((byte >> 3U) & 7U));
    literal += static_cast<char>('0' + (byte & 7U));
  } else {
    literal += c;
  }
}

std::string quoted(std::string_view text) {
  std::string literal = "\"";
  for (const char c : text) {
    if (c == '?' && literal.ends_with('?')) literal += '\\';  // `??/` and its kind were letters once
    add_escaped(literal, c);
  }
  return literal + "\"";
}

/// Text with line numbers of its own: what stands at a place of the template is written so that the compiler believes
/// to be there.
class Writer {
 public:
  explicit Writer(std::string_view file) : file_(quoted(file)) {}

  void line(std::string_view text) {
    text_ += text;
    text_ += '\n';
  }

  /// `before`, then `text` at its own line and column, then `after`. `before` is reported at the same line.
  void mapped(std::string_view before, std::string_view text, Position at, std::string_view after) {
    const auto room = at.column - 1;
    const bool fits = before.size() <= room;
    mark(at.line);
    if (!fits) {
      line(before);
      mark(at.line);
    }
    text_.append(fits ? room - before.size() : room, ' ');
    if (fits) text_ += before;
    text_ += text;
    // A comment at the end of the text must not swallow what follows.
    if (text.find("//") != std::string_view::npos) text_ += '\n';
    line(after);
  }

  std::string take() { return std::move(text_); }

 private:
  void mark(std::size_t number) {
    text_ += "#line " + std::to_string(number);
    if (!named_) text_ += " " + file_;
    named_ = true;
    text_ += '\n';
  }

  std::string file_;
  bool named_ = false;  // later marks go on with the same file
  std::string text_;
};

std::string_view trimmed_end(std::string_view text) {
  while (!text.empty() && syntax::is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view without_leading_space(std::string_view text, Position& at) {
  const auto space = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  at.advance(text.substr(0, space));
  return trimmed_end(text.substr(space));
}

[[noreturn]] void refuse(Position at, const HtmlContext& context) {
  switch (context.slot()) {
    case Slot::kUnquoted:
      throw TemplateError(at, "a placeholder as the unquoted value of " + context.name(),
                          "put quotes around it: a space in the value would begin another attribute");
    case Slot::kScript:
      throw TemplateError(at, "a placeholder inside a script or style, where escaping does not help",
                          "put the value into a data- attribute and read it from there, or give SafeHtml to <%== … %>");
    case Slot::kRunValue:
      throw TemplateError(at, "a placeholder inside " + context.name() + ", whose value is run",
                          "put the value into a data- attribute and read it in a script");
    case Slot::kInTag:
    case Slot::kPlain:
    case Slot::kUrlStart:
      break;
  }
  throw TemplateError(at, "a placeholder in a tag, outside of a quoted value",
                      "write attributes with <% if (…) { %> checked<% } %>, or give SafeHtml to <%== … %>");
}

class Generator {
 public:
  Generator(const Template& parsed, const Naming& naming, std::string_view file)
      : parsed_(parsed), naming_(naming), header_(file), source_(file) {}

  Generated run() {
    write_header();
    write_source_start();
    write_body();
    write_value_form();
    source_.line("}  // namespace " + naming_.name_space);
    return {header_.take(), source_.take()};
  }

 private:
  bool is_page() const { return naming_.kind == Naming::Kind::kPage; }
  std::string result() const { return is_page() ? "::monolite::view::Page" : "::monolite::view::SafeHtml"; }
  std::string banner() const { return "// Made by ecppc from " + naming_.path + ": change that file instead."; }

  // `void post(` … `)` with the parameters at their own place.
  void write_signature(Writer& writer, std::string head, std::string_view first, std::string_view parameters,
                       std::string_view end) {
    head += "(" + std::string(first);
    if (parsed_.parameters.names.empty()) return writer.line(head + ")" + std::string(end));
    if (!first.empty()) head += ",";
    auto at = parsed_.parameters.at;
    const auto text = without_leading_space(parameters, at);
    writer.line(head);
    writer.mapped("", text, at, ")" + std::string(end));
  }

  void write_header() {
    header_.line(banner());
    header_.line("#pragma once");
    header_.line("");
    header_.line("#include <monolite/view/helpers.h>");
    header_.line("#include <monolite/view/page.h>");
    for (const auto& include : parsed_.includes) header_.mapped("#include ", include.text, include.at, "");
    header_.line("");
    header_.line("namespace " + naming_.name_space + " {");
    header_.line("");
    header_.line("using namespace ::monolite::view;");
    header_.line("");
    const auto& declared = parsed_.parameters.declared;
    write_signature(header_, "void " + naming_.function, "::monolite::view::Buffer& out", declared, ";");
    write_signature(header_, "[[nodiscard]] " + result() + " " + naming_.function, "", declared, ";");
    header_.line("");
    header_.line("}  // namespace " + naming_.name_space);
  }

  void write_source_start() {
    source_.line(banner());
    source_.line("#include <" + naming_.stem + ".h>");
    source_.line("");
    source_.line("namespace " + naming_.name_space + " {");
    source_.line("");
    source_.line("using ::monolite::view::operator\"\"_html;");
    for (const auto& use : parsed_.usings) source_.mapped("", use.text, use.at, ";");
    source_.line("");
    write_signature(source_, "void " + naming_.function, "::monolite::view::Buffer& out", parsed_.parameters.defined,
                    " {");
  }

  void write_body() {
    for (const auto& name : parsed_.parameters.names) source_.line("  static_cast<void>(" + name + ");");
    for (const auto& token : parsed_.body) write(token);
    source_.line("}");
    source_.line("");
  }

  void write_value_form() {
    std::string arguments = "out";
    for (const auto& name : parsed_.parameters.names) {
      arguments.append(", static_cast<decltype(").append(name).append(")&&>(").append(name).append(")");
    }
    write_signature(source_, result() + " " + naming_.function, "", parsed_.parameters.defined, " {");
    source_.line("  static ::monolite::view::SizeHint ecpp_size;");
    source_.line(is_page()
                     ? "  ::monolite::view::Buffer out(ecpp_size.expected(), ::monolite::view::Page::kFrontBytes);"
                     : "  ::monolite::view::Buffer out(ecpp_size.expected());");
    source_.line("  ::" + naming_.name_space + "::" + naming_.function + "(" + arguments + ");");
    source_.line("  ecpp_size.learn(out.room_used());");
    source_.line(is_page() ? "  return ::monolite::view::Page(out);" : "  return std::move(out).html();");
    source_.line("}");
    source_.line("");
  }

  void write(const Token& token) {
    switch (token.kind) {
      case Token::Kind::kText:
        context_.feed(token.text);
        return write_literal(token.text);
      case Token::Kind::kEscaped:
        return write_escaped(token);
      case Token::Kind::kRaw:
        return write_raw(token);
      case Token::Kind::kCode:
        return write_code(token);
      case Token::Kind::kDirective:
        return;  // parse_template took them out
    }
  }

  // One argument, so one copy; one line of source per line of HTML.
  void write_literal(std::string_view text) {
    std::string code = "  out.raw(";
    const bool lines = text.find('\n') < text.size() - 1;
    while (!text.empty()) {
      const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
      if (lines) code += "\n      ";
      code += quoted(text.substr(0, end));
      text.remove_prefix(end);
    }
    source_.line(code + "_html);");
  }

  void write_escaped(const Token& token) {
    const auto slot = context_.slot();
    if (slot != Slot::kPlain && slot != Slot::kUrlStart) refuse(token.tag, context_);
    context_.placeholder();
    auto at = token.at;
    const auto expression = without_leading_space(token.text, at);
    source_.mapped(slot == Slot::kUrlStart ? "out.append_url(" : "out.append(", expression, at, ");");
  }

  void write_raw(const Token& token) {
    context_.placeholder();
    auto at = token.at;
    const auto expression = without_leading_space(token.text, at);
    source_.mapped("static_assert(::monolite::view::AlreadyHtml<decltype((", expression, at,
                   "))>, " + quoted(kRawMessage) + ");");
    source_.mapped("out.raw(", expression, at, ");");
  }

  void write_code(const Token& token) {
    auto at = token.at;
    const auto code = without_leading_space(token.text, at);
    if (is_content_for(code)) return write_content_for(code, at);
    if (!code.empty()) source_.mapped("", code, at, "");
  }

  static bool is_content_for(std::string_view code) {
    constexpr std::string_view kName = "content_for";
    return code.starts_with(kName) && code.substr(kName.size()).find_first_not_of(' ') != std::string_view::npos &&
           code[code.find_first_not_of(' ', kName.size())] == '(';
  }

  // `content_for("title") {` opens a block that ends with the scope; `content_for("title", value)` fills it at once.
  void write_content_for(std::string_view code, Position at) {
    if (!code.ends_with('{')) return source_.mapped("out.", code, at, code.ends_with(';') ? "" : ";");
    const auto call = trimmed_end(code.substr(0, code.size() - 1));
    source_.mapped("if (const auto ecpp_block_" + std::to_string(++blocks_) + " = out.", call, at, "; true) {");
  }

  const Template& parsed_;
  const Naming& naming_;
  Writer header_;
  Writer source_;
  HtmlContext context_;
  int blocks_ = 0;
};

}  // namespace

Generated generate(const Template& parsed, const Naming& naming, std::string_view file) {
  return Generator(parsed, naming, file).run();
}

}  // namespace monolite::view::compiler
