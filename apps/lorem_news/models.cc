#include <lorem_news/models.h>

#include <monolite/base/error.h>
#include <monolite/base/rng.h>

namespace lorem_news {

using monolite::db::operator""_sql;

namespace base = monolite::base;

namespace {

/// What is stored of a new row; the other columns begin with their DEFAULT.
struct NewSession {
  std::int64_t user_id;
  std::optional<std::string_view> user_agent;
  std::string_view ip_address;
  Timestamp created_at;
  Timestamp updated_at;
};
BOOST_DESCRIBE_STRUCT(NewSession, (), (user_id, user_agent, ip_address, created_at, updated_at))

struct NewPost {
  std::int64_t user_id;
  std::string_view title;
  std::string_view description;
  Timestamp created_at;
  Timestamp updated_at;
};
BOOST_DESCRIBE_STRUCT(NewPost, (), (user_id, title, description, created_at, updated_at))
constexpr db::Table<NewPost, "posts"> kPosts;

struct NewComment {
  std::int64_t post_id;
  std::int64_t user_id;
  std::string_view body;
  Timestamp created_at;
  Timestamp updated_at;
};
BOOST_DESCRIBE_STRUCT(NewComment, (), (post_id, user_id, body, created_at, updated_at))
constexpr db::Table<NewComment, "comments"> kComments;

/// A draw between the smallest and the largest id: rows after gaps come up more often, as in the workshop.
std::int64_t draw(base::Rng& rng, std::int64_t least, std::int64_t most) { return rng.between(least, most); }

[[noreturn]] void no_such_post(std::int64_t id) {
  throw base::NotFound({.code = base::ErrorCode::kNotFound, .what = "there is no post " + std::to_string(id)});
}

}  // namespace

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

std::int64_t Session::create(db::WriteSession& tx, std::int64_t user_id, std::optional<std::string_view> user_agent,
                             std::string_view ip_address, Timestamp now) {
  return kSessions.insert(tx, NewSession{user_id, user_agent, ip_address, now, now});
}

bool Session::destroy(db::WriteSession& tx, std::int64_t id, std::int64_t user_id) {
  return kSessions.destroy_where<"id = ? AND user_id = ?">(tx, id, user_id) == 1;
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

std::int64_t Post::create(db::WriteSession& tx, std::int64_t user_id, std::string_view title,
                          std::string_view description, Timestamp now) {
  const auto id = kPosts.insert(tx, NewPost{user_id, title, description, now, now});
  kUsers.increment<&User::posts_count>(tx, user_id);
  return id;
}

void Post::destroy(db::WriteSession& tx, std::int64_t id) {
  kComments.destroy_where<"post_id = ?">(tx, id);
  const auto user_id = tx.find<std::int64_t>("DELETE FROM posts WHERE id = ? RETURNING user_id"_sql, id);
  if (!user_id) no_such_post(id);
  kUsers.increment<&User::posts_count>(tx, *user_id, -1);
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
  if (!kPosts.increment<&Post::comments_count>(tx, post_id)) no_such_post(post_id);
  return kComments.insert(tx, NewComment{post_id, user_id, body, now, now});
}

Post Comment::destroy_random(db::WriteSession& tx, base::Rng& rng) {
  const auto least = tx.scalar<std::int64_t>("SELECT min(id) FROM comments"_sql);
  const auto most = tx.scalar<std::int64_t>("SELECT max(id) FROM comments"_sql);
  const auto post_id = tx.insert<std::int64_t>(
      "DELETE FROM comments WHERE id = (SELECT id FROM comments WHERE id >= ? LIMIT 1) RETURNING post_id"_sql,
      draw(rng, least, most));
  kPosts.increment<&Post::comments_count>(tx, post_id, -1);
  auto post = Post::find(tx, post_id);
  if (!post) no_such_post(post_id);
  return std::move(*post);
}

}  // namespace lorem_news
