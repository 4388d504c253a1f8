#include <algorithm>
#include <optional>
#include <span>

#include <monolite/view/compiler/lexer.h>
#include <monolite/view/html_syntax.h>

namespace monolite::view::compiler {

namespace {

using Kind = Token::Kind;

// A token on its way: text is cut at line ends, comments are still there.
struct Piece {
  Token token;
  bool comment = false;
  bool ends_line = false;  // its `-%>` ate the line end
};

bool is_blank(std::string_view text) { return std::all_of(text.begin(), text.end(), syntax::is_space); }

bool is_text(const Piece& piece) { return !piece.comment && piece.token.kind == Kind::kText; }
bool is_silent(const Piece& piece) {
  return piece.comment || piece.token.kind == Kind::kCode || piece.token.kind == Kind::kDirective;
}

class Lexer {
 public:
  explicit Lexer(std::string_view source) : rest_(source) {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);  // a byte order mark says nothing in UTF-8
  }

  std::vector<Piece> run() {
    while (!rest_.empty()) {
      if (rest_.starts_with("<%%")) {
        add_text("<%");
        take(3);
      } else if (rest_.starts_with("<%")) {
        read_tag();
      } else {
        read_text();
      }
    }
    return std::move(pieces_);
  }

 private:
  std::string_view take(std::size_t size) {
    const auto taken = rest_.substr(0, size);
    at_.advance(taken);
    rest_.remove_prefix(size);
    return taken;
  }

  void add_text(std::string_view text) {
    if (pieces_.empty() || !is_text(pieces_.back()) || pieces_.back().token.text.ends_with('\n')) {
      pieces_.push_back({{Kind::kText, "", at_, at_}});
    }
    pieces_.back().token.text += text;
  }

  // Up to the next tag or behind the next line end.
  void read_text() {
    const auto tag = std::min(rest_.find("<%"), rest_.size());
    const auto line_end = rest_.substr(0, tag).find('\n');
    const auto size = line_end == std::string_view::npos ? tag : line_end + 1;
    add_text(rest_.substr(0, size));
    take(size);
  }

  Piece read_mark() {
    Piece piece{{Kind::kCode, "", {}, at_}};
    take(2);
    if (rest_.starts_with("-")) {
      throw TemplateError(piece.token.tag, "unknown tag <%-",
                          "write <%: a line that holds only code tags leaves nothing behind, its indentation included");
    }
    if (rest_.starts_with("==")) {
      piece.token.kind = Kind::kRaw;
      take(2);
    } else if (rest_.starts_with("=")) {
      piece.token.kind = Kind::kEscaped;
      take(1);
    } else if (rest_.starts_with("@")) {
      piece.token.kind = Kind::kDirective;
      take(1);
    } else if (rest_.starts_with("#")) {
      piece.comment = true;
      take(1);
    }
    return piece;
  }

  void read_tag() {
    auto piece = read_mark();
    auto& token = piece.token;
    token.at = at_;
    const auto close = find_close(token.tag);
    const auto inside = rest_.substr(0, close);
    // `i--%>` is a decrement, not a trim mark.
    const bool trim = inside.ends_with('-') && !inside.ends_with("--");
    token.text = unescaped(trim ? inside.substr(0, inside.size() - 1) : inside);
    take(close + 2);
    if (!piece.comment && is_blank(token.text) && token.kind != Kind::kCode) {
      throw TemplateError(token.tag, "an empty tag", "write an expression between the marks, or remove the tag");
    }
    if (trim) piece.ends_line = take_line_end();
    pieces_.push_back(std::move(piece));
  }

  bool take_line_end() {
    const std::size_t size = rest_.starts_with("\n") ? 1 : rest_.starts_with("\r\n") ? 2 : 0;
    take(size);
    return size > 0;
  }

  // The next `%>` that is not written `%%>`.
  std::size_t find_close(Position tag) const {
    for (auto at = rest_.find("%>"); at != std::string_view::npos; at = rest_.find("%>", at + 1)) {
      if (at == 0 || rest_[at - 1] != '%') return at;
    }
    throw TemplateError(tag, "a tag that begins here does not end", "close it with %>, or write <%% for a literal <%");
  }

  static std::string unescaped(std::string_view inside) {
    std::string text(inside);
    for (auto at = text.find("%%>"); at != std::string::npos; at = text.find("%%>", at)) text.erase(at, 1);
    return text;
  }

  std::string_view rest_;
  Position at_;
  std::vector<Piece> pieces_;
};

// Pieces up to the first that ends a line, that one included.
std::size_t line_size(std::span<const Piece> pieces) {
  const auto end = std::find_if(pieces.begin(), pieces.end(), [](const Piece& piece) {
    return piece.ends_line || (is_text(piece) && piece.token.text.ends_with('\n'));
  });
  return static_cast<std::size_t>(end - pieces.begin()) + (end == pieces.end() ? 0 : 1);
}

bool holds_only_silent_tags(std::span<const Piece> line) {
  return std::any_of(line.begin(), line.end(), is_silent) && std::all_of(line.begin(), line.end(), [](const Piece& p) {
           return is_silent(p) || (is_text(p) && is_blank(p.token.text));
         });
}

void append(std::vector<Token>& tokens, Piece& piece) {
  if (piece.comment) return;
  if (is_text(piece) && !tokens.empty() && tokens.back().kind == Kind::kText) {
    tokens.back().text += piece.token.text;
  } else {
    tokens.push_back(std::move(piece.token));
  }
}

}  // namespace

std::vector<Token> lex(std::string_view source) {
  auto pieces = Lexer(source).run();
  std::vector<Token> tokens;
  for (std::span<Piece> rest(pieces); !rest.empty();) {
    const auto line = rest.subspan(0, line_size(rest));
    const bool silent = holds_only_silent_tags(line);
    for (auto& piece : line) {
      if (!silent || !is_text(piece)) append(tokens, piece);
    }
    rest = rest.subspan(line.size());
  }
  return tokens;
}

}  // namespace monolite::view::compiler
