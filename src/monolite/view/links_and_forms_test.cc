#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/view/helpers.h>
#include <monolite/view/testing.h>

namespace monolite::view {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const Csrf kCsrf{.token = "t0k<e>n"};

std::string written(Link&& link) {
  Buffer out;
  out.append(std::move(link));
  return std::move(out).html().str();
}

TEST(LinkTo, EscapesTextUrlAndAttributes) {
  EXPECT_EQ(written(link_to("R&D <1>", "/a?x=1&y=\"", {{"class", "b\"ig"}, {"data-n", "1"}})),
            "<a href=\"/a?x=1&amp;y=&quot;\" class=\"b&quot;ig\" data-n=\"1\">R&amp;D &lt;1&gt;</a>");
}

TEST(LinkTo, TakesHtmlAsItsContent) {
  const SafeHtml icon = "<b>x</b>"_html;
  EXPECT_EQ(written(link_to(icon, "/")), "<a href=\"/\"><b>x</b></a>");
  EXPECT_EQ(written(link_to("<i>y</i>"_html, "/")), "<a href=\"/\"><i>y</i></a>");
}

TEST(LinkTo, CanBeKept) {
  const SafeHtml kept = link_to(std::string("name"), std::string("/users/1"));
  EXPECT_EQ(kept.view(), "<a href=\"/users/1\">name</a>");
}

TEST(LinkTo, NeutralisesUrlsThatRunCode) {
  EXPECT_EQ(written(link_to("x", "javascript:alert(1)")), "<a href=\"#unsafe-url\">x</a>");
  EXPECT_EQ(written(link_to("x", "/", {{"formaction", "JavaScript:x"}})),
            "<a href=\"/\" formaction=\"#unsafe-url\">x</a>");
}

TEST(AttributeName, IsCheckedAtCompileTime) {
  constexpr AttributeName kNames[] = {"class", "data-x", "xlink:href", "aria-label", "o", "src"};
  EXPECT_EQ(kNames[1].view(), "data-x");
}

TEST(FormOpen, CarriesTheTokenAndTheMethod) {
  EXPECT_EQ(form_open("/posts", FormMethod::kPost, kCsrf).view(),
            "<form action=\"/posts\" accept-charset=\"UTF-8\" method=\"post\">"
            "<input type=\"hidden\" name=\"authenticity_token\" value=\"t0k&lt;e&gt;n\" autocomplete=\"off\" />");
  EXPECT_EQ(form_open("/posts/1", FormMethod::kPatch, kCsrf, {{"id", "f"}}).view(),
            "<form action=\"/posts/1\" accept-charset=\"UTF-8\" method=\"post\" id=\"f\">"
            "<input type=\"hidden\" name=\"_method\" value=\"patch\" autocomplete=\"off\" />"
            "<input type=\"hidden\" name=\"authenticity_token\" value=\"t0k&lt;e&gt;n\" autocomplete=\"off\" />");
  EXPECT_THAT(form_open("/", FormMethod::kPut, kCsrf).str(), HasSubstr("value=\"put\""));
  EXPECT_THAT(form_open("/", FormMethod::kDelete, kCsrf).str(), HasSubstr("value=\"delete\""));
}

TEST(FormOpen, KeepsTheTokenOutOfUrls) {
  EXPECT_EQ(form_open("/search", FormMethod::kGet, kCsrf).view(),
            "<form action=\"/search\" accept-charset=\"UTF-8\" method=\"get\">");
}

TEST(FormOpen, UsesTheGivenFieldName) {
  const Csrf csrf{.param = "csrf", .token = "x"};
  EXPECT_THAT(form_open("/", FormMethod::kPost, csrf).str(), HasSubstr("name=\"csrf\" value=\"x\""));
}

TEST(ButtonTo, IsAWholeForm) {
  EXPECT_EQ(button_to("Destroy", "/posts/1", FormMethod::kDelete, kCsrf, {{"class", "red"}}).view(),
            "<form action=\"/posts/1\" accept-charset=\"UTF-8\" method=\"post\" class=\"button_to\">"
            "<input type=\"hidden\" name=\"_method\" value=\"delete\" autocomplete=\"off\" />"
            "<input type=\"hidden\" name=\"authenticity_token\" value=\"t0k&lt;e&gt;n\" autocomplete=\"off\" />"
            "<button type=\"submit\" class=\"red\">Destroy</button></form>");
}

TEST(CsrfMetaTags, NameParameterAndToken) {
  EXPECT_EQ(csrf_meta_tags(kCsrf).view(),
            "<meta name=\"csrf-param\" content=\"authenticity_token\" />\n"
            "<meta name=\"csrf-token\" content=\"t0k&lt;e&gt;n\" />");
}

TEST(Helpers, LetNothingHostileOut) {
  const auto evil = testing::kHostile;
  const Csrf csrf{.param = std::string(evil), .token = std::string(evil)};
  for (const auto& html : {
           SafeHtml(link_to(evil, evil, {{"title", evil}, {"src", evil}})),
           form_open(evil, FormMethod::kPatch, csrf, {{"class", evil}}),
           button_to(evil, evil, FormMethod::kPost, csrf, {{"formaction", evil}}),
           hidden_field(evil, evil),
           csrf_meta_tags(csrf),
       }) {
    EXPECT_THAT(testing::breakouts(html.view()), IsEmpty()) << html.view();
    EXPECT_THAT(html.str(), Not(HasSubstr("<script")));
  }
}

}  // namespace
}  // namespace monolite::view
