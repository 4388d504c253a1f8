#include <array>
#include <vector>

#include <monolite/view/detail/html_tokenizer.h>
#include <monolite/view/helpers.h>
#include <monolite/view/html_syntax.h>

namespace monolite::view {

namespace {

// What may stay: nothing here runs, loads a document, covers the page or changes the meaning of what follows. `class`
// and `name` stay out: the first can borrow the page's own styles, the second shadows fields of forms.
constexpr auto kTags = std::to_array<std::string_view>(
    {"a",    "abbr",   "acronym", "address", "b",    "big", "blockquote", "cite", "code", "dd",   "del",
     "dfn",  "div",    "dl",      "dt",      "em",   "h1",  "h2",         "h3",   "h4",   "h5",   "h6",
     "i",    "ins",    "kbd",     "li",      "mark", "ol",  "pre",        "q",    "s",    "samp", "small",
     "span", "strong", "sub",     "sup",     "time", "tt",  "u",          "ul",   "var"});
constexpr auto kVoidTags = std::to_array<std::string_view>({"br", "hr", "img"});
constexpr auto kAttributes = std::to_array<std::string_view>(
    {"alt", "cite", "datetime", "dir", "height", "href", "lang", "src", "title", "width"});
// Gone with everything in them; for other tags that may not stay only the tag goes.
constexpr auto kDroppedWithContent =
    std::to_array<std::string_view>({"svg", "math", "object", "template", "select", "head"});
// Deeper markup loses its tags, so that closing what is open costs a bounded amount.
constexpr std::size_t kDeepest = 32;

template <std::size_t N>
std::size_t index_in(const std::array<std::string_view, N>& names, std::string_view name) {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}
template <std::size_t N>
bool contains(const std::array<std::string_view, N>& names, std::string_view name) {
  return index_in(names, name) < N;
}

constexpr bool is_control(char c) { return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7F'; }

/// What text is not copied past without a look: `&`, and control characters, line ends among them.
constexpr auto kNeedsALook = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c < table.size(); ++c) table[c] = c == '&' || is_control(static_cast<char>(c));
  return table;
}();

/// The first byte from `at` on that needs a look, or the end.
std::size_t next_look(std::string_view text, std::size_t at) {
  while (at < text.size() && !kNeedsALook[static_cast<unsigned char>(text[at])]) ++at;
  return at;
}

/// Writes harmless markup and nothing else: every byte goes through `Buffer::text`, except names from the tables above,
/// character references, and literals.
class Writer {
 public:
  explicit Writer(Buffer& out) : out_(out) { out_.raw("<p>"_html); }

  void finish() {
    close_down_to(0);
    out_.raw("</p>"_html);
  }

  void text(std::string_view text);
  void start_tag(const detail::HtmlToken& tag);
  void end_tag(std::string_view name);
  void end_paragraph() {
    if (!paragraph_is_empty_) line_ends_ = 2;
  }

 private:
  void begin_content();
  void write_line_ends();
  void plain(std::string_view text);
  void attributes(const detail::HtmlToken& tag);
  void close_down_to(std::size_t depth);

  Buffer& out_;
  std::vector<std::string_view> open_;  // names from kTags
  std::size_t line_ends_ = 0;           // seen and not written yet
  bool paragraph_is_empty_ = true;
};

void Writer::text(std::string_view text) {
  std::size_t begin = 0;
  const auto flush = [&](std::size_t end) { plain(text.substr(begin, end - begin)); };
  for (std::size_t at = next_look(text, 0); at < text.size(); at = next_look(text, at)) {
    std::size_t size = 1;
    if (text[at] == '&') {
      size = detail::reference_size(text.substr(at));
      if (size > 0) {
        flush(at);
        begin_content();
        out_.raw(SafeHtml::trusted(text.substr(at, size)));  // one character, named: cannot be markup
        begin = at + size;
      }
    } else {
      flush(at);
      size = text.substr(at).starts_with("\r\n") ? 2 : 1;
      if (text[at] == '\n' || text[at] == '\r') ++line_ends_;
      begin = at + size;
    }
    at += std::max<std::size_t>(size, 1);
  }
  flush(text.size());
}

void Writer::plain(std::string_view text) {
  if (text.empty()) return;
  begin_content();
  out_.text(text);
}

void Writer::begin_content() {
  write_line_ends();
  paragraph_is_empty_ = false;
}

void Writer::write_line_ends() {
  const auto line_ends = std::exchange(line_ends_, 0);
  if (paragraph_is_empty_ || line_ends == 0) return;
  if (line_ends == 1) return out_.raw("\n<br />"_html);
  close_down_to(0);
  out_.raw("</p>\n\n<p>"_html);
  paragraph_is_empty_ = true;
}

void Writer::start_tag(const detail::HtmlToken& tag) {
  const bool is_void = contains(kVoidTags, tag.name);
  const auto index = index_in(kTags, tag.name);
  if (!is_void && (index == kTags.size() || open_.size() == kDeepest)) return;
  begin_content();
  out_.raw("<"_html);
  out_.text(tag.name);
  attributes(tag);
  out_.raw(is_void ? " />"_html : ">"_html);
  if (!is_void) open_.push_back(kTags[index]);
}

void Writer::attributes(const detail::HtmlToken& tag) {
  std::array<bool, kAttributes.size()> seen{};
  for (const auto& [name, value, quotes] : tag.attributes) {
    const auto index = index_in(kAttributes, name);
    if (index == kAttributes.size() || std::exchange(seen[index], true)) continue;  // the first of a name counts
    if (syntax::holds_url(name) && !is_safe_url(value)) continue;
    out_.raw(" "_html);
    out_.text(name);
    out_.raw("=\""_html);
    out_.text(value);
    out_.raw("\""_html);
  }
}

void Writer::end_tag(std::string_view name) {
  const auto found = std::find(open_.rbegin(), open_.rend(), name);
  if (found == open_.rend()) return;
  close_down_to(static_cast<std::size_t>(open_.rend() - found) - 1);
}

void Writer::close_down_to(std::size_t depth) {
  for (; open_.size() > depth; open_.pop_back()) {
    out_.raw("</"_html);
    out_.text(open_.back());
    out_.raw(">"_html);
  }
}

class Sanitizer {
 public:
  Sanitizer(std::string_view text, Buffer& out) : tokens_(text), writer_(out) {}

  void run() {
    detail::HtmlToken token;
    while (tokens_.next(token)) take(token);
    writer_.finish();
  }

 private:
  void take(const detail::HtmlToken& token) {
    using Kind = detail::HtmlToken::Kind;
    if (!dropping_until_.empty()) {
      if (token.kind == Kind::kEndTag && token.name == dropping_until_) dropping_until_.clear();
      return;
    }
    if (token.kind == Kind::kText || token.kind == Kind::kUnclosed) return writer_.text(token.source);
    if (token.kind == Kind::kStartTag && contains(kDroppedWithContent, token.name)) {
      if (!token.source.ends_with("/>")) dropping_until_ = token.name;
    } else if (token.name == "p") {
      writer_.end_paragraph();
    } else if (token.kind == Kind::kStartTag) {
      writer_.start_tag(token);
    } else if (token.kind == Kind::kEndTag) {
      writer_.end_tag(token.name);
    }
  }

  detail::HtmlTokenizer tokens_;
  Writer writer_;
  std::string dropping_until_;
};

}  // namespace

SafeHtml paragraphs(std::string_view text) {
  Buffer out(text.size() + text.size() / 16 + 64);
  Sanitizer(text, out).run();
  return std::move(out).html();
}

}  // namespace monolite::view
