#include <lorem_news/application.h>

#include <monolite/db/schema.h>

namespace lorem_news {

using monolite::db::IdReuse;
using monolite::db::IndexKind;
using monolite::db::Migration;
using monolite::db::Schema;
using monolite::db::TableBuilder;

namespace {

void belongs_to(TableBuilder& t, std::string_view column, std::string_view table) {
  t.integer(column).not_null().references(table, {.columns = {"id"}});
}

// Indexes by owner end with created_at, because lists are shown newest first: no sorting. Two
// more hold all that a line of a list shows: a post's row carries its description, so a hundred rows are a hundred
// pages, and every commit makes the readers fetch their pages anew.
//
// IdReuse::kNever: the cookie holds a session's id, and an id that is given out twice would hand a dead cookie someone
// else's session.

void create_users(Schema schema) {
  schema.create_table("users", [](TableBuilder& t) {
    t.id(IdReuse::kNever);
    t.text("screen_name").not_null();
    t.text("password_digest").not_null();
    t.text("about");
    t.timestamp("last_seen_at");
    t.integer("posts_count").default_to(0);
    t.timestamps();
  });
  schema.create_index("users_by_screen_name", "users", {"screen_name"}, {.kind = IndexKind::kUnique});
}

void create_sessions(Schema schema) {
  schema.create_table("sessions", [](TableBuilder& t) {
    t.id(IdReuse::kNever);
    belongs_to(t, "user_id", "users");
    t.text("user_agent");
    t.text("ip_address");
    t.timestamps();
  });
  schema.create_index("sessions_by_user", "sessions", {"user_id"});
}

void create_posts(Schema schema) {
  schema.create_table("posts", [](TableBuilder& t) {
    t.id(IdReuse::kNever);
    belongs_to(t, "user_id", "users");
    t.text("title").not_null();
    t.text("description");
    t.timestamp("published_at");
    t.integer("comments_count").default_to(0);
    t.timestamps();
  });
  schema.create_index("posts_by_title", "posts", {"title"}, {.kind = IndexKind::kUnique});
  schema.create_index("posts_by_user", "posts", {"user_id", "created_at"});
  schema.create_index("posts_newest_first", "posts", {"created_at", "user_id", "title", "comments_count"});
  schema.create_index("posts_as_listed", "posts", {"id", "user_id", "title", "comments_count", "created_at"});
}

void create_comments(Schema schema) {
  schema.create_table("comments", [](TableBuilder& t) {
    t.id(IdReuse::kNever);
    belongs_to(t, "post_id", "posts");
    belongs_to(t, "user_id", "users");
    t.text("body");
    t.timestamps();
  });
  schema.create_index("comments_by_post", "comments", {"post_id", "created_at"});
  schema.create_index("comments_by_user", "comments", {"user_id", "created_at"});
}

}  // namespace

std::vector<Migration> migrations() {
  return {
      {1, "create_users", create_users, [](Schema schema) { schema.drop_table("users"); }},
      {2, "create_sessions", create_sessions, [](Schema schema) { schema.drop_table("sessions"); }},
      {3, "create_posts", create_posts, [](Schema schema) { schema.drop_table("posts"); }},
      {4, "create_comments", create_comments, [](Schema schema) { schema.drop_table("comments"); }},
  };
}

}  // namespace lorem_news
