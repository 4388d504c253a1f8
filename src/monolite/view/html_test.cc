#include <array>
#include <cstdint>
#include <memory>
#include <random>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/view/detail/escape.h>
#include <monolite/view/helpers.h>
#include <monolite/view/html.h>

namespace outside {

struct Point {
  int x = 0;
  int y = 0;
};
void to_html(monolite::view::Buffer& out, const Point& point) {
  out.append(point.x);
  out.raw(monolite::view::operator""_html("&times;", 7));
  out.append(point.y);
}

}  // namespace outside

namespace monolite::view {
namespace {

template <class T>
std::string written(T&& value) {
  Buffer out;
  out.append(std::forward<T>(value));
  return std::move(out).html().str();
}

std::string written_url(std::string_view url) {
  Buffer out;
  out.append_url(url);
  return std::move(out).html().str();
}

// The specification of escaping, one byte at a time.
std::string naive_escape(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '&') {
      result += "&amp;";
    } else if (c == '<') {
      result += "&lt;";
    } else if (c == '>') {
      result += "&gt;";
    } else if (c == '"') {
      result += "&quot;";
    } else if (c == '\'') {
      result += "&#39;";
    } else {
      result += c;
    }
  }
  return result;
}

TEST(Escape, TurnsTheFiveCharactersIntoReferencesAndNothingElse) {
  for (int c = 0; c < 256; ++c) {
    const std::string text(1, static_cast<char>(c));
    EXPECT_EQ(written(text), naive_escape(text)) << "byte " << c;
  }
  EXPECT_EQ(written("<a href=\"x\" title='y'>R&D</a>"),
            "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;R&amp;D&lt;/a&gt;");
}

TEST(Escape, EscapesWhatIsEscapedAlready) { EXPECT_EQ(written("&amp;"), "&amp;amp;"); }

// The text lies in a block of exactly its size, so that a read beyond it is caught by the address sanitizer.
class RandomText {
 public:
  RandomText(std::mt19937& random, std::size_t size, std::size_t offset, unsigned special_per_mille)
      : size_(size), offset_(offset), bytes_(new char[size + offset]) {
    constexpr std::string_view kSpecial = "&<>\"'%='?;\x26\x3c";
    for (std::size_t i = 0; i < size; ++i) {
      bytes_[offset + i] = random() % 1000 < special_per_mille ? kSpecial[random() % kSpecial.size()]
                                                               : static_cast<char>(random() & 0xFFU);
    }
  }
  std::string_view view() const { return {bytes_.get() + offset_, size_}; }

 private:
  std::size_t size_;
  std::size_t offset_;
  std::unique_ptr<char[]> bytes_;
};

TEST(Escape, AgreesWithTheNaiveFormOnRandomBytesAtEveryAlignment) {
  constexpr unsigned kSeed = 20261120;
  std::mt19937 random(kSeed);
  for (std::size_t size = 0; size <= 80; ++size) {
    for (std::size_t offset = 0; offset < 17; ++offset) {
      for (const unsigned special : {0U, 30U, 500U}) {
        const RandomText text(random, size, offset, special);
        ASSERT_EQ(written(text.view()), naive_escape(text.view())) << "size " << size << ", offset " << offset;
      }
    }
  }
}

TEST(Escape, FindsTheFirstSpecialByteAtEveryPlace) {
  for (std::size_t size = 1; size <= 70; ++size) {
    for (std::size_t place = 0; place < size; ++place) {
      std::string text(size, 'x');
      text[place] = '<';
      std::string room(size, '\0');
      EXPECT_EQ(detail::copy_plain(text.data(), size, room.data()), place) << "size " << size;
      EXPECT_EQ(detail::copy_plain_bytewise(text.data(), size, room.data()), place) << "size " << size;
      EXPECT_EQ(room.substr(0, place), text.substr(0, place));
    }
  }
}

