#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/base/error.h>
#include <monolite/base/ids.h>
#include <monolite/db/migration.h>
#include <monolite/db/sqlite/testing/temporary_database.h>
#include <monolite/db/table.h>

// What docs/guide/database.md shows and no other test does. tools/check_snippets compares the two.
namespace monolite {
namespace {

using db::operator""_script;
using db::operator""_sql;
using ::testing::ElementsAre;

// [snippet record]
struct Post {
  std::int64_t id = 0;
  std::string title;
  std::optional<std::string> body;
};
BOOST_DESCRIBE_STRUCT(Post, (), (id, title, body))
// [/snippet]

// [snippet row_set]
struct PostLine {
  std::int64_t id = 0;
  std::string_view title;  // lies in the list: no allocation per row
};
BOOST_DESCRIBE_STRUCT(PostLine, (), (id, title))

db::RowSet<PostLine> newest(db::ReadSession& session, std::int64_t limit) {
  return session.all<PostLine>("SELECT id, title FROM posts ORDER BY id DESC LIMIT ?"_sql, limit);
}
// [/snippet]

class Guide : public ::testing::Test {
 protected:
  Guide() {
    database.write([](db::WriteSession& tx) {
      tx.run(R"(
        CREATE TABLE users (id INTEGER PRIMARY KEY, posts_count INTEGER NOT NULL DEFAULT 0, last_seen_at TEXT) STRICT;
        CREATE TABLE posts (id INTEGER PRIMARY KEY, title TEXT NOT NULL UNIQUE, body TEXT) STRICT;
        INSERT INTO users (id) VALUES (1);
        INSERT INTO posts VALUES (1, 'one', 'text'), (2, 'two', NULL);
      )"_script);
    });
  }

  db::sqlite::testing::TemporaryDatabase temporary_;
  db::Database& database = *temporary_;
};

TEST_F(Guide, Reads) {
  const std::int64_t id = 1;
  // [snippet reading]
  const auto post = database.read([&](db::ReadSession& session) {
    return session.one<Post>("SELECT id, title, body FROM posts WHERE id = ?"_sql, id);
  });
  // [/snippet]
  EXPECT_EQ(post.body, "text");
  const auto lines = database.read([](db::ReadSession& session) { return newest(session, 10); });
  EXPECT_EQ(lines.front().title, "two");
}

TEST_F(Guide, Writes) {
  const std::int64_t author = 1;
  const std::string title = "three";
  std::vector<std::int64_t> told;
  const auto broadcast = [&](std::int64_t about) { told.push_back(about); };
  // [snippet writing]
  const auto id = database.write([&](db::WriteSession& tx) {
    const auto new_id = tx.insert<std::int64_t>("INSERT INTO posts (title) VALUES (?) RETURNING id"_sql, title);
    tx.exec("UPDATE users SET posts_count = posts_count + 1 WHERE id = ?"_sql, author);
    tx.after_commit([&] { broadcast(author); });
    return new_id;
  });
  // [/snippet]
  EXPECT_EQ(id, 3);
  EXPECT_THAT(told, ElementsAre(1));
}

TEST_F(Guide, UndoesAPart) {
  const auto kept = database.write([](db::WriteSession& tx) {
    // [snippet savepoint]
    try {
      tx.savepoint([&] {
        tx.exec("UPDATE posts SET body = ? WHERE id = 1"_sql, "changed");
        throw base::Error({.code = base::ErrorCode::kForbidden, .what = "not on Sundays"});
      });
    } catch (const base::Error& error) {  // the change of the savepoint is gone, the rest of the unit goes on
      if (error.code() != base::ErrorCode::kForbidden) throw;
    }
    // [/snippet]
    return tx.scalar<std::string>("SELECT body FROM posts WHERE id = 1"_sql);
  });
  EXPECT_EQ(kept, "text");
}

TEST_F(Guide, QueuesSeveralUnits) {
  const std::string now = "2026-11-20";
  // [snippet write_each]
  const auto touch_user = [&](db::WriteSession& tx) { tx.exec("UPDATE users SET last_seen_at = ?"_sql, now); };
  const auto trim_posts = [](db::WriteSession& tx) { tx.exec("DELETE FROM posts WHERE body IS NULL"_sql); };
  database.write_each({touch_user, trim_posts});  // one wait for both; one may fail without the other
  // [/snippet]
  EXPECT_EQ(database.read([](db::ReadSession& s) { return s.scalar<int>("SELECT count(*) FROM posts"_sql); }), 1);
}

TEST_F(Guide, Migrates) {
  // [snippet migrations]
  const std::vector<db::Migration> migrations{
      {.version = 1,
       .name = "create_tags",
       .up =
           [](db::WriteSession& tx) { tx.run("CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT) STRICT"_script); },
       .down = [](db::WriteSession& tx) { tx.run("DROP TABLE tags"_script); }},
  };
  // [/snippet]
  const base::SystemClock clock;
  db::Migrator(database, migrations, clock).migrate();
  EXPECT_EQ(database.read([](db::ReadSession& s) { return s.scalar<int>("SELECT count(*) FROM tags"_sql); }), 0);
}

// [snippet ids]
struct Device {
  db::Uuid id;                   // BLOB of 16 bytes
  db::AsText<db::Ulid> pairing;  // TEXT: "01ARZ3NDEKTSV4RRFFQ69G5FAV"
};
BOOST_DESCRIBE_STRUCT(Device, (), (id, pairing))
inline constexpr db::Table<Device, "devices"> kDevices;

db::Uuid add_device(db::WriteSession& tx, base::IdSource& ids) {
  return kDevices.insert(tx, Device{ids.uuid7(), {ids.ulid()}});
}
// [/snippet]

TEST_F(Guide, MakesIds) {
  const base::SystemClock clock;
  base::SystemRng rng;
  base::IdSource ids(clock, rng);
  database.write([&](db::WriteSession& tx) {
    tx.run("CREATE TABLE devices (id BLOB PRIMARY KEY, pairing TEXT NOT NULL) STRICT, WITHOUT ROWID"_script);
    const auto first = add_device(tx, ids);
    EXPECT_LT(first, add_device(tx, ids));
    EXPECT_TRUE(kDevices.exists(tx, first));
  });
}

// [snippet in_tests]
TEST(Posts, AreCounted) {
  db::sqlite::testing::TemporaryDatabase temporary;  // a real file that goes with the test
  temporary->write([](db::WriteSession& tx) {
    tx.run("CREATE TABLE posts (id INTEGER PRIMARY KEY) STRICT; INSERT INTO posts VALUES (1), (2)"_script);
    EXPECT_EQ(tx.scalar<int>("SELECT count(*) FROM posts"_sql), 2);
  });
}
// [/snippet]

}  // namespace
}  // namespace monolite
