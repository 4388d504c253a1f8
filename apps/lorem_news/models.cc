#include <lorem_news/models.h>

#include <monolite/base/error.h>
#include <monolite/base/rng.h>

namespace lorem_news {

using monolite::db::operator""_sql;

namespace base = monolite::base;

namespace {

/// A draw between the smallest and the largest id: rows after gaps come up more often, as in the workshop.
std::int64_t draw(base::Rng& rng, std::int64_t least, std::int64_t most) { return rng.between(least, most); }

[[noreturn]] void no_such_post(std::int64_t id) {
  throw base::NotFound({.code = base::ErrorCode::kNotFound, .what = "there is no post " + std::to_string(id)});
}

}  // namespace

std::optional<User> User::find(db::ReadSession& session, std::int64_t id) {
  return session.find<User>(
      "SELECT id, screen_name, password_digest, about, posts_count, created_at FROM users WHERE id = ?"_sql, id);
}

std::optional<User> User::find_by_screen_name(db::ReadSession& session, std::string_view screen_name) {
  return session.find<User>(
      "SELECT id, screen_name, password_digest, about, posts_count, created_at FROM users WHERE screen_name = ?"_sql,
      screen_name);
}

User User::random(db::ReadSession& session, base::Rng& rng) {
  const auto least = session.scalar<std::int64_t>("SELECT min(id) FROM users"_sql);
  const auto most = session.scalar<std::int64_t>("SELECT max(id) FROM users"_sql);
  return session.one<User>(
      "SELECT id, screen_name, password_digest, about, posts_count, created_at FROM users WHERE id >= ? LIMIT 1"_sql,
      draw(rng, least, most));
}

void User::touch_last_seen(db::WriteSession& tx, std::int64_t id, Timestamp now) {
  tx.exec("UPDATE users SET last_seen_at = ?, updated_at = ? WHERE id = ?"_sql, now, now, id);
}

std::vector<Session> Session::of_user(db::ReadSession& session, std::int64_t user_id) {
  return session.all<Session>(
      "SELECT id, user_id, user_agent, ip_address, created_at FROM sessions WHERE user_id = ? ORDER BY id DESC"_sql,
      user_id);
}

std::int64_t Session::create(db::WriteSession& tx, std::int64_t user_id, const std::optional<std::string>& user_agent,
                             std::string_view ip_address, Timestamp now) {
  return tx.insert<std::int64_t>(
      "INSERT INTO sessions (user_id, user_agent, ip_address, created_at, updated_at) VALUES (?, ?, ?, ?, ?) "
      "RETURNING id"_sql,
      user_id, user_agent, ip_address, now, now);
}

bool Session::destroy(db::WriteSession& tx, std::int64_t id, std::int64_t user_id) {
  return tx.exec("DELETE FROM sessions WHERE id = ? AND user_id = ?"_sql, id, user_id) == 1;
}

std::optional<Post> Post::find(db::ReadSession& session, std::int64_t id) {
  return session.find<Post>(
      "SELECT posts.id, user_id, screen_name AS author, title, description, comments_count, posts.created_at "
      "FROM posts JOIN users ON users.id = user_id WHERE posts.id = ?"_sql,
      id);
}

Post Post::random(db::ReadSession& session, base::Rng& rng) {
  const auto least = session.scalar<std::int64_t>("SELECT min(id) FROM posts"_sql);
  const auto most = session.scalar<std::int64_t>("SELECT max(id) FROM posts"_sql);
  return session.one<Post>(
      "SELECT posts.id, user_id, screen_name AS author, title, description, comments_count, posts.created_at "
      "FROM posts JOIN users ON users.id = user_id "
      "WHERE posts.id = (SELECT id FROM posts WHERE id >= ? LIMIT 1)"_sql,
      draw(rng, least, most));
}

bool Post::title_taken(db::ReadSession& session, std::string_view title) {
  return session.find<std::int64_t>("SELECT 1 FROM posts WHERE title = ?"_sql, title).has_value();
}

std::int64_t Post::create(db::WriteSession& tx, std::int64_t user_id, std::string_view title,
                          std::string_view description, Timestamp now) {
  const auto id = tx.insert<std::int64_t>(
      "INSERT INTO posts (user_id, title, description, created_at, updated_at) VALUES (?, ?, ?, ?, ?) RETURNING id"_sql,
      user_id, title, description, now, now);
  tx.exec("UPDATE users SET posts_count = coalesce(posts_count, 0) + 1 WHERE id = ?"_sql, user_id);
  return id;
}

void Post::destroy(db::WriteSession& tx, std::int64_t id) {
  tx.exec("DELETE FROM comments WHERE post_id = ?"_sql, id);
  const auto user_id = tx.find<std::int64_t>("DELETE FROM posts WHERE id = ? RETURNING user_id"_sql, id);
  if (!user_id) no_such_post(id);
  tx.exec("UPDATE users SET posts_count = coalesce(posts_count, 0) - 1 WHERE id = ?"_sql, *user_id);
}

db::RowSet<PostItem> PostItem::newest(db::ReadSession& session, std::int64_t limit) {
  return session.all<PostItem>(
      "SELECT posts.id, user_id, screen_name AS author, title, comments_count, posts.created_at "
      "FROM posts JOIN users ON users.id = user_id ORDER BY posts.created_at DESC, posts.id DESC LIMIT ?"_sql,
      limit);
}

db::RowSet<PostItem> PostItem::of_user(db::ReadSession& session, std::int64_t user_id) {
  return session.all<PostItem>(
      "SELECT id, user_id, NULL AS author, title, comments_count, created_at "
      "FROM posts WHERE user_id = ? ORDER BY created_at DESC, id DESC"_sql,
      user_id);
}

db::RowSet<PostItem> PostItem::from(db::ReadSession& session, std::int64_t first_id, std::int64_t limit) {
  return session.all<PostItem>(
      "SELECT id, user_id, NULL AS author, title, comments_count, created_at "
      "FROM posts INDEXED BY posts_as_listed WHERE id >= ? LIMIT ?"_sql,
      first_id, limit);
}

db::RowSet<PostItem> PostItem::from_random(db::ReadSession& session, base::Rng& rng, std::int64_t limit) {
  const auto least = session.scalar<std::int64_t>("SELECT min(id) FROM posts"_sql);
  const auto most = session.scalar<std::int64_t>("SELECT max(id) FROM posts"_sql);
  return from(session, draw(rng, least, most), limit);
}

db::RowSet<Comment> Comment::of_post(db::ReadSession& session, std::int64_t post_id) {
  return session.all<Comment>(
      "SELECT comments.id, post_id, user_id, screen_name AS author, '' AS post_title, body, comments.created_at "
      "FROM comments JOIN users ON users.id = user_id WHERE post_id = ? "
      "ORDER BY comments.created_at DESC, comments.id DESC"_sql,
      post_id);
}

db::RowSet<Comment> Comment::of_user(db::ReadSession& session, std::int64_t user_id) {
  return session.all<Comment>(
      "SELECT comments.id, post_id, comments.user_id, '' AS author, title AS post_title, body, comments.created_at "
      "FROM comments JOIN posts ON posts.id = post_id WHERE comments.user_id = ? "
      "ORDER BY comments.created_at DESC, comments.id DESC"_sql,
      user_id);
}

std::int64_t Comment::create(db::WriteSession& tx, std::int64_t post_id, std::int64_t user_id, std::string_view body,
                             Timestamp now) {
  const auto counted =
      tx.exec("UPDATE posts SET comments_count = coalesce(comments_count, 0) + 1 WHERE id = ?"_sql, post_id);
  if (counted == 0) no_such_post(post_id);
  return tx.insert<std::int64_t>(
      "INSERT INTO comments (post_id, user_id, body, created_at, updated_at) VALUES (?, ?, ?, ?, ?) RETURNING id"_sql,
      post_id, user_id, body, now, now);
}

Post Comment::destroy_random(db::WriteSession& tx, base::Rng& rng) {
  const auto least = tx.scalar<std::int64_t>("SELECT min(id) FROM comments"_sql);
  const auto most = tx.scalar<std::int64_t>("SELECT max(id) FROM comments"_sql);
  const auto post_id = tx.insert<std::int64_t>(
      "DELETE FROM comments WHERE id = (SELECT id FROM comments WHERE id >= ? LIMIT 1) RETURNING post_id"_sql,
      draw(rng, least, most));
  tx.exec("UPDATE posts SET comments_count = coalesce(comments_count, 0) - 1 WHERE id = ?"_sql, post_id);
  auto post = Post::find(tx, post_id);
  if (!post) no_such_post(post_id);
  return std::move(*post);
}

}  // namespace lorem_news
