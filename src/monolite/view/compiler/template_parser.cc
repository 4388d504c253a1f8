#include <optional>

#include <monolite/view/compiler/template_parser.h>
#include <monolite/view/html_syntax.h>

namespace monolite::view::compiler {

namespace {

constexpr std::string_view kKnown = "write <%@ args(…) %>, <%@ include <…> %> or <%@ using … %>";

/// The text of a directive, eaten from both ends.
class Reader {
 public:
  Reader(std::string_view text, Position at) : rest_(text), at_(at) { skip_space(); }

  std::string_view rest() const { return rest_; }
  Position at() const { return at_; }

  void skip_space() {
    while (!rest_.empty() && syntax::is_space(rest_.front())) skip(1);
    while (!rest_.empty() && syntax::is_space(rest_.back())) rest_.remove_suffix(1);
  }
  void skip(std::size_t size) {
    at_.advance(rest_.substr(0, size));
    rest_.remove_prefix(size);
  }
  std::string_view take_word() {
    std::size_t size = 0;
    while (size < rest_.size() && (syntax::is_letter(rest_[size]) || rest_[size] == '_')) ++size;
    const auto word = rest_.substr(0, size);
    skip(size);
    skip_space();
    return word;
  }

 private:
  std::string_view rest_;
  Position at_;
};

Parameters read_args(Reader reader) {
  if (!reader.rest().starts_with('(') || !reader.rest().ends_with(')')) {
    throw TemplateError(reader.at(), "args without its parentheses", "write <%@ args(const Post& post) %>");
  }
  reader.skip(1);
  return parse_parameters(reader.rest().substr(0, reader.rest().size() - 1), reader.at());
}

Line read_include(const Reader& reader) {
  const auto name = reader.rest();
  const bool angles = name.size() > 2 && name.starts_with('<') && name.ends_with('>');
  const bool quotes = name.size() > 2 && name.starts_with('"') && name.ends_with('"');
  if (!angles && !quotes) {
    throw TemplateError(reader.at(), "include without a file", "write <%@ include <lorem_news/posts.h> %>");
  }
  return {std::string(name), reader.at()};
}

Line read_using(const Reader& reader, Position at) {
  if (reader.rest().empty() || reader.rest().find_first_of(";{}") != std::string_view::npos) {
    throw TemplateError(reader.at(), "using without one name", "write <%@ using namespace lorem_news::formats %>");
  }
  return {"using " + std::string(reader.rest()), at};
}

class Parser {
 public:
  Template run(std::string_view source) {
    for (auto& token : lex(source)) {
      if (token.kind == Token::Kind::kDirective) {
        directive(token);
      } else {
        add(std::move(token));
      }
    }
    if (!args_) {
      throw TemplateError({}, "the template does not say its parameters",
                          "begin it with <%@ args(const Post& post) %>, or <%@ args() %> for none");
    }
    result_.parameters = std::move(*args_);
    return std::move(result_);
  }

 private:
  void directive(const Token& token) {
    Reader reader(token.text, token.at);
    const auto at = reader.at();
    const auto word = reader.take_word();
    if (word == "args") {
      if (args_) throw TemplateError(at, "args for the second time", "a template has one list of parameters");
      args_ = read_args(reader);
    } else if (word == "include") {
      result_.includes.push_back(read_include(reader));
    } else if (word == "using") {
      result_.usings.push_back(read_using(reader, at));
    } else {
      throw TemplateError(at, "unknown directive '" + std::string(word) + "'", std::string(kKnown));
    }
  }

  void add(Token token) {
    auto& body = result_.body;
    if (token.kind == Token::Kind::kText && !body.empty() && body.back().kind == Token::Kind::kText) {
      body.back().text += token.text;
    } else {
      body.push_back(std::move(token));
    }
  }

  Template result_;
  std::optional<Parameters> args_;
};

}  // namespace

Template parse_template(std::string_view source) { return Parser().run(source); }

}  // namespace monolite::view::compiler
