#include <chrono>
#include <set>

#include <fmt/format.h>
#include <lorem_news/application.h>
#include <lorem_news/lorem.h>

#include <monolite/base/crypto.h>

namespace lorem_news {

using monolite::app::Seeding;
using monolite::base::Rng;
using monolite::db::Timestamp;
using monolite::db::WriteSession;
using monolite::db::operator""_sql;

namespace {

constexpr std::size_t kUsers = 100;
constexpr std::size_t kPosts = 1'000;
constexpr int kLowestBcryptCost = 4;

struct Author {
  std::int64_t id;
  Timestamp created_at;
};

Timestamp between(Rng& rng, Timestamp begin, Timestamp end) {
  return Timestamp(
      std::chrono::microseconds(rng.between(begin.time_since_epoch().count(), end.time_since_epoch().count())));
}

template <class T>
const T& pick(Rng& rng, const std::vector<T>& from) {
  return from[static_cast<std::size_t>(rng.between(0, static_cast<std::int64_t>(from.size()) - 1))];
}

std::vector<Author> create_users(WriteSession& tx, const Seeding& seeding) {
  const auto now = seeding.clock.now();
  std::vector<Author> users;
  for (std::size_t i = 0; i < kUsers; ++i) {
    seeding.progress(i, kUsers + kPosts);
    const auto name = fmt::format("{}_{:03}", lorem::word(seeding.rng), i);
    const auto digest = monolite::base::crypto::hash_password("password", kLowestBcryptCost, seeding.rng);
    const auto created_at = between(seeding.rng, now - std::chrono::days(7), now);
    // A second seed may draw the same name: that user exists already and takes part again.
    const auto id = tx.insert<std::int64_t>(
        "INSERT INTO users (screen_name, password_digest, about, created_at, updated_at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (screen_name) DO UPDATE SET updated_at = excluded.updated_at RETURNING id"_sql,
        name, digest, lorem::paragraph(seeding.rng), created_at, created_at);
    users.push_back({id, created_at});
  }
  return users;
}

void create_comments(WriteSession& tx, Rng& rng, const std::vector<Author>& users, std::int64_t post_id, Timestamp from,
                     Timestamp now) {
  for (auto left = rng.between(5, 15); left > 0; --left) {
    const auto created_at = between(rng, from, now);
    tx.exec("INSERT INTO comments (post_id, user_id, body, created_at, updated_at) VALUES (?, ?, ?, ?, ?)"_sql, post_id,
            pick(rng, users).id, lorem::paragraph(rng), created_at, created_at);
  }
}

void create_posts(WriteSession& tx, const Seeding& seeding, const std::vector<Author>& users) {
  auto& rng = seeding.rng;
  const auto now = seeding.clock.now();
  for (std::size_t i = 0; i < kPosts; ++i) {
    seeding.progress(kUsers + i, kUsers + kPosts);
    const Author& author = pick(rng, users);
    const auto created_at = between(rng, author.created_at, now);
    const auto id = tx.find<std::int64_t>(
        "INSERT INTO posts (user_id, title, description, created_at, updated_at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (title) DO NOTHING RETURNING id"_sql,
        author.id, lorem::words(rng, 2, 5), lorem::paragraphs(rng, 5, 10), created_at, created_at);
    if (id) create_comments(tx, rng, users, *id, created_at, now);
  }
}

void recount(WriteSession& tx) {
  tx.exec("UPDATE users SET posts_count = (SELECT count(*) FROM posts WHERE user_id = users.id)"_sql);
  tx.exec("UPDATE posts SET comments_count = (SELECT count(*) FROM comments WHERE post_id = posts.id)"_sql);
}

}  // namespace

void seed(WriteSession& tx, const Seeding& seeding) {
  create_posts(tx, seeding, create_users(tx, seeding));
  recount(tx);
  seeding.progress(kUsers + kPosts, kUsers + kPosts);
}

}  // namespace lorem_news
