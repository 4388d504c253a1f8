#include <lorem_news/comments_controller.h>
#include <lorem_news/forms.h>
#include <lorem_news/paths.h>
#include <views/posts/show.h>

#include <monolite/base/error.h>

namespace lorem_news {

namespace base = monolite::base;
namespace http = monolite::http;

http::Response CommentsController::create(http::Request& request) {
  const auto post_id = request.param<std::int64_t>("post_id");
  const auto form = CommentForm::from(request);
  const auto context = pages_.context(request, Variant::kComments);
  const auto errors = form.errors();
  if (errors.empty()) {
    const auto id = app_.primary().write(
        [&](db::WriteSession& tx) {
          return Comment::create(tx, post_id, context.viewer.user->id, form.body, context.now);
        },
        app_.write_options());
    return http::redirect(paths::comment(post_id, id)).notice("Comment was successfully created.");
  }
  db::RowSet<Comment> comments;
  const auto post = app_.primary().read([&](db::ReadSession& session) {
    comments = Comment::of_post(session, post_id);
    return Post::find(session, post_id);
  });
  if (!post) throw base::NotFound({.code = base::ErrorCode::kNotFound, .what = "there is no such post"});
  return Pages::render(views::posts::show_page(*post, comments, form, errors, context), context,
                       http::Status::kUnprocessable);
}

}  // namespace lorem_news
