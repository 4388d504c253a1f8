#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lorem_news/forms.h>
#include <lorem_news/users_controller.h>
#include <views/comments/_comment.h>
#include <views/layouts/application.h>
#include <views/posts/index.h>
#include <views/posts/new.h>
#include <views/posts/show.h>
#include <views/sessions/new.h>
#include <views/users/show.h>

#include <monolite/view/testing.h>

namespace lorem_news {
namespace {

namespace view = monolite::view;

using testing::HasSubstr;
using testing::IsEmpty;

const std::string kHostile(view::testing::kHostile);

/// Everything a visitor can write, written by the worst of them. Each template is rendered in full, as its layout.
class HostileText : public testing::TestWithParam<std::tuple<bool, Variant>> {
 protected:
  HostileText() {
    errors_.add(kHostile, kHostile);
    errors_.add_base(kHostile);
    if (std::get<0>(GetParam())) viewer_ = {.user = user_, .session_id = 1};
  }

  PageContext context() const {
    return {.viewer = viewer_,
            .csrf = {.param = kHostile, .token = kHostile},
            .now = Timestamp(),
            .variant = std::get<1>(GetParam()),
            .path = "/benchmarking/post_show",
            .notice = kHostile,
            .alert = kHostile};
  }
  void expect_harmless(view::Page page) {
    const auto html = views::layouts::application_layout(std::move(page), context());
    EXPECT_THAT(view::testing::breakouts(html.view()), IsEmpty());
    EXPECT_THAT(html.str(), HasSubstr("mlhostile"));
  }

  User user_{1, kHostile, kHostile, kHostile, 1, Timestamp()};
  Post post_{1, 1, kHostile, kHostile, kHostile, 1, Timestamp()};
  PostItem item_{1, 1, kHostile, kHostile, 1, Timestamp()};
  Comment comment_{1, 1, 2, kHostile, kHostile, kHostile, Timestamp()};
  Session session_{1, 1, kHostile, kHostile, Timestamp()};
  Errors errors_;
  Viewer viewer_;
};

TEST_P(HostileText, StaysTextInTheList) { expect_harmless(views::posts::index_page({item_}, context())); }

TEST_P(HostileText, StaysTextOnAPost) {
  auto of_profile = comment_;
  auto of_post = comment_;
  of_post.post_title = "";
  expect_harmless(views::posts::show_page(post_, {of_profile, of_post}, {kHostile}, errors_, context()));
}

TEST_P(HostileText, StaysTextInThePostForm) {
  expect_harmless(views::posts::new_page({kHostile, kHostile}, errors_, context()));
}

TEST_P(HostileText, StaysTextInTheSignInForm) { expect_harmless(views::sessions::new_page(kHostile, context())); }

TEST_P(HostileText, StaysTextOnAProfile) {
  expect_harmless(views::users::show_page({user_, {item_}, {comment_}, {session_}}, context()));
}

INSTANTIATE_TEST_SUITE_P(EveryViewer, HostileText,
                         testing::Combine(testing::Bool(), testing::Values(Variant::kPosts, Variant::kComments,
                                                                           Variant::kBenchmarking)));

}  // namespace
}  // namespace lorem_news
