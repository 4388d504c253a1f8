#include <array>
#include <cstdint>
#include <utility>

#include <monolite/view/detail/html_tokenizer.h>
#include <monolite/view/html_syntax.h>

namespace monolite::view::detail {

namespace {

using syntax::has_raw_text;
using syntax::is_digit;
using syntax::is_letter;
using syntax::is_space;
using syntax::lower;
using syntax::starts_with_any_case;

constexpr auto kNone = std::string_view::npos;

bool not_name(char c) { return is_space(c) || c == '/' || c == '>'; }
bool in_tag_name(char c) { return !not_name(c); }
bool in_attribute_name(char c) { return !not_name(c) && c != '='; }
bool between_attributes(char c) { return is_space(c) || c == '/'; }
bool space(char c) { return is_space(c); }
bool in_bare_value(char c) { return !is_space(c) && c != '>'; }

void lower_all(std::string& text) {
  for (char& c : text) c = lower(c);
}

}  // namespace

bool HtmlTokenizer::next(HtmlToken& token) {
  token.name.clear();
  token.attributes.clear();
  if (at_ == html_.size()) return false;
  if (!raw_text_until_.empty()) {
    read_raw_text(token);
    if (!token.source.empty()) return true;
  }
  if (markup_begins_at(at_)) {
    read_markup(token);
  } else {
    read_text(token);
  }
  return true;
}

bool HtmlTokenizer::markup_begins_at(std::size_t at) const {
  if (html_[at] != '<' || at + 1 == html_.size()) return false;
  const char c = html_[at + 1];
  return is_letter(c) || c == '!' || c == '?' || (c == '/' && at + 2 < html_.size());
}

void HtmlTokenizer::read_text(HtmlToken& token) {
  auto end = at_;
  do {
    end = html_.find('<', end + 1);
  } while (end != kNone && !markup_begins_at(end));
  finish(token, HtmlToken::Kind::kText, std::min(end, html_.size()));
}

void HtmlTokenizer::read_raw_text(HtmlToken& token) {
  const auto name = std::exchange(raw_text_until_, {});
  auto end = at_;
  for (;; ++end) {
    end = html_.find('<', end);
    if (end == kNone || name == "plaintext") return finish(token, HtmlToken::Kind::kRawText, html_.size());
    const auto rest = html_.substr(end + 1);
    const bool ends = rest.starts_with('/') && starts_with_any_case(rest.substr(1), name) &&
                      rest.size() > name.size() + 1 && not_name(rest[name.size() + 1]);
    if (ends) return finish(token, HtmlToken::Kind::kRawText, end);
  }
}

void HtmlTokenizer::read_markup(HtmlToken& token) {
  using Kind = HtmlToken::Kind;
  const bool end_tag = html_[at_ + 1] == '/' && is_letter(html_[at_ + 2]);
  if (!end_tag && !is_letter(html_[at_ + 1])) {
    const auto end = end_of_comment();
    return finish(token, end == kNone ? Kind::kUnclosed : Kind::kComment, std::min(end, html_.size()));
  }
  const auto end = read_tag(token);
  if (end == kNone) return finish(token, Kind::kUnclosed, html_.size());
  if (!end_tag && has_raw_text(token.name)) raw_text_until_ = token.name;
  finish(token, end_tag ? Kind::kEndTag : Kind::kStartTag, end);
}

std::size_t HtmlTokenizer::end_of_comment() const {
  const auto rest = html_.substr(at_);
  if (!rest.starts_with("<!--")) {
    const auto end = html_.find('>', at_);
    return end == kNone ? kNone : end + 1;
  }
  if (rest.substr(4).starts_with(">")) return at_ + 5;
  if (rest.substr(4).starts_with("->")) return at_ + 6;
  for (auto dashes = html_.find("--", at_ + 4); dashes != kNone; dashes = html_.find("--", dashes + 1)) {
    const auto after = html_.substr(dashes + 2);
    if (after.starts_with(">")) return dashes + 3;
    if (after.starts_with("!>")) return dashes + 4;
  }
  return kNone;
}

std::size_t HtmlTokenizer::skip(std::size_t at, bool (*wanted)(char)) const {
  while (at < html_.size() && wanted(html_[at])) ++at;
  return at;
}

// Returns the offset behind the tag's `>`, or kNone when the text ends before it.
std::size_t HtmlTokenizer::read_tag(HtmlToken& token) const {
  const auto name = at_ + (html_[at_ + 1] == '/' ? 2 : 1);
  auto at = skip(name, in_tag_name);
  token.name = html_.substr(name, at - name);
  lower_all(token.name);
  for (;;) {
    at = skip(at, between_attributes);
    if (at == html_.size()) return kNone;
    if (html_[at] == '>') return at + 1;
    at = read_attribute(at, token.attributes.emplace_back());
    if (at == kNone) return kNone;
  }
}

std::size_t HtmlTokenizer::read_attribute(std::size_t at, HtmlAttribute& attribute) const {
  const auto end = skip(at + 1, in_attribute_name);  // a `=` in front belongs to the name
  attribute.name = html_.substr(at, end - at);
  lower_all(attribute.name);
  const auto equals = skip(end, space);
  if (equals == html_.size() || html_[equals] != '=') return end;
  return read_value(skip(equals + 1, space), attribute);
}

std::size_t HtmlTokenizer::read_value(std::size_t at, HtmlAttribute& attribute) const {
  if (at == html_.size()) return kNone;
  const char quote = html_[at];
  if (quote != '"' && quote != '\'') {
    const auto end = skip(at, in_bare_value);
    attribute.value = decode_references(html_.substr(at, end - at));
    return end;
  }
  const auto end = html_.find(quote, at + 1);
  if (end == kNone) return kNone;
  attribute.quotes = HtmlAttribute::Quotes::kSome;
  attribute.value = decode_references(html_.substr(at + 1, end - at - 1));
  return end + 1;
}

void HtmlTokenizer::finish(HtmlToken& token, HtmlToken::Kind kind, std::size_t end) {
  token.kind = kind;
  token.source = html_.substr(at_, end - at_);
  at_ = end;
}

// ---- Character references -------------------------------------------------------------------------------------------

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kNamed = {{
    {"amp", "&"},
    {"lt", "<"},
    {"gt", ">"},
    {"quot", "\""},
    {"apos", "'"},
    {"nbsp", "\u00A0"},
    {"colon", ":"},
    {"Tab", "\t"},
    {"NewLine", "\n"},
}};
constexpr std::size_t kLongestName = 32;

bool is_hex(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f'); }

void add_utf8(std::string& text, std::uint32_t code) {
  const auto continuation = [&](std::uint32_t shift) { text += static_cast<char>(0x80U | ((code >> shift) & 0x3FU)); };
  if (code == 0 || code > 0x10FFFFU || (code >= 0xD800U && code <= 0xDFFFU)) code = 0xFFFDU;
  if (code < 0x80U) {
    text += static_cast<char>(code);
  } else if (code < 0x800U) {
    text += static_cast<char>(0xC0U | (code >> 6U));
    continuation(0);
  } else if (code < 0x10000U) {
    text += static_cast<char>(0xE0U | (code >> 12U));
    continuation(6);
    continuation(0);
  } else {
    text += static_cast<char>(0xF0U | (code >> 18U));
    continuation(12);
    continuation(6);
    continuation(0);
  }
}

struct NumberReference {
  std::size_t size = 0;  // 0: none begins here
  std::uint32_t code = 0;
};

// `&#58;` or `&#x3a`: browsers do not insist on the semicolon.
NumberReference number_reference(std::string_view text) {
  if (!text.starts_with("&#")) return {};
  const bool hex = text.size() > 2 && lower(text[2]) == 'x';
  const std::size_t first = hex ? 3 : 2;
  NumberReference found{first, 0};
  while (found.size < text.size() && (hex ? is_hex(text[found.size]) : is_digit(text[found.size]))) {
    const char c = lower(text[found.size++]);
    const auto digit = static_cast<std::uint32_t>(is_digit(c) ? c - '0' : c - 'a' + 10);
    found.code = std::min(found.code * (hex ? 16U : 10U) + digit, 0x110000U);
  }
  if (found.size == first) return {};
  if (found.size < text.size() && text[found.size] == ';') ++found.size;
  return found;
}

std::size_t name_reference_size(std::string_view text) {
  if (text.size() < 2 || text[0] != '&' || !is_letter(text[1])) return 0;
  std::size_t end = 2;
  while (end < text.size() && end <= kLongestName && (is_letter(text[end]) || is_digit(text[end]))) ++end;
  return end < text.size() && text[end] == ';' ? end + 1 : 0;
}

}  // namespace

std::size_t reference_size(std::string_view text) noexcept {
  if (const auto number = number_reference(text); number.size > 0) return number.size;
  return name_reference_size(text);
}

std::string decode_references(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const auto plain = std::min(text.find('&'), text.size());
    result += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    std::size_t size = 1;
    if (const auto number = number_reference(text); number.size > 0) {
      add_utf8(result, number.code);
      size = number.size;
    } else {
      const auto named = name_reference_size(text);
      const auto* const found = std::find_if(kNamed.begin(), kNamed.end(), [&](const auto& entry) {
        return named > 0 && entry.first == text.substr(1, named - 2);
      });
      size = named > 0 ? named : 1;
      result += found != kNamed.end() ? found->second : text.substr(0, size);
    }
    text.remove_prefix(size);
  }
  return result;
}

}  // namespace monolite::view::detail
