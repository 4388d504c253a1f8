#include <lorem_news/forms.h>
#include <lorem_news/paths.h>
#include <lorem_news/posts_controller.h>
#include <views/posts/index.h>
#include <views/posts/new.h>
#include <views/posts/show.h>

#include <monolite/base/error.h>
#include <monolite/db/save.h>

namespace lorem_news {

namespace base = monolite::base;
namespace http = monolite::http;

namespace {

constexpr std::int64_t kNewest = 50;

}  // namespace

http::Response PostsController::index(http::Request& request) {
  const auto posts = app_.primary().read([](db::ReadSession& session) { return PostItem::newest(session, kNewest); });
  const auto context = pages_.context(request);
  return Pages::render(views::posts::index_page(posts, context), context);
}

http::Response PostsController::show(http::Request& request) {
  const auto id = request.param<std::int64_t>("id");
  db::RowSet<Comment> comments;
  const auto post = app_.primary().read([&](db::ReadSession& session) {
    comments = Comment::of_post(session, id);
    return Post::find(session, id);
  });
  if (!post) throw base::NotFound({.code = base::ErrorCode::kNotFound, .what = "there is no such post"});
  const auto context = pages_.context(request);
  return Pages::render(views::posts::show_page(*post, comments, {}, {}, context), context);
}

http::Response PostsController::new_page(http::Request& request) {
  const auto context = pages_.context(request);
  return Pages::render(views::posts::new_page({}, {}, context), context);
}

http::Response PostsController::create(http::Request& request) {
  const auto form = PostForm::from(request);
  const auto context = pages_.context(request);
  const auto post = db::save(
      app_.primary(), form.errors(), {{"posts", "title"}},
      [&](db::WriteSession& tx) {
        return Post::create(tx, context.viewer.user->id, form.title, form.description, context.now);
      },
      app_.write_options());
  if (!post) {
    return Pages::render(views::posts::new_page(form, post.errors(), context), context, http::Status::kUnprocessable);
  }
  return http::redirect(paths::post(*post)).notice("Post was successfully created.");
}

}  // namespace lorem_news
