#include <gtest/gtest.h>

#include <monolite/view/compiler/naming.h>

namespace monolite::view::compiler {
namespace {

using Kind = Naming::Kind;

Naming named(std::string_view path) { return name_template(path, "news::views", "views"); }

TEST(Naming, TellsPartialsPagesAndLayoutsByTheirPlace) {
  const auto partial = named("posts/_post.html.ecpp");
  EXPECT_EQ(partial.kind, Kind::kPartial);
  EXPECT_EQ(partial.name_space, "news::views::posts");
  EXPECT_EQ(partial.function, "post");
  EXPECT_EQ(partial.stem, "views/posts/_post");

  const auto page = named("posts/new.html.ecpp");
  EXPECT_EQ(page.kind, Kind::kPage);
  EXPECT_EQ(page.function, "new_page");

  const auto layout = named("layouts/application.html.ecpp");
  EXPECT_EQ(layout.kind, Kind::kLayout);
  EXPECT_EQ(layout.name_space, "news::views::layouts");
  EXPECT_EQ(layout.function, "application_layout");

  EXPECT_EQ(named("layouts/_head.html.ecpp").kind, Kind::kPartial);
  EXPECT_EQ(named("admin/layouts/x.html.ecpp").kind, Kind::kPage);
}

TEST(Naming, TakesTemplatesAtTheTopAndDeepDown) {
  EXPECT_EQ(named("home.html.ecpp").name_space, "news::views");
  EXPECT_EQ(named("home.html.ecpp").stem, "views/home");
  EXPECT_EQ(named("a/b/c.html.ecpp").name_space, "news::views::a::b");
  EXPECT_EQ(named("a/b/c.html.ecpp").stem, "views/a/b/c");
}

TEST(Naming, RefusesWhatIsNoName) {
  for (const std::string_view path :
       {"posts/_new.html.ecpp", "delete/x.html.ecpp", "my-posts/x.html.ecpp", "posts/_1.html.ecpp", "posts/.html.ecpp",
        "posts/_.html.ecpp", "posts/a b.html.ecpp", "posts/x.xml.ecpp", "posts/x.html"}) {
    EXPECT_THROW(named(path), TemplateError) << path;
  }
}

}  // namespace
}  // namespace monolite::view::compiler
