#include <fmt/format.h>
#include <lorem_news/benchmarking_controller.h>
#include <lorem_news/forms.h>
#include <lorem_news/users_controller.h>
#include <views/posts/index.h>
#include <views/posts/new.h>
#include <views/posts/show.h>
#include <views/users/show.h>

#include <monolite/db/save.h>

namespace lorem_news {

namespace http = monolite::http;

namespace {

constexpr std::int64_t kListed = 100;

std::string_view header(const http::Request& request, std::string_view name) {
  return request.header(name).value_or("");
}

/// Twenty `NAME: value` lines about the request: what the workshop's application stored, so that pages compare.
std::string variables_of(const http::Request& request) {
  const auto host = request.host();
  const auto colon = host.rfind(':');
  return fmt::format(
      "GATEWAY_INTERFACE: CGI/1.2\nHTTP_ACCEPT: {}\nHTTP_HOST: {}\nHTTP_USER_AGENT: {}\nHTTP_VERSION: HTTP/1.1\n"
      "ORIGINAL_FULLPATH: {}\nORIGINAL_SCRIPT_NAME: \nPATH_INFO: {}\nQUERY_STRING: {}\nREMOTE_ADDR: {}\n"
      "REQUEST_METHOD: {}\nREQUEST_PATH: {}\nREQUEST_URI: {}\nSCRIPT_NAME: \nSERVER_NAME: {}\nSERVER_PORT: {}\n"
      "SERVER_PROTOCOL: HTTP/1.1\nSERVER_SOFTWARE: monolite\naction_dispatch.request_id: {}\n"
      "puma.request_body_wait: 0",
      header(request, "Accept"), host, header(request, "User-Agent"), request.target(), request.path(),
      request.query_string(), request.remote_ip(), http::name_of(request.method()), request.path(), request.target(),
      host.substr(0, colon), colon == std::string_view::npos ? "80" : host.substr(colon + 1), request.request_id());
}

}  // namespace

const std::array<BenchmarkingController::Named, 10> BenchmarkingController::kActions{{
    {"post_create", &BenchmarkingController::post_create},
    {"comment_create", &BenchmarkingController::comment_create},
    {"post_destroy", &BenchmarkingController::post_destroy},
    {"comment_destroy", &BenchmarkingController::comment_destroy},
    {"post_show", &BenchmarkingController::post_show},
    {"posts_index", &BenchmarkingController::posts_index},
    {"user_show", &BenchmarkingController::user_show},
    {"read_heavy", &BenchmarkingController::read_heavy},
    {"write_heavy", &BenchmarkingController::write_heavy},
    {"balanced", &BenchmarkingController::balanced},
}};

http::Response BenchmarkingController::run(http::Request& request, Action action) {
  const auto user = app_.primary().read([&](db::ReadSession& session) { return User::random(session, app_.rng()); });
  authentication_.sign_in(request, user);
  auto response = (this->*action)(request, user);
  authentication_.remember(request, response);
  return response;
}

http::Response BenchmarkingController::post_create(http::Request& request, const User& user) {
  const PostForm form{fmt::format("Post {}", request.request_id()), variables_of(request)};
  const auto now = app_.clock().now();
  const auto id = db::save(  // a title is taken when the client sent the same X-Request-Id twice
      app_.primary(), {}, {{"posts", "title"}},
      [&](db::WriteSession& tx) { return Post::create(tx, user.id, form.title, form.description, now); },
      app_.write_options());
  if (id) return render_post(request, {*id, user.id, user.screen_name, form.title, form.description, 0, now});
  const auto context = pages_.context(request, Variant::kBenchmarking);
  return Pages::render(views::posts::new_page(form, id.errors(), context), context, http::Status::kUnprocessable);
}

http::Response BenchmarkingController::comment_create(http::Request& request, const User& user) {
  const auto body = fmt::format("Comment {}", request.request_id());
  const auto now = app_.clock().now();
  const auto post = app_.primary().write(
      [&](db::WriteSession& tx) {
        auto chosen = Post::random(tx, app_.rng());
        Comment::create(tx, chosen.id, user.id, body, now);
        ++chosen.comments_count;
        return chosen;
      },
      app_.write_options());
  return render_post(request, post);
}

http::Response BenchmarkingController::post_destroy(http::Request& request, const User& user) {
  app_.primary().write([&](db::WriteSession& tx) { Post::destroy(tx, Post::random(tx, app_.rng()).id); },
                       app_.write_options());
  return posts_index(request, user);
}

http::Response BenchmarkingController::comment_destroy(http::Request& request, const User& /*user*/) {
  const auto post = app_.primary().write([&](db::WriteSession& tx) { return Comment::destroy_random(tx, app_.rng()); },
                                         app_.write_options());
  return render_post(request, post);
}

http::Response BenchmarkingController::post_show(http::Request& request, const User& /*user*/) {
  return render_post(request,
                     app_.primary().read([&](db::ReadSession& session) { return Post::random(session, app_.rng()); }));
}

http::Response BenchmarkingController::posts_index(http::Request& request, const User& /*user*/) {
  const auto posts = app_.primary().read(
      [&](db::ReadSession& session) { return PostItem::from_random(session, app_.rng(), kListed); });
  const auto context = pages_.context(request, Variant::kBenchmarking);
  return Pages::render(views::posts::index_page(posts, context), context);
}

http::Response BenchmarkingController::user_show(http::Request& request, const User& user) {
  const auto context = pages_.context(request, Variant::kBenchmarking);
  const auto profile =
      app_.primary().read([&](db::ReadSession& session) { return Profile::of(session, user, context.viewer); });
  return Pages::render(views::users::show_page(profile, context), context);
}

http::Response BenchmarkingController::read_heavy(http::Request& request, const User& user) {
  return weighted(request, user, {.10, .10, .02, .03, .25, .25, .25});
}

http::Response BenchmarkingController::write_heavy(http::Request& request, const User& user) {
  return weighted(request, user, {.25, .25, .05, .20, .05, .15, .05});
}

http::Response BenchmarkingController::balanced(http::Request& request, const User& user) {
  return weighted(request, user, {.17, .17, .05, .11, .17, .17, .16});
}

/// Runs one of the first seven actions, drawn by weight.
http::Response BenchmarkingController::weighted(http::Request& request, const User& user, const Weights& weights) {
  double left = app_.rng().unit();
  std::size_t chosen = 0;
  while (chosen + 1 < weights.size() && left >= weights[chosen]) left -= weights[chosen++];
  return (this->*kActions[chosen].action)(request, user);
}

/// The post's page. Another request may have deleted the post meanwhile; then it has no comments any more.
http::Response BenchmarkingController::render_post(http::Request& request, const Post& post) {
  const auto comments =
      app_.primary().read([&](db::ReadSession& session) { return Comment::of_post(session, post.id); });
  const auto context = pages_.context(request, Variant::kBenchmarking);
  return Pages::render(views::posts::show_page(post, comments, {}, {}, context), context);
}

}  // namespace lorem_news
