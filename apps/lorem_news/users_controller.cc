#include <lorem_news/users_controller.h>
#include <views/users/show.h>

namespace lorem_news {

namespace http = monolite::http;

Profile Profile::of(db::ReadSession& session, User user, const Viewer& viewer) {
  const auto id = user.id;
  Profile profile{std::move(user), PostItem::of_user(session, id), Comment::of_user(session, id), {}};
  if (viewer.is(id)) profile.sessions = kSessions.where<"user_id = ? ORDER BY id DESC">(session, id);
  return profile;
}

http::Response UsersController::show(http::Request& request) {
  const auto id = request.param<std::int64_t>("id");
  const auto context = pages_.context(request, Variant::kComments);
  const auto profile = app_.primary().read(
      [&](db::ReadSession& session) { return Profile::of(session, kUsers.get(session, id), context.viewer); });
  return Pages::render(views::users::show_page(profile, context), context);
}

}  // namespace lorem_news
