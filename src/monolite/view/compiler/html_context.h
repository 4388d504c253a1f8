#pragma once

#include <string>
#include <string_view>

namespace monolite::view::compiler {

/// Follows the HTML of a template, from its beginning and as if every branch were taken, to know where a placeholder
/// stands. Not a validator: HTML that it does not understand is read as text.
class HtmlContext {
 public:
  enum class Slot {
    kPlain,     ///< text, a comment, or a quoted attribute: escaping is enough
    kUrlStart,  ///< the beginning of a quoted attribute that holds a URL
    kUnquoted,  ///< `name=<%= … %>`: a space in the value would begin another attribute
    kInTag,     ///< in a tag, outside of a value
    kScript,    ///< in the content of `<script>` or `<style>`
    kRunValue,  ///< in an attribute whose value is run: `onclick="…"`, `srcdoc="…"`
  };

  void feed(std::string_view html) {
    for (const char c : html) step(c);
  }
  /// Where a placeholder would stand that follows what was fed.
  Slot slot() const;
  /// Tells that one stands here.
  void placeholder();
  /// The attribute or element the slot belongs to, for messages.
  const std::string& name() const { return in_tag() ? attribute_ : tag_; }

 private:
  enum class State {
    kText,
    kTagOpen,
    kMarkup,
    kComment,
    kTagName,
    kBetween,
    kAttributeName,
    kAfterName,
    kBeforeValue,
    kBare,
    kDoubleQuoted,
    kSingleQuoted,
    kRawText,
  };
  enum class Side { kStart, kEnd };

  void step(char c);
  void step_tag_open(char c);
  void step_markup(char c);
  void step_tag_name(char c);
  void step_between(char c);
  void step_attribute_name(char c);
  void step_before_value(char c);
  void step_quoted(char c, char quote);
  void step_raw_text(char c);
  void end_tag();
  bool in_tag() const { return state_ >= State::kBetween && state_ <= State::kSingleQuoted; }

  State state_ = State::kText;
  Side side_ = Side::kStart;
  bool value_begun_ = false;
  std::string tag_;
  std::string attribute_;
  std::string tail_;  // the last characters, where their sequence matters
};

}  // namespace monolite::view::compiler
