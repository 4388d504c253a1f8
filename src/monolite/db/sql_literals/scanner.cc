#include <algorithm>
#include <cctype>

#include <monolite/db/sql_literals/scanner.h>

namespace monolite::db::sql_literals {
namespace {

bool is_identifier(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

/// Walks over the tokens that can hide or contain a string literal.
class Scanner {
 public:
  explicit Scanner(std::string_view source) : source_(source) {}

  std::vector<Literal> run() {
    while (at_ < source_.size()) {
      if (skip_comment()) continue;
      const char c = source_[at_];
      if (c == '"') {
        string_run();
      } else if (c == '\'') {
        skip_character();
      } else if (is_identifier(c)) {
        word();
      } else {
        ++at_;
      }
    }
    return std::move(found_);
  }

 private:
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

  void skip_character() {
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
    if (source_.substr(begin, at_ - begin) == "operator") return skip_operator_name();
    if (at_ < source_.size() && source_[at_] == '"' && source_[at_ - 1] == 'R') {
      at_ = begin;
      string_run();
    }
  }

  /// `operator""_sql` names the literal operator and is no literal.
  void skip_operator_name() {
    skip_blanks();
    if (starts("\"\"")) at_ += 2;
  }

  /// One or more neighbouring string literals, which the compiler joins.
  void string_run() {
    Literal literal{"", 1 + static_cast<int>(std::count(source_.begin(), source_.begin() + offset(), '\n'))};
    bool is_sql = false;
    while (string_piece(literal.text)) {
      is_sql = take_suffix() == "_sql" || is_sql;
      const auto after = at_;
      skip_blanks();
      if (!at_string()) {
        at_ = after;
        break;
      }
    }
    if (is_sql) found_.push_back(std::move(literal));
  }

  bool at_string() const { return starts("\"") || starts("R\""); }

  void skip_blanks() {
    while (at_ < source_.size() &&
           (std::isspace(static_cast<unsigned char>(source_[at_])) || starts("//") || starts("/*"))) {
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

  std::ptrdiff_t offset() const { return static_cast<std::ptrdiff_t>(at_); }

  std::string_view source_;
  std::size_t at_ = 0;
  std::vector<Literal> found_;
};

}  // namespace

std::vector<Literal> scan(std::string_view source) { return Scanner(source).run(); }

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < ' ') {  // octal: its three digits cannot swallow what follows
      for (const char part : {'\\', '0', static_cast<char>('0' + c / 8), static_cast<char>('0' + c % 8)}) out += part;
    } else {
      out += c;
    }
  }
  return out += '"';
}

}  // namespace monolite::db::sql_literals
