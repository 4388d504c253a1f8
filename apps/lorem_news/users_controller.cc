#include <lorem_news/users_controller.h>
#include <views/users/show.h>

#include <monolite/base/error.h>

namespace lorem_news {

namespace base = monolite::base;
namespace http = monolite::http;

Profile Profile::of(db::ReadSession& session, User user, const Viewer& viewer) {
  const auto id = user.id;
  Profile profile{std::move(user), PostItem::of_user(session, id), Comment::of_user(session, id), {}};
  if (viewer.is(id)) profile.sessions = Session::of_user(session, id);
  return profile;
}

http::Response UsersController::show(http::Request& request) {
  const auto id = request.param<std::int64_t>("id");
  const auto context = pages_.context(request, Variant::kComments);
  const auto profile = app_.primary().read([&](db::ReadSession& session) {
    auto user = User::find(session, id);
    if (!user) throw base::NotFound({.code = base::ErrorCode::kNotFound, .what = "there is no such user"});
    return Profile::of(session, std::move(*user), context.viewer);
  });
  return Pages::render(views::users::show_page(profile, context), context);
}

}  // namespace lorem_news
