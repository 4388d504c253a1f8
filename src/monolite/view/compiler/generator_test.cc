#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/view/compiler/generator.h>

namespace monolite::view::compiler {
namespace {

using ::testing::HasSubstr;

const std::string kGolden = GOLDEN_DIR;

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  std::ostringstream content;
  content << file.rdbuf();
  return std::move(content).str();
}

Generated generated(std::string_view source, std::string_view path = "posts/x.html.ecpp") {
  return generate(parse_template(source), name_template(path, "blog::views", "views"), "views/" + std::string(path));
}

class GoldenSource : public ::testing::TestWithParam<std::string> {};

// A changed generator shows its effect here, as a diff to review.
TEST_P(GoldenSource, IsAsExpected) {
  const auto path = GetParam() + ".html.ecpp";
  const auto result = generated(content_of(kGolden + "/views/" + path), path);
  EXPECT_EQ(result.header, content_of(kGolden + "/expected/" + GetParam() + ".h.txt"));
  EXPECT_EQ(result.source, content_of(kGolden + "/expected/" + GetParam() + ".cc.txt"));
}

INSTANTIATE_TEST_SUITE_P(Templates, GoldenSource,
                         ::testing::Values("home", "layouts/application", "posts/_post", "posts/index", "posts/new",
                                           "syntax/places", "syntax/tags"),
                         [](const auto& instance) {
                           auto name = instance.param;
                           std::replace(name.begin(), name.end(), '/', '_');
                           return name;
                         });

struct Refused {
  std::string_view source;
  std::string_view line;
};

TEST(Generator, ReportsMistakesWithPlaceAndHint) {
  const Refused table[] = {
      {"<p>",
       "v:1:1: error: the template does not say its parameters (begin it with <%@ args(const Post& post) %>, or "
       "<%@ args() %> for none)"},
      {"<%@ args() %>\n a <% b",
       "v:2:4: error: a tag that begins here does not end (close it with %>, or write <%% for a "
       "literal <%)"},
      {"<%@ args() %>\n<%@ arguments() %>",
       "v:2:5: error: unknown directive 'arguments' (write <%@ args(…) %>, <%@ "
       "include <…> %> or <%@ using … %>)"},
      {"<%@ args() %>\n<%@ args(int a) %>",
       "v:2:5: error: args for the second time (a template has one list of parameters)"},
      {"<%@ args %>", "v:1:9: error: args without its parentheses (write <%@ args(const Post& post) %>)"},
      {"<%@ args(int) %>", "v:1:10: error: a parameter without a name: int (write the type and then a name)"},
      {"<%@ include posts.h %>", "v:1:13: error: include without a file (write <%@ include <lorem_news/posts.h> %>)"},
      {"<%@ using a; b %>", "v:1:11: error: using without one name (write <%@ using namespace lorem_news::formats %>)"},
      {"<%@ args() %>x<%= %>",
       "v:1:15: error: an empty tag (write an expression between the marks, or remove the tag)"},
      {"<%@ args() %>x<%- y %>",
       "v:1:15: error: unknown tag <%- (write <%: a line that holds only code tags leaves nothing behind, its "
       "indentation included)"},
  };
  for (const auto& [source, line] : table) {
    try {
      generated(source);
      ADD_FAILURE() << "taken: " << source;
    } catch (const TemplateError& error) {
      EXPECT_EQ(error.line_for("v"), line);
    }
  }
}

TEST(Generator, RefusesPlaceholdersThatEscapingDoesNotProtect) {
  const Refused table[] = {
      {"<p title=<%= x %>>",
       "v:1:23: error: a placeholder as the unquoted value of title (put quotes around it: a space "
       "in the value would begin another attribute)"},
      {"<script>a = <%= x %></script>",
       "v:1:26: error: a placeholder inside a script or style, where escaping does not help (put the value into a "
       "data- "
       "attribute and read it from there, or give SafeHtml to <%== … %>)"},
      {"<p onclick=\"f('<%= x %>')\">",
       "v:1:29: error: a placeholder inside onclick, whose value is run (put the value into a data- attribute and read "
       "it in a script)"},
      {"<p <%= x %>>",
       "v:1:17: error: a placeholder in a tag, outside of a quoted value (write attributes with <% if (…) "
       "{ %> checked<% } %>, or give SafeHtml to <%== … %>)"},
  };
  for (const auto& [source, line] : table) {
    try {
      generated("<%@ args() %>" + std::string(source));
      ADD_FAILURE() << "taken: " << source;
    } catch (const TemplateError& error) {
      EXPECT_EQ(error.line_for("v"), line);
    }
  }
}

TEST(Generator, TakesSafeHtmlInThosePlaces) {
  for (const std::string_view source : {"<script><%== x %></script>", "<p <%== x %>>", "<p title=<%== x %>>"}) {
    EXPECT_THAT(generated("<%@ args() %>" + std::string(source)).source, HasSubstr("out.raw(")) << source;
  }
}

TEST(Generator, WritesNeighbouringTextAtOnce) {
  EXPECT_THAT(generated("<%@ args() %>a<%# x %>b<%@ include <c> %>c<%% d").source,
              HasSubstr("  out.raw(\"abc<% d\"_html);"));
}

TEST(Generator, WritesAwkwardTextAsALiteral) {
  const std::string source =
      std::string("<%@ args() %>") + "\\ \" \t\r ?" + "?= \x01" + "1 ä " + std::string(1, '\0') + "7";
  EXPECT_THAT(generated(source).source, HasSubstr("out.raw(\"\\\\ \\\" \\011\\015 ?\\?= \\0011 ä \\0007\"_html);"));
}

TEST(Generator, QuotesTheFileName) {
  const auto parsed = parse_template("<%@ args(int a) %>");
  const auto result = generate(parsed, name_template("x.html.ecpp", "v", "v"), "a \"b\"\\c");
  EXPECT_THAT(result.source, HasSubstr("#line 1 \"a \\\"b\\\"\\\\c\"\n"));
}

}  // namespace
}  // namespace monolite::view::compiler
