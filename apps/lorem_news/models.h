#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/describe/class.hpp>

#include <monolite/db/table.h>

namespace monolite::base {
class Rng;
}

/// The tables as plain structs, and every statement that touches them. No function here knows of requests or pages.
namespace lorem_news {

namespace db = monolite::db;
using monolite::db::Timestamp;

struct User {
  std::int64_t id = 0;
  std::string screen_name;
  std::string password_digest;
  std::optional<std::string> about;
  std::int64_t posts_count = 0;
  Timestamp created_at;

  static User random(db::ReadSession& session, monolite::base::Rng& rng);
  static void touch_last_seen(db::WriteSession& tx, std::int64_t id, Timestamp now);
};
BOOST_DESCRIBE_STRUCT(User, (), (id, screen_name, password_digest, about, posts_count, created_at))
inline constexpr db::Table<User, "users"> kUsers;

struct Session {
  std::int64_t id = 0;
  std::int64_t user_id = 0;
  std::optional<std::string> user_agent;
  std::optional<std::string> ip_address;
  Timestamp created_at;

  static std::int64_t create(db::WriteSession& tx, std::int64_t user_id, std::optional<std::string_view> user_agent,
                             std::string_view ip_address, Timestamp now);
  /// False when this user has no such session.
  static bool destroy(db::WriteSession& tx, std::int64_t id, std::int64_t user_id);
};
BOOST_DESCRIBE_STRUCT(Session, (), (id, user_id, user_agent, ip_address, created_at))
inline constexpr db::Table<Session, "sessions"> kSessions;

struct Post {
  std::int64_t id = 0;
  std::int64_t user_id = 0;
  std::string author;
  std::string title;
  std::optional<std::string> description;
  std::int64_t comments_count = 0;
  Timestamp created_at;

  static std::optional<Post> find(db::ReadSession& session, std::int64_t id);
  static Post random(db::ReadSession& session, monolite::base::Rng& rng);
  /// Inserts the post and counts it for its author. Throws db::ConstraintViolation for a title that exists.
  static std::int64_t create(db::WriteSession& tx, std::int64_t user_id, std::string_view title,
                             std::string_view description, Timestamp now);
  /// Deletes the post with its comments; its author's counter follows.
  static void destroy(db::WriteSession& tx, std::int64_t id);
};
BOOST_DESCRIBE_STRUCT(Post, (), (id, user_id, author, title, description, comments_count, created_at))

/// A post as a line of a list. Its text lies in the list.
struct PostItem {
  std::int64_t id = 0;
  std::int64_t user_id = 0;
  std::optional<std::string_view> author;  ///< not read for the benchmarking pages, which do not show it
  std::string_view title;
  std::int64_t comments_count = 0;
  Timestamp created_at;

  static db::RowSet<PostItem> newest(db::ReadSession& session, std::int64_t limit);
  static db::RowSet<PostItem> of_user(db::ReadSession& session, std::int64_t user_id);
  /// Up to `limit` posts from `first_id` on, by id, without authors.
  static db::RowSet<PostItem> from(db::ReadSession& session, std::int64_t first_id, std::int64_t limit);
  static db::RowSet<PostItem> from_random(db::ReadSession& session, monolite::base::Rng& rng, std::int64_t limit);
};
BOOST_DESCRIBE_STRUCT(PostItem, (), (id, user_id, author, title, comments_count, created_at))

/// A comment as an entry of a list. Its text lies in the list.
struct Comment {
  std::int64_t id = 0;
  std::int64_t post_id = 0;
  std::int64_t user_id = 0;
  std::string_view author;
  std::string_view post_title;
  std::string_view body;
  Timestamp created_at;

  static db::RowSet<Comment> of_post(db::ReadSession& session, std::int64_t post_id);
  static db::RowSet<Comment> of_user(db::ReadSession& session, std::int64_t user_id);
  /// Inserts the comment and counts it for its post. Throws base::NotFound when the post is gone.
  static std::int64_t create(db::WriteSession& tx, std::int64_t post_id, std::int64_t user_id, std::string_view body,
                             Timestamp now);
  /// Deletes one comment drawn at random and gives its post.
  static Post destroy_random(db::WriteSession& tx, monolite::base::Rng& rng);
};
BOOST_DESCRIBE_STRUCT(Comment, (), (id, post_id, user_id, author, post_title, body, created_at))

}  // namespace lorem_news
