#include <bench/routes.h>
#include <fmt/format.h>
#include <lorem_news/forms.h>
#include <views/posts/index.h>
#include <views/posts/show.h>

#include <monolite/base/error.h>

namespace bench {

namespace app = monolite::app;
namespace base = monolite::base;
namespace db = monolite::db;
namespace http = monolite::http;

using db::operator""_sql;
using lorem_news::Comment;
using lorem_news::Pages;
using lorem_news::Post;
using lorem_news::PostItem;
using lorem_news::Variant;

namespace {

constexpr std::int64_t kListed = 100;
constexpr std::size_t kTextBytes = 300;

std::string text_of(std::size_t bytes) {
  constexpr std::string_view kSentence = "Lorem ipsum dolor sit amet, consectetur adipiscing elit. ";
  std::string text;
  while (text.size() < bytes) text += kSentence;
  text.resize(bytes);
  return text;
}

}  // namespace

NewPosts::NewPosts(app::App& app) : app_(app), text_(text_of(kTextBytes)) {
  users_ = app.primary().read(
      [](db::ReadSession& session) { return session.all<std::int64_t>("SELECT id FROM users ORDER BY id"_sql); });
  if (users_.empty()) {
    throw base::NotFound({.code = base::ErrorCode::kNotFound,
                          .what = "there are no users",
                          .hint = "fill the database with --prepare first"});
  }
}

std::int64_t NewPosts::create(std::string_view unique) const {
  const auto user = users_[static_cast<std::size_t>(app_.rng().next() % users_.size())];
  const auto title = fmt::format("Post {}", unique);
  const auto now = app_.clock().now();
  return app_.primary().write([&](db::WriteSession& tx) { return Post::create(tx, user, title, text_, now); },
                              app_.write_options());
}

BenchRoutes::BenchRoutes(app::App& app)
    : app_(app), authentication_(app), pages_(app, authentication_), new_posts_(app) {
  first_post_ = app.primary().read([](db::ReadSession& session) {
    return session.scalar<std::int64_t>("SELECT coalesce(min(id), 0) FROM posts"_sql);
  });
}

void BenchRoutes::declare() {
  auto& router = app_.router();
  router.get("/bench/hello", http::action(*this, &BenchRoutes::hello)).label("bench#hello");
  router.get("/bench/index", http::action(*this, &BenchRoutes::index)).label("bench#index");
  router.get("/bench/show", http::action(*this, &BenchRoutes::show)).label("bench#show");
  // The load generator has no session, so no token either.
  router.post("/bench/create", http::action(*this, &BenchRoutes::create)).label("bench#create").without_csrf();
}

http::Response BenchRoutes::hello(Request& /*request*/) const { return http::text("Hello, world!"); }

http::Response BenchRoutes::index(Request& request) const {
  const auto posts =
      app_.primary().read([&](db::ReadSession& session) { return PostItem::from(session, first_post_, kListed); });
  const auto context = pages_.context(request, Variant::kBenchmarking);
  return Pages::render(lorem_news::views::posts::index_page(posts, context), context);
}

http::Response BenchRoutes::show(Request& request) const {
  db::RowSet<Comment> comments;
  const auto post = app_.primary().read([&](db::ReadSession& session) {
    auto drawn = Post::random(session, app_.rng());
    comments = Comment::of_post(session, drawn.id);
    return drawn;
  });
  const auto context = pages_.context(request, Variant::kBenchmarking);
  return Pages::render(lorem_news::views::posts::show_page(post, comments, {}, {}, context), context);
}

http::Response BenchRoutes::create(Request& request) const {
  return http::text(fmt::format("{}\n", new_posts_.create(request.request_id())));
}

}  // namespace bench
