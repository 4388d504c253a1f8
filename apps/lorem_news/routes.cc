#include <memory>
#include <string>

#include <lorem_news/application.h>
#include <lorem_news/benchmarking_controller.h>
#include <lorem_news/comments_controller.h>
#include <lorem_news/posts_controller.h>
#include <lorem_news/sessions_controller.h>
#include <lorem_news/users_controller.h>

namespace lorem_news {

namespace http = monolite::http;

namespace {

/// Everything that answers requests, in the order of its needs.
struct Controllers {
  explicit Controllers(monolite::app::App& app)
      : authentication(app),
        pages(app, authentication),
        posts(app, pages),
        comments(app, pages),
        users(app, pages),
        sessions(authentication, pages),
        benchmarking(app, authentication, pages) {}

  Authentication authentication;
  Pages pages;
  PostsController posts;
  CommentsController comments;
  UsersController users;
  SessionsController sessions;
  BenchmarkingController benchmarking;
};

void declare_for_users(http::Router& router, Controllers& c) {
  router.resources("posts", c.posts, http::only(http::Action::kNew, http::Action::kCreate));
  router.nested("posts", [&] { router.resources("comments", c.comments); });
  router.resources("sessions", c.sessions, http::only(http::Action::kDestroy));
}

void declare_for_all(http::Router& router, Controllers& c) {
  router.get("/", http::action(c.posts, &PostsController::index)).name("root").label("posts#index");
  router.resources("posts", c.posts, http::only(http::Action::kIndex, http::Action::kShow));
  router.resources("users", c.users);
  router.get("/sign_in", http::action(c.sessions, &SessionsController::new_page)).name("sign_in").label("sessions#new");
  router.resources("sessions", c.sessions, http::only(http::Action::kNew, http::Action::kCreate));
}

void declare_benchmarking(http::Router& router, BenchmarkingController& benchmarking) {
  for (const auto& entry : BenchmarkingController::kActions) {
    const std::string name(entry.name);
    const auto action = entry.action;  // clang 14 cannot capture a structured binding
    router
        .post("/benchmarking/" + name,
              [&benchmarking, action](http::Request& request) { return benchmarking.run(request, action); })
        .name("benchmarking_" + name)
        .label("benchmarking#" + name)
        .without_csrf();
  }
}

}  // namespace

void routes(monolite::app::App& app) {
  auto& c = app.keep(std::make_unique<Controllers>(app));
  auto& router = app.router();
  // For a guest these do not exist: 404, not a redirect. They come first, so that /posts/new is no post's id.
  router.constrain([&c](http::Request& request) { return !c.authentication.viewer(request).is_guest(); },
                   [&] { declare_for_users(router, c); });
  declare_for_all(router, c);
  declare_benchmarking(router, c.benchmarking);
}

}  // namespace lorem_news
