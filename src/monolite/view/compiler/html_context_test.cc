#include <gtest/gtest.h>

#include <monolite/view/compiler/html_context.h>

namespace monolite::view::compiler {
namespace {

using Slot = HtmlContext::Slot;

Slot slot_after(std::string_view html) {
  HtmlContext context;
  context.feed(html);
  return context.slot();
}

void expect_slot(Slot slot, std::initializer_list<std::string_view> table) {
  for (const auto html : table) EXPECT_EQ(slot_after(html), slot) << html;
}

TEST(HtmlContext, FindsTextAndQuotedValues) {
  expect_slot(Slot::kPlain, {"",
                             "text ",
                             "<p>",
                             "<p class='x'>",
                             "</p>",
                             "a < b ",
                             "a <3 ",
                             "<!DOCTYPE html>",
                             "<!-- ",
                             "<!-- > - ",
                             "<!-- x --> ",
                             "<br/>",
                             "<p title=\"",
                             "<p title='",
                             "<p title = \"a",
                             "<P Title=\"<b> ",
                             "<p a b=\"",
                             "<textarea>",
                             "<textarea><b ",
                             "<title>",
                             "</script>",
                             "<script></script>",
                             "<script>x</SCRIPT >",
                             "<style>a<b</style>",
                             "<p title=\"javascript:",
                             "<a href=\"/",
                             "<a href='x?",
                             "<noscript>",
                             "<<p>"});
}

TEST(HtmlContext, FindsWhereAUrlBegins) {
  expect_slot(Slot::kUrlStart, {"<a href=\"", "<a href='", "<A class=x HREF = \"", "<img src=\"", "<form action=\"",
                                "<button formaction='", "<p><a id=\"x\" href=\"", "<use xlink:href=\""});
}

TEST(HtmlContext, FindsWhereEscapingIsNotEnough) {
  expect_slot(Slot::kUnquoted, {"<p title=", "<a href=", "<p title=a", "<a href=/x/"});
  expect_slot(Slot::kInTag,
              {"<", "</", "<h", "<p ", "<p class=\"x\"", "<p class=\"x\" ", "<p dat", "<p a ", "<!", "<p a=b "});
  expect_slot(Slot::kScript, {"<script>", "<script src=\"x\">if (a < b) ", "<STYLE>p { ", "<script></scrip"});
  expect_slot(Slot::kRunValue, {"<p onclick=\"", "<p ONCLICK='f(", "<iframe srcdoc=\""});
}

TEST(HtmlContext, TakesBothBranchesForTheBeginningOfAUrl) {
  HtmlContext context;
  context.feed("<a href=\"");
  context.placeholder();
  EXPECT_EQ(context.slot(), Slot::kUrlStart);
  context.feed("/x");
  EXPECT_EQ(context.slot(), Slot::kPlain);
  context.feed("\" title=\"");
  EXPECT_EQ(context.slot(), Slot::kPlain);
}

TEST(HtmlContext, BeginsATagAnewInsideATag) {
  EXPECT_EQ(slot_after("<b class=\"x\" <b class=\"y\">text"), Slot::kPlain);
}

TEST(HtmlContext, NamesTheAttribute) {
  HtmlContext context;
  context.feed("<p onClick=\"");
  EXPECT_EQ(context.name(), "onclick");
}

}  // namespace
}  // namespace monolite::view::compiler
