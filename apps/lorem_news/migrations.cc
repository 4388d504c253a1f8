#include <lorem_news/application.h>

namespace lorem_news {

using monolite::db::Migration;
using monolite::db::WriteSession;
using monolite::db::operator""_script;

namespace {

// Indexes by owner end with created_at, because lists are shown newest first: no sorting. Two
// more hold all that a line of a list shows: a post's row carries its description, so a hundred rows are a hundred
// pages, and every commit makes the readers fetch their pages anew.
//
// AUTOINCREMENT: the cookie holds a session's id, and an id that is given out twice would hand a dead cookie someone
// else's session.

void create_users(WriteSession& tx) {
  tx.run(R"sql(
    CREATE TABLE users (
      id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
      screen_name TEXT NOT NULL,
      password_digest TEXT NOT NULL,
      about TEXT,
      last_seen_at TEXT,
      posts_count INTEGER DEFAULT 0,
      created_at TEXT NOT NULL,
      updated_at TEXT NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX users_by_screen_name ON users (screen_name);
  )sql"_script);
}

void create_sessions(WriteSession& tx) {
  tx.run(R"sql(
    CREATE TABLE sessions (
      id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
      user_id INTEGER NOT NULL REFERENCES users (id),
      user_agent TEXT,
      ip_address TEXT,
      created_at TEXT NOT NULL,
      updated_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX sessions_by_user ON sessions (user_id);
  )sql"_script);
}

void create_posts(WriteSession& tx) {
  tx.run(R"sql(
    CREATE TABLE posts (
      id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
      user_id INTEGER NOT NULL REFERENCES users (id),
      title TEXT NOT NULL,
      description TEXT,
      published_at TEXT,
      comments_count INTEGER DEFAULT 0,
      created_at TEXT NOT NULL,
      updated_at TEXT NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX posts_by_title ON posts (title);
    CREATE INDEX posts_by_user ON posts (user_id, created_at);
    CREATE INDEX posts_newest_first ON posts (created_at, user_id, title, comments_count);
    CREATE INDEX posts_as_listed ON posts (id, user_id, title, comments_count, created_at);
  )sql"_script);
}

void create_comments(WriteSession& tx) {
  tx.run(R"sql(
    CREATE TABLE comments (
      id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
      post_id INTEGER NOT NULL REFERENCES posts (id),
      user_id INTEGER NOT NULL REFERENCES users (id),
      body TEXT,
      created_at TEXT NOT NULL,
      updated_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX comments_by_post ON comments (post_id, created_at);
    CREATE INDEX comments_by_user ON comments (user_id, created_at);
  )sql"_script);
}

}  // namespace

std::vector<Migration> migrations() {
  return {
      {1, "create_users", create_users, [](WriteSession& tx) { tx.run("DROP TABLE users"_script); }},
      {2, "create_sessions", create_sessions, [](WriteSession& tx) { tx.run("DROP TABLE sessions"_script); }},
      {3, "create_posts", create_posts, [](WriteSession& tx) { tx.run("DROP TABLE posts"_script); }},
      {4, "create_comments", create_comments, [](WriteSession& tx) { tx.run("DROP TABLE comments"_script); }},
  };
}

}  // namespace lorem_news
