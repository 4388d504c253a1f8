#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace monolite::view::detail {

struct HtmlAttribute {
  enum class Quotes { kNone, kSome };
  std::string name;   ///< lower case
  std::string value;  ///< character references decoded
  Quotes quotes = Quotes::kNone;
};

struct HtmlToken {
  enum class Kind {
    kText,      ///< `source`, with character references as they were
    kRawText,   ///< the content of script, style, textarea and their like: no markup inside
    kStartTag,  ///< `name` in lower case, and `attributes` in their order, doubles included
    kEndTag,
    kComment,   ///< also a doctype and everything else that begins with `<!`, `<?` or `</` and is no tag
    kUnclosed,  ///< from a `<` whose tag or comment does not end, to the end of the text
  };
  Kind kind = Kind::kText;
  std::string_view source;
  std::string name;
  std::vector<HtmlAttribute> attributes;
};

/// Cuts HTML into tokens as the tokenizer of the HTML standard does. Every byte of the text is in exactly one token.
/// Linear in the text's length. Lifetime: borrows the text; so do the tokens.
class HtmlTokenizer {
 public:
  explicit HtmlTokenizer(std::string_view html) : html_(html) {}

  /// Reads the next token; false at the end.
  bool next(HtmlToken& token);

 private:
  bool markup_begins_at(std::size_t at) const;
  void read_text(HtmlToken& token);
  void read_raw_text(HtmlToken& token);
  void read_markup(HtmlToken& token);
  std::size_t end_of_comment() const;
  std::size_t read_tag(HtmlToken& token) const;
  std::size_t read_attribute(std::size_t at, HtmlAttribute& attribute) const;
  std::size_t read_value(std::size_t at, HtmlAttribute& attribute) const;
  std::size_t skip(std::size_t at, bool (*wanted)(char)) const;
  void finish(HtmlToken& token, HtmlToken::Kind kind, std::size_t end);

  std::string_view html_;
  std::size_t at_ = 0;
  std::string raw_text_until_;  // the name whose end tag ends the raw text that begins at `at_`, or empty
};

/// `text` with its numeric character references and the common named ones decoded to UTF-8. Others stay as they are.
std::string decode_references(std::string_view text);

/// Bytes of the character reference at the beginning of `text`, semicolon included; 0 when none begins there.
std::size_t reference_size(std::string_view text) noexcept;

}  // namespace monolite::view::detail
