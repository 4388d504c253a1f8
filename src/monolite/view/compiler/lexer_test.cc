#include <gtest/gtest.h>

#include <monolite/view/compiler/lexer.h>

namespace monolite::view::compiler {
namespace {

// Tokens in short: text as it is, tags as [=…], [==…], […] and [@…].
std::string lexed(std::string_view source) {
  std::string result;
  for (const auto& token : lex(source)) {
    switch (token.kind) {
      case Token::Kind::kText:
        result += token.text;
        break;
      case Token::Kind::kEscaped:
        result += "[=" + token.text + "]";
        break;
      case Token::Kind::kRaw:
        result += "[==" + token.text + "]";
        break;
      case Token::Kind::kCode:
        result += "[" + token.text + "]";
        break;
      case Token::Kind::kDirective:
        result += "[@" + token.text + "]";
        break;
    }
  }
  return result;
}

struct Case {
  std::string_view source;
  std::string_view tokens;
};

void expect_all(std::initializer_list<Case> table) {
  for (const auto& [source, tokens] : table) EXPECT_EQ(lexed(source), tokens) << source;
}

TEST(Lexer, KnowsEveryTag) {
  expect_all({
      {"", ""},
      {"plain <b> % > text", "plain <b> % > text"},
      {"a<%= b %>c", "a[= b ]c"},
      {"a<%==b%>c", "a[==b]c"},
      {"a<% b; %>c", "a[ b; ]c"},
      {"a<%@ args() %>c", "a[@ args() ]c"},
      {"a<%# b %>c", "ac"},
      {"a<%% b %>c", "a<% b %>c"},
      {"a<%= \"%%>\" %>c", "a[= \"%>\" ]c"},
      {"\xEF\xBB\xBF"
       "a",
       "a"},
  });
}

TEST(Lexer, LeavesNothingOfLinesThatHoldOnlyCode) {
  expect_all({
      {"a\n  <% b %>  \nc", "a\n[ b ]c"},
      {"a\r\n\t<% b %>\r\nc", "a\r\n[ b ]c"},
      {"<%# x %>\n<%@ args() %>\nc\n", "[@ args() ]c\n"},
      {"a\n<% } %> <% if (x) { %>\nc", "a\n[ } ][ if (x) { ]c"},
      {"a\n  <%\n b\n c %>\nd", "a\n[\n b\n c ]d"},
      {"a\n  <% b %>", "a\n[ b ]"},
      {"\n\n<% b %>\n\n", "\n\n[ b ]\n"},
  });
}

TEST(Lexer, KeepsLinesThatHoldMore) {
  expect_all({
      {"a <% b %>\nc", "a [ b ]\nc"},
      {"  <%= b %>\nc", "  [= b ]\nc"},
      {"  <% a %><%= b %>\nc", "  [ a ][= b ]\nc"},
      {"  <%% <% b %>\n", "  <% [ b ]\n"},
      {" \n \n", " \n \n"},
  });
}

TEST(Lexer, TrimsTheLineEndWhenAsked) {
  expect_all({
      {"a <%= b -%>\nc", "a [= b ]c"},
      {"a <%= b -%>\r\n c", "a [= b ] c"},
      {"a <%= b -%> \nc", "a [= b ] \nc"},
      {"  <% b -%>\n  c", "[ b ]  c"},
      {"a<%= b-- %>\nc", "a[= b-- ]\nc"},
      {"a<%= b--%>\nc", "a[= b--]\nc"},
      {"a<%# b -%>\nc", "ac"},
  });
}

TEST(Lexer, SaysWhereTextBegins) {
  const auto tokens = lex("ab\n  <%=\n  x %>é<% y %>");
  ASSERT_EQ(tokens.size(), 4U);
  EXPECT_EQ(tokens[1].tag, (Position{2, 3}));
  EXPECT_EQ(tokens[1].at, (Position{2, 6}));
  EXPECT_EQ(tokens[3].tag, (Position{3, 9}));  // bytes, not letters
}

}  // namespace
}  // namespace monolite::view::compiler
