#include <chrono>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/view/helpers.h>
#include <monolite/view/testing.h>

namespace monolite::view {
namespace {

using ::testing::IsEmpty;

std::string formatted(std::string_view text) { return paragraphs(text).str(); }

struct Case {
  std::string_view text;
  std::string_view html;
};

void expect_all(std::initializer_list<Case> table) {
  for (const auto& [text, html] : table) {
    EXPECT_EQ(formatted(text), html) << text;
    EXPECT_THAT(testing::breakouts(html), IsEmpty());
  }
}

TEST(Paragraphs, FollowBlankLinesAndLineEnds) {
  expect_all({
      {"", "<p></p>"},
      {"one", "<p>one</p>"},
      {"one\ntwo", "<p>one\n<br />two</p>"},
      {"one\n\ntwo", "<p>one</p>\n\n<p>two</p>"},
      {"one\r\n\r\n\r\ntwo\rthree\r\n", "<p>one</p>\n\n<p>two\n<br />three</p>"},
      {"\n\none\n\n\n", "<p>one</p>"},
      {"\n", "<p></p>"},
  });
}

TEST(Paragraphs, EscapeTextAndKeepReferences) {
  expect_all({
      {"a < b & c > d", "<p>a &lt; b &amp; c &gt; d</p>"},
      {"I <3 \"you\"", "<p>I &lt;3 &quot;you&quot;</p>"},
      {"&amp; &lt;script&gt; &copy; &#8364; &#x20ac; &x y;",
       "<p>&amp; &lt;script&gt; &copy; &#8364; &#x20ac; &amp;x y;</p>"},
      {"x <", "<p>x &lt;</p>"},
      {"x </", "<p>x &lt;/</p>"},
      {"100% & more &", "<p>100% &amp; more &amp;</p>"},
  });
}

TEST(Paragraphs, KeepHarmlessMarkup) {
  expect_all({
      {"<b>bold</b> <em>and</em> <code>x < y</code>", "<p><b>bold</b> <em>and</em> <code>x &lt; y</code></p>"},
      {"<STRONG>x</Strong>", "<p><strong>x</strong></p>"},
      {"<a href='/x?a=1&amp;b=2' title=t>l</a>", "<p><a href=\"/x?a=1&amp;b=2\" title=\"t\">l</a></p>"},
      {"<a href=https://example.com/>l</a>", "<p><a href=\"https://example.com/\">l</a></p>"},
      {"<img src=\"/i.png\" alt=\"a>b\">", "<p><img src=\"/i.png\" alt=\"a&gt;b\" /></p>"},
      {"a<br>b<br/>c<hr>", "<p>a<br />b<br />c<hr /></p>"},
      {"<ul><li>1<li>2</ul>", "<p><ul><li>1<li>2</li></li></ul></p>"},
      {"<p>one</p><p>two</p>", "<p>one</p>\n\n<p>two</p>"},
  });
}

TEST(Paragraphs, CloseWhatIsOpenAndIgnoreWhatIsNot) {
  expect_all({
      {"<b>bold", "<p><b>bold</b></p>"},
      {"<b><i>x</b>y</i>", "<p><b><i>x</i></b>y</p>"},
      {"</b></p></div>x", "<p>x</p>"},
      {"<b>one\n\ntwo</b>", "<p><b>one</b></p>\n\n<p>two</p>"},
      {"<b>one\ntwo</b>", "<p><b>one\n<br />two</b></p>"},
  });
}

TEST(Paragraphs, DropScriptsAndTheirKindWithTheirContent) {
  expect_all({
      {"a<script>alert('</b>')</script>b", "<p>ab</p>"},
      {"a<SCRIPT\nsrc=//x></ScRiPt\t>b", "<p>ab</p>"},
      {"<style>p{color:red}</style>x", "<p>x</p>"},
      {"<script>alert(1)", "<p></p>"},
      {"a<script>1\n\n2</script>b", "<p>ab</p>"},
      {"<scr<script>ipt>alert(1)</scr</script>ipt>", "<p>ipt&gt;alert(1)ipt&gt;</p>"},
      {"<<script>alert(1)</script>", "<p>&lt;</p>"},
      {"<svg><style><img src=x onerror=alert(1)></style></svg>x", "<p>x</p>"},
      {"<svg/>kept", "<p>kept</p>"},
      {"<math><mtext></p><script>x</script></math>y", "<p>y</p>"},
      {"<iframe src=javascript:x>i</iframe>y", "<p>y</p>"},
      {"<textarea></script><b>x</textarea>y", "<p>y</p>"},
      {"<plaintext>all <b>of it", "<p></p>"},
      {"<!-- <b> -->x<!-->y<!--->z<!doctype html><?php x ?>", "<p>xyz</p>"},
      {"<!--[if IE]><script>x</script><![endif]-->x", "<p>x</p>"},
      {"<form action=/x><input name=a><button>b</button></form>", "<p>b</p>"},
      {"<object data=x><b>y</b></object>z", "<p>z</p>"},
      {"<base href=//evil><link rel=stylesheet href=//x><meta http-equiv=refresh>x", "<p>x</p>"},
  });
}

TEST(Paragraphs, DropHandlersStylesAndUnknownAttributes) {
  expect_all({
      {"<b onclick=\"alert(1)\" ONMOUSEOVER=x style='x' class=c id=i>x</b>", "<p><b>x</b></p>"},
      {"<img src=x onerror=alert(1)>", "<p><img src=\"x\" /></p>"},
      {"<img/src=x/onerror=alert(1)>", "<p><img src=\"x/onerror=alert(1)\" /></p>"},
      {"<b/onclick=x/title=t>x</b>", "<p><b>x</b></p>"},
      {"<a title=\"x\" title=\"y\">l</a>", "<p><a title=\"x\">l</a></p>"},
      {"<a =x href=/y>l</a>", "<p><a href=\"/y\">l</a></p>"},
      {"<b title='\"><script>x</script>'>x</b>", "<p><b title=\"&quot;&gt;&lt;script&gt;x&lt;/script&gt;\">x</b></p>"},
      {"<b title=`\"onclick=x`>x</b>", "<p><b title=\"`&quot;onclick=x`\">x</b></p>"},
  });
}

TEST(Paragraphs, DropUrlsThatRunCodeHoweverTheyAreWritten) {
  using namespace std::string_literals;
  for (const std::string& url : {
           "javascript:alert(1)"s,
           "JAVASCRIPT:alert(1)"s,
           "java&#115;cript:alert(1)"s,
           "java&#x73;cript:alert(1)"s,
           "java&#0000115cript:alert(1)"s,
           "&#106&#97&#118&#97&#115&#99&#114&#105&#112&#116&#58&#97"s,
           "javascript&colon;alert(1)"s,
           "javascript&#58;alert(1)"s,
           "java&Tab;script:alert(1)"s,
           "java&NewLine;script:alert(1)"s,
           "java\tscript:alert(1)"s,
           "java\nscript:alert(1)"s,
           " &#14; javascript:alert(1)"s,
           "\x01javascript:alert(1)"s,
           "java\0script:alert(1)"s,
           "data:text/html;base64,PHNjcmlwdD4="s,
           "vbscript:x"s,
       }) {
    EXPECT_EQ(formatted("<a href=\"" + url + "\">l</a>"), "<p><a>l</a></p>") << url;
    EXPECT_EQ(formatted("<img src='" + url + "' alt=x>"), "<p><img alt=\"x\" /></p>") << url;
  }
  EXPECT_EQ(formatted("<a href=jav&#97script:x>l</a>"), "<p><a>l</a></p>");
}

TEST(Paragraphs, ShowMarkupThatDoesNotEndAsText) {
  expect_all({
      {"a <b and no end", "<p>a &lt;b and no end</p>"},
      {"<a href=\"x>y</a>", "<p>&lt;a href=&quot;x&gt;y&lt;/a&gt;</p>"},
      {"<!-- no end <b>x</b>", "<p>&lt;!-- no end &lt;b&gt;x&lt;/b&gt;</p>"},
  });
}

TEST(Paragraphs, DropControlCharacters) {
  using namespace std::string_view_literals;
  EXPECT_EQ(formatted("a\0b\x01\x1F\x7F\tc\f"sv), "<p>ab\tc</p>");
  EXPECT_EQ(formatted("<\0script>x</script>"sv), "<p>&lt;script&gt;x</p>");
  EXPECT_EQ(formatted("<b\0>x</b\0>"sv), "<p>x</p>");
}

TEST(Paragraphs, BoundTheDepthOfMarkup) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "<b>";
  const auto html = formatted(text + "x");
  EXPECT_EQ(html.size(), 3 + 32 * 3 + 1 + 32 * 4 + 4U);
}

TEST(Paragraphs, LetNothingHostileOut) {
  EXPECT_THAT(testing::breakouts(formatted(testing::kHostile)), IsEmpty());
  for (const std::string before : {"<b>", "<a href=\"", "<img src=x alt='", "<!--", "<svg>", "<b title=", "</", "&"}) {
    const auto html = formatted(before + std::string(testing::kHostile));
    EXPECT_THAT(testing::breakouts(html), IsEmpty()) << html;
  }
}

// Pieces that parsers stumble over, in random order: what comes out must hold no more than the tables allow, whatever
// went in, and formatting it must be possible again.
TEST(Paragraphs, LetNothingOutOfRandomBrokenMarkup) {
  constexpr std::string_view kPieces[] = {"<",
                                          ">",
                                          "</",
                                          "/>",
                                          "<!--",
                                          "-->",
                                          "<!",
                                          "\"",
                                          "'",
                                          "`",
                                          "=",
                                          " ",
                                          "\n\n",
                                          "\t",
                                          "&",
                                          "&#",
                                          "&#60;",
                                          "&lt;",
                                          ";",
                                          "<script",
                                          "</script",
                                          "<style>",
                                          "</style>",
                                          "<svg",
                                          "<math>",
                                          "<a href=",
                                          "javascript:mlhostile()",
                                          "<b",
                                          " onclick=mlhostile()",
                                          " onerror=\"mlhostile()\"",
                                          "<img src=",
                                          "<mlhostile",
                                          "</b>",
                                          "<p>",
                                          "<textarea>",
                                          "</textarea>",
                                          "<title>",
                                          "<noscript>",
                                          "<plaintext",
                                          "mlhostile",
                                          "\xC3\xA4",
                                          "\x01",
                                          "x"};
  constexpr unsigned kSeed = 1;
  std::mt19937 random(kSeed);
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (unsigned i = 0, count = random() % 16; i < count; ++i) text += kPieces[random() % std::size(kPieces)];
    const auto html = formatted(text);
    ASSERT_THAT(testing::breakouts(html), IsEmpty()) << text << "\n" << html;
    ASSERT_EQ(html.find("<script"), std::string::npos) << text;
    ASSERT_THAT(testing::breakouts(formatted(html)), IsEmpty()) << text;
  }
}

// Would take minutes if any of these were read in quadratic time.
TEST(Paragraphs, ReadLongHostileTextsInLinearTime) {
  for (const std::string piece : {"<", "<a", "<a ", "<!--", "</script", "<script>", "<b>", "</b>", "&", "&#", "<a b='",
                                  "\n", "\n\n", "<b>\n\n", "<a href=x", "--", "<svg>"}) {
    std::string text;
    while (text.size() < 400'000) text += piece;
    EXPECT_LT(formatted(text).size(), text.size() * 12) << piece;
  }
}

}  // namespace
}  // namespace monolite::view
