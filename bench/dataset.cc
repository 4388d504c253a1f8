#include <chrono>
#include <string>

#include <bench/dataset.h>
#include <fmt/format.h>
#include <lorem_news/application.h>
#include <lorem_news/models.h>

#include <monolite/app/app.h>
#include <monolite/app/prepare.h>
#include <monolite/base/error.h>

namespace bench {

namespace app = monolite::app;
namespace base = monolite::base;
namespace db = monolite::db;

using db::operator""_sql;

namespace {

constexpr int kTinyUsers = 2;
constexpr int kTinyPosts = 3;

void seed_tiny(db::WriteSession& tx, const app::Seeding& seeding) {
  const auto now = seeding.clock.now();
  std::int64_t user = 0;
  for (int i = 1; i <= kTinyUsers; ++i) {
    user = tx.insert<std::int64_t>(
        "INSERT INTO users (screen_name, password_digest, created_at, updated_at) VALUES (?, '', ?, ?) "
        "RETURNING id"_sql,
        fmt::format("user_{}", i), now, now);
  }
  for (int i = 1; i <= kTinyPosts; ++i) {
    const auto post = lorem_news::Post::create(tx, user, fmt::format("Post {}", i), "A short text.", now);
    lorem_news::Comment::create(tx, post, user, "A comment.", now);
  }
}

/// Short posts of all users in turn. Authors are counted once at the end.
void add_posts(db::WriteSession& tx, std::int64_t count, db::Timestamp now) {
  tx.exec(
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) "
      "INSERT INTO posts (user_id, title, description, comments_count, created_at, updated_at) "
      "SELECT (SELECT min(id) FROM users) + i % (SELECT count(*) FROM users), "
      "'Extra post ' || i, 'One of many, to be destroyed.', 1, ?2, ?2 FROM n"_sql,
      count, now);
  tx.exec(
      "INSERT INTO comments (post_id, user_id, body, created_at, updated_at) "
      "SELECT id, user_id, 'One comment.', created_at, updated_at FROM posts ORDER BY id DESC LIMIT ?"_sql,
      count);
  tx.exec("UPDATE users SET posts_count = (SELECT count(*) FROM posts WHERE user_id = users.id)"_sql);
}

}  // namespace

app::Application application_with(Data data) {
  auto application = lorem_news::application();
  if (data == Data::kTiny) application.seed = seed_tiny;
  return application;
}

void prepare(const Options& options) {
  const auto application = application_with(options.data);
  const auto config = config_for(options);
  base::SystemClock clock;
  base::SystemRng rng;
  app::App app(application, config, {clock, rng, base::Log(config.log)}, db::sqlite::CreateFile::kIfMissing);
  if (!app::prepare(app, application, {})) {
    throw base::Error({.code = base::ErrorCode::kConfig,
                       .what = options.database + " is seeded already",
                       .hint = "name a file that does not exist"});
  }
  if (options.extra_posts == 0) return;
  app.primary().write([&](db::WriteSession& tx) { add_posts(tx, options.extra_posts, clock.now()); },
                      {.timeout = std::chrono::minutes(1), .grouping = db::Grouping::kAlone});
}

}  // namespace bench