TEST(Escape, HoldsForLongTexts) {
  std::mt19937 random(7);
  for (const std::size_t size : {1000U, 100'000U}) {
    const RandomText text(random, size, 0, 200);
    EXPECT_EQ(written(text.view()), naive_escape(text.view()));
  }
}

TEST(Buffer, PrintsNumbersInDecimalDigits) {
  EXPECT_EQ(written(0), "0");
  EXPECT_EQ(written(INT64_MIN), "-9223372036854775808");
  EXPECT_EQ(written(UINT64_MAX), "18446744073709551615");
  EXPECT_EQ(written(std::uint8_t{65}), "65");
  EXPECT_EQ(written(0.1), "0.1");
  EXPECT_EQ(written(1.5F), "1.5");
  EXPECT_EQ(written(-2.0L), "-2");
  EXPECT_EQ(written(1e300), "1e+300");
}

TEST(Buffer, PrintsACharAsACharacter) {
  EXPECT_EQ(written('x'), "x");
  EXPECT_EQ(written('<'), "&lt;");
}

TEST(Buffer, PrintsAnOptionalAsItsValueOrAsNothing) {
  EXPECT_EQ(written(std::optional<std::string>("<b>")), "&lt;b&gt;");
  EXPECT_EQ(written(std::optional<std::string>()), "");
  EXPECT_EQ(written(std::optional<int>(0)), "0");
  EXPECT_EQ(written(std::optional<SafeHtml>("<b>"_html)), "<b>");
}

TEST(Buffer, PrintsSafeHtmlAsItIs) {
  EXPECT_EQ(written("<br>"_html), "<br>");
  EXPECT_EQ(written(SafeHtml::trusted("<i>")), "<i>");
}

TEST(Buffer, PrintsTypesThatWriteThemselves) {
  EXPECT_EQ(written(outside::Point{3, 4}), "3&times;4");
  EXPECT_EQ(written(std::optional(outside::Point{1, 2})), "1&times;2");
}

struct Opaque {};
enum Color { kRed };

TEST(Buffer, RefusesAtCompileTimeWhatHasNoText) {
  static_assert(!Printable<bool> && !Printable<bool&> && !Printable<std::optional<bool>>);
  static_assert(!Printable<Opaque> && !Printable<Color> && !Printable<int*> && !Printable<wchar_t> &&
                !Printable<char32_t>);
  static_assert(Printable<std::string> && Printable<const char*> && Printable<std::string_view&> && Printable<long>);
  static_assert(AlreadyHtml<const SafeHtml&> && AlreadyHtml<HtmlLiteral> && !AlreadyHtml<std::string>);
  static_assert(Printable<Link> && !Printable<Link&> && !Printable<const Link&>, "a kept Link would borrow the dead");
  static_assert(!std::is_constructible_v<SafeHtml, std::string> && !std::is_constructible_v<SafeHtml, const char*>);
  static_assert(!PrintableInUrl<outside::Point>);
}

TEST(Buffer, ReplacesUnsafeUrls) {
  EXPECT_EQ(written_url("/posts?a=1&b=2"), "/posts?a=1&amp;b=2");
  EXPECT_EQ(written_url("javascript:alert(1)"), "#unsafe-url");
  Buffer out;
  out.append_url(std::optional<std::string>("data:text/html,x"));
  out.append_url(std::optional<std::string>());
  out.append_url(7);
  EXPECT_EQ(std::move(out).html().view(), "#unsafe-url7");
}

TEST(Buffer, GrowsAsNeeded) {
  Buffer out(10);
  std::string expected;
  for (int i = 0; i < 20'000; ++i) {
    out.append(i);
    out.raw("<br>"_html);
    expected += std::to_string(i) + "<br>";
  }
  EXPECT_EQ(out.size(), expected.size());
  EXPECT_EQ(std::move(out).html().view(), expected);
}

TEST(Buffer, DivertsOutputIntoNamedBlocks) {
  Buffer out;
  out.append("before ");
  {
    const auto aside = out.content_for("aside");
    out.append("<1>");
    {
      const auto deep = out.content_for("deep");
      out.append("2");
    }
    out.append("3");
  }
  out.content_for("aside", 4);
  out.append("after");
  EXPECT_EQ(out.size(), 12U);
  EXPECT_EQ(out.take_body().view(), "before after");
  const auto blocks = out.take_blocks();
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_EQ(blocks[0].name, "aside");
  EXPECT_EQ(blocks[0].html.view(), "&lt;1&gt;34");
  EXPECT_EQ(blocks[1].html.view(), "2");
}

TEST(Buffer, KeepsLongOutputAroundABlock) {
  Buffer out;
  const std::string long_text(5000, 'x');
  out.append(long_text);
  out.content_for("block", long_text);
  out.append(long_text);
  EXPECT_EQ(out.take_body().view(), long_text + long_text);
  EXPECT_EQ(out.take_blocks().at(0).html.view(), long_text);
}

TEST(Buffer, RefusesABlockInsideItself) {
  Buffer out;
  const auto block = out.content_for("a");
  const auto inner = out.content_for("b");
  EXPECT_THROW(out.content_for("a", 1), std::logic_error);
}

TEST(Buffer, RefusesToLoseBlocks) {
  Buffer out;
  out.content_for("title", "x");
  EXPECT_THROW(std::move(out).html(), std::logic_error);
}

TEST(Buffer, RefusesToEndWhileABlockIsOpen) {
  Buffer out;
  const auto block = out.content_for("title");
  EXPECT_THROW(out.take_body(), std::logic_error);
}

TEST(Buffer, ClosesABlockWhenAnExceptionPasses) {
  Buffer out;
  out.append("a");
  try {
    const auto block = out.content_for("title");
    out.append("lost in the block");
    throw std::runtime_error("from a template");
  } catch (const std::runtime_error&) {
    out.append("b");
  }
  EXPECT_EQ(out.take_body().view(), "ab");
}

TEST(SizeHint, LearnsTheLastSizeButNotAHugeOne) {
  SizeHint hint;
  EXPECT_EQ(hint.expected(), 0U);
  hint.learn(8000);
  EXPECT_EQ(hint.expected(), 9000U);
  hint.learn(10'000'000);
  EXPECT_EQ(hint.expected(), 96U * 1024);
}

}  // namespace
}  // namespace monolite::view
