#include <fmt/format.h>
#include <lorem_news/paths.h>
#include <lorem_news/sessions_controller.h>
#include <views/sessions/new.h>

#include <monolite/base/error.h>
#include <monolite/http/fields.h>
#include <monolite/http/session.h>

namespace lorem_news {

namespace base = monolite::base;
namespace http = monolite::http;

http::Response SessionsController::new_page(http::Request& request) {
  const auto context = pages_.context(request);
  const auto hint = request.query().find("screen_name_hint").value_or("");
  return Pages::render(views::sessions::new_page(hint, context), context);
}

http::Response SessionsController::create(http::Request& request) {
  const auto fields = request.form().group("user");
  const auto name = fields.find("screen_name").value_or("");
  const auto user = authentication_.verify(name, fields.find("password").value_or(""));
  if (!user) {
    return http::redirect(fmt::format("{}?screen_name_hint={}", paths::sign_in, http::encode_component(name)))
        .alert("That email or password is incorrect");
  }
  request.session().reset();
  authentication_.sign_in(request, *user);
  auto response = http::redirect(paths::user(user->id), http::Status::kSeeOther).notice("You have been signed in.");
  authentication_.remember(request, response);
  return response;
}

http::Response SessionsController::destroy(http::Request& request) {
  const auto id = request.param<std::int64_t>("id");
  const auto viewer = authentication_.viewer(request);
  if (!authentication_.sign_out(request, id)) {
    throw base::NotFound({.code = base::ErrorCode::kNotFound, .what = "the viewer has no such session"});
  }
  auto response = http::redirect(paths::user(viewer.user->id), http::Status::kSeeOther)
                      .notice("That session has been successfully logged out.");
  if (id == viewer.session_id) {
    request.session().reset();
    authentication_.forget(response);
  }
  return response;
}

}  // namespace lorem_news
