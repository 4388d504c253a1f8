#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include <monolite/db/sql_literals/detail/lexer.h>

namespace monolite::db::sql_literals {
namespace {

constexpr std::array<std::string_view, 3> kLongSigns{"::", "->", "..."};

bool is_identifier(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }
bool is_blank(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  std::vector<Token> run() {
    while (at_ < source_.size()) {
      if (is_blank(source_[at_])) {
        blank();
      } else if (!skip_comment()) {
        token();
      }
    }
    return std::move(found_);
  }

 private:
  void token() {
    const char c = source_[at_];
    if (c == '#' && at_line_start()) place_ = TokenPlace::kDirective;
    if (c == '"') {
      string_run();
    } else if (c == '\'') {
      character();
    } else if (is_identifier(c)) {
      word();
    } else {
      sign();
    }
  }

  /// A line's end also ends a directive, unless a backslash stands before it.
  void blank() {
    if (source_[at_] == '\n' && (at_ == 0 || source_[at_ - 1] != '\\')) place_ = TokenPlace::kCode;
    ++at_;
  }

  bool at_line_start() const {
    const auto before = source_.substr(0, at_);
    const auto last = before.find_last_not_of(" \t");
    return last == std::string_view::npos || before[last] == '\n';
  }

  Token& add(TokenKind kind, std::size_t begin, std::string_view text) {
    line_ += static_cast<int>(std::count(source_.begin() + offset(counted_), source_.begin() + offset(begin), '\n'));
    counted_ = begin;
    return found_.emplace_back(Token{kind, std::string(text), line_, {}, place_});
  }

  static std::ptrdiff_t offset(std::size_t at) { return static_cast<std::ptrdiff_t>(at); }

  void sign() {
    const auto known = std::ranges::find_if(kLongSigns, [this](std::string_view sign) { return starts(sign); });
    const std::size_t size = known == kLongSigns.end() ? 1 : known->size();
    add(TokenKind::kPunctuation, at_, source_.substr(at_, size));
    at_ += size;
  }

  bool starts(std::string_view what) const { return source_.substr(at_).starts_with(what); }

  bool skip_comment() {
    if (starts("//")) {
      at_ = std::min(source_.find('\n', at_), source_.size());
      return true;
    }
    if (!starts("/*")) return false;
    const auto end = source_.find("*/", at_ + 2);
    at_ = end == std::string_view::npos ? source_.size() : end + 2;
    return true;
  }

  void character() {
    add(TokenKind::kNumber, at_, "'");
    for (++at_; at_ < source_.size() && source_[at_] != '\''; ++at_) {
      if (source_[at_] == '\\') ++at_;
    }
    step();
  }

  /// Past a closing quote, never past the end of unfinished source.
  void step() { at_ = std::min(at_ + 1, source_.size()); }

  /// An identifier or a number; its digit separators are no character literals, its prefix may begin a string.
  void word() {
    const auto begin = at_;
    const bool is_number = std::isdigit(static_cast<unsigned char>(source_[at_])) != 0;
    while (at_ < source_.size() && (is_identifier(source_[at_]) || (is_number && source_[at_] == '\''))) ++at_;
    if (at_ < source_.size() && source_[at_] == '"' && source_[at_ - 1] == 'R') {
      at_ = begin;
      return string_run();
    }
    const auto text = source_.substr(begin, at_ - begin);
    add(is_number ? TokenKind::kNumber : TokenKind::kWord, begin, text);
    if (text == "operator") skip_operator_name();
  }

  /// `operator""_sql` names the literal operator and is no literal.
  void skip_operator_name() {
    skip_blanks();
    if (starts("\"\"")) at_ += 2;
  }

  /// One or more neighbouring string literals, which the compiler joins.
  void string_run() {
    const auto begin = at_;
    std::string text;
    std::string suffix;
    while (string_piece(text)) {
      if (const auto own = take_suffix(); !own.empty()) suffix = own;
      const auto after = at_;
      skip_blanks();
      if (!at_string()) {
        at_ = after;
        break;
      }
    }
    Token& token = add(TokenKind::kString, begin, text);
    token.suffix = std::move(suffix);
  }

  bool at_string() const { return starts("\"") || starts("R\""); }

  void skip_blanks() {
    while (at_ < source_.size() && (is_blank(source_[at_]) || starts("//") || starts("/*"))) {
      if (!skip_comment()) ++at_;
    }
  }

  std::string_view take_suffix() {
    const auto begin = at_;
    while (at_ < source_.size() && is_identifier(source_[at_])) ++at_;
    return source_.substr(begin, at_ - begin);
  }

  bool string_piece(std::string& text) {
    while (at_ < source_.size() && is_identifier(source_[at_]) && !starts("R\"")) ++at_;
    if (starts("R\"")) return raw_piece(text);
    if (!starts("\"")) return false;
    for (++at_; at_ < source_.size() && source_[at_] != '"'; ++at_) {
      if (source_[at_] != '\\') {
        text += source_[at_];
      } else if (++at_ < source_.size()) {
        escape(text);
      }
    }
    step();
    return true;
  }

  /// The escape whose first character behind the backslash is at `at_`; leaves `at_` on its last character.
  void escape(std::string& text) {
    constexpr std::string_view kNames = "abfnrtv";
    constexpr std::string_view kCharacters = "\a\b\f\n\r\t\v";
    const char c = source_[at_];
    if (c == '\n') return;  // the line goes on
    if (const auto known = kNames.find(c); known != std::string_view::npos) {
      text += kCharacters[known];
    } else if (is_octal(c)) {
      text += number(at_, 3, is_octal, 8);
    } else if (c == 'x') {
      text += number(at_ + 1, source_.size(), is_hexadecimal, 16);
    } else {
      text += c;  // quotes and the backslash
    }
  }

  static bool is_octal(char c) { return c >= '0' && c <= '7'; }
  static bool is_hexadecimal(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }

  /// The byte that up to `most` digits from `from` on write.
  char number(std::size_t from, std::size_t most, bool (*is_digit)(char), unsigned base) {
    unsigned value = 0;
    at_ = from;
    for (; at_ < source_.size() && at_ - from < most && is_digit(source_[at_]); ++at_) {
      const char c = source_[at_];
      const auto digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
      value = value * base + static_cast<unsigned>(digit);
    }
    --at_;
    return static_cast<char>(value & 0xFFU);
  }

  bool raw_piece(std::string& text) {
    const auto begin = at_;
    at_ = source_.size();  // where unfinished source leaves us
    const auto open = source_.find('(', begin);
    if (open == std::string_view::npos) return false;
    std::string close = ")";
    close.append(source_.substr(begin + 2, open - begin - 2)).append("\"");
    const auto end = source_.find(close, open);
    if (end == std::string_view::npos) return false;
    text.append(source_.substr(open + 1, end - open - 1));
    at_ = end + close.size();
    return true;
  }

  std::string_view source_;
  std::size_t at_ = 0;
  std::size_t counted_ = 0;  // up to here `line_` is right
  int line_ = 1;
  TokenPlace place_ = TokenPlace::kCode;
  std::vector<Token> found_;
};

}  // namespace

std::vector<Token> tokens_of(std::string_view source) { return Lexer(source).run(); }

}  // namespace monolite::db::sql_literals
