#include <algorithm>

#include <monolite/view/detail/html_tokenizer.h>
#include <monolite/view/helpers.h>
#include <monolite/view/html_syntax.h>
#include <monolite/view/testing.h>

namespace monolite::view::testing {

namespace {

using detail::HtmlAttribute;
using detail::HtmlToken;

constexpr std::string_view kMarker = "mlhostile";

bool marked(std::string_view text) { return text.find(kMarker) != std::string_view::npos; }

class Inspector {
 public:
  explicit Inspector(std::string_view html) : html_(html) {}

  std::vector<std::string> run() {
    detail::HtmlTokenizer tokens(html_);
    HtmlToken token;
    while (tokens.next(token)) inspect(token);
    return std::move(found_);
  }

 private:
  void inspect(const HtmlToken& token) {
    switch (token.kind) {
      case HtmlToken::Kind::kStartTag:
        element_ = token.name;
        if (marked(token.name)) report(token, "an element of its own");
        for (const auto& attribute : token.attributes) inspect(token, attribute);
        return;
      case HtmlToken::Kind::kEndTag:
        if (marked(token.name)) report(token, "an end tag of its own");
        return;
      case HtmlToken::Kind::kRawText:
        if (marked(token.source) && element_ != "textarea" && element_ != "title") {
          report(token, "text in <" + element_ + ">");
        }
        return;
      case HtmlToken::Kind::kComment:
        // The page's own comments may quote it; its own begins with its name.
        if (token.source.starts_with("<!--" + std::string(kMarker))) report(token, "a comment of its own");
        return;
      case HtmlToken::Kind::kUnclosed:
        report(token, "markup that does not end");
        return;
      case HtmlToken::Kind::kText:
        return;
    }
  }

  void inspect(const HtmlToken& tag, const HtmlAttribute& attribute) {
    const auto& [name, value, quotes] = attribute;
    if (marked(name)) report(tag, "an attribute of its own");
    if (syntax::holds_url(name) && !is_safe_url(value)) report(tag, "an unsafe URL in " + name);
    if (!marked(value)) return;
    if (syntax::runs_its_value(name)) report(tag, "code in " + name);
    if (quotes == HtmlAttribute::Quotes::kNone) report(tag, "the unquoted value of " + name);
  }

  void report(const HtmlToken& token, const std::string& what) {
    constexpr std::size_t kShown = 160;
    const auto offset = token.source.data() - html_.data();
    const auto line = 1 + std::count(html_.begin(), html_.begin() + offset, '\n');
    found_.push_back("line " + std::to_string(line) + ": " + what + ": " + std::string(token.source.substr(0, kShown)));
  }

  std::string_view html_;
  std::string element_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> breakouts(std::string_view html) { return Inspector(html).run(); }

}  // namespace monolite::view::testing
