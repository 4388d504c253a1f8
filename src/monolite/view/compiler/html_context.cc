#include <monolite/view/compiler/html_context.h>
#include <monolite/view/html_syntax.h>

namespace monolite::view::compiler {

using syntax::is_space;

HtmlContext::Slot HtmlContext::slot() const {
  switch (state_) {
    case State::kText:
    case State::kComment:
      return Slot::kPlain;
    case State::kRawText:
      return tag_ == "script" || tag_ == "style" ? Slot::kScript : Slot::kPlain;
    case State::kDoubleQuoted:
    case State::kSingleQuoted:
      if (syntax::runs_its_value(attribute_)) return Slot::kRunValue;
      return syntax::holds_url(attribute_) && !value_begun_ ? Slot::kUrlStart : Slot::kPlain;
    case State::kBeforeValue:
    case State::kBare:
      return Slot::kUnquoted;
    case State::kTagOpen:
    case State::kMarkup:
    case State::kTagName:
    case State::kBetween:
    case State::kAttributeName:
    case State::kAfterName:
      break;
  }
  return Slot::kInTag;
}

void HtmlContext::placeholder() {
  // Its text belongs to what it stands in. In a URL the next placeholder may still be the beginning: this one may be
  // empty, or in the other branch of an `if`.
  if (state_ == State::kBeforeValue) state_ = State::kBare;
  if (state_ == State::kTagOpen) state_ = State::kTagName;
}

void HtmlContext::step(char c) {
  switch (state_) {
    case State::kText:
      if (c == '<') state_ = State::kTagOpen;
      if (c == '<') side_ = Side::kStart;
      return;
    case State::kTagOpen:
      return step_tag_open(c);
    case State::kMarkup:
    case State::kComment:
      return step_markup(c);
    case State::kTagName:
      return step_tag_name(c);
    case State::kBetween:
      return step_between(c);
    case State::kAttributeName:
    case State::kAfterName:
      return step_attribute_name(c);
    case State::kBeforeValue:
      return step_before_value(c);
    case State::kBare:
      if (is_space(c)) state_ = State::kBetween;
      if (c == '>') end_tag();
      return;
    case State::kDoubleQuoted:
      return step_quoted(c, '"');
    case State::kSingleQuoted:
      return step_quoted(c, '\'');
    case State::kRawText:
      return step_raw_text(c);
  }
}

void HtmlContext::step_tag_open(char c) {
  tail_.clear();
  if (syntax::is_letter(c)) {
    tag_.assign(1, syntax::lower(c));
    attribute_.clear();
    state_ = State::kTagName;
  } else if (c == '!' || c == '?') {
    state_ = State::kMarkup;
  } else if (c == '/' && side_ == Side::kStart) {
    side_ = Side::kEnd;
  } else if (c != '<') {
    state_ = State::kText;
  }
}

// Behind `<!`: a comment when two dashes follow, else a doctype or the like.
void HtmlContext::step_markup(char c) {
  tail_ += c;
  if (state_ == State::kMarkup) {
    if (tail_ == "--") state_ = State::kComment;
    if (c == '>') state_ = State::kText;
  } else if (tail_.ends_with("-->")) {
    state_ = State::kText;
  }
}

void HtmlContext::step_tag_name(char c) {
  if (c == '>') return end_tag();
  if (is_space(c) || c == '/') {
    state_ = State::kBetween;
  } else {
    tag_ += syntax::lower(c);
  }
}

void HtmlContext::step_between(char c) {
  if (c == '>') return end_tag();
  if (is_space(c) || c == '/') return;
  if (c == '<') {  // the other branch of an `if` begins the tag anew
    state_ = State::kTagOpen;
    side_ = Side::kStart;
    return;
  }
  attribute_.assign(1, syntax::lower(c));
  state_ = State::kAttributeName;
}

void HtmlContext::step_attribute_name(char c) {
  if (c == '>') return end_tag();
  if (c == '=') {
    state_ = State::kBeforeValue;
  } else if (c == '/') {
    state_ = State::kBetween;
  } else if (is_space(c)) {
    state_ = State::kAfterName;
  } else if (state_ == State::kAfterName) {
    step_between(c);
  } else {
    attribute_ += syntax::lower(c);
  }
}

void HtmlContext::step_before_value(char c) {
  if (is_space(c)) return;
  if (c == '>') return end_tag();
  value_begun_ = false;
  state_ = c == '"' ? State::kDoubleQuoted : c == '\'' ? State::kSingleQuoted : State::kBare;
}

void HtmlContext::step_quoted(char c, char quote) {
  if (c == quote) {
    state_ = State::kBetween;
    attribute_.clear();
  } else {
    value_begun_ = true;
  }
}

void HtmlContext::step_raw_text(char c) {
  tail_ += syntax::lower(c);
  if (!tail_.ends_with("</" + tag_)) return;
  side_ = Side::kEnd;
  state_ = State::kTagName;
}

void HtmlContext::end_tag() {
  const bool raw = side_ == Side::kStart && syntax::has_raw_text(tag_) && tag_ != "noscript";
  state_ = raw ? State::kRawText : State::kText;
  tail_.clear();
}

}  // namespace monolite::view::compiler
