#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/base/loop.h>
#include <monolite/db/batch.h>
#include <monolite/db/errors.h>
#include <monolite/db/page.h>
#include <monolite/db/preload.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db {
namespace {

using sqlite::testing::TemporaryDatabase;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Post {
  std::int64_t id = 0;
  std::string title = {};
  Timestamp created_at = {};
  std::optional<std::int64_t> user_id = {};
};
BOOST_DESCRIBE_STRUCT(Post, (), (id, title, created_at, user_id))
inline constexpr Table<Post, "posts"> kPosts;

struct PostLine {
  std::int64_t id = 0;
  std::string_view title;
  Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(PostLine, (), (id, title, created_at))
inline constexpr Table<PostLine, "posts"> kLines;

struct Comment {
  std::int64_t post_id = 0;
  std::string body;
};
BOOST_DESCRIBE_STRUCT(Comment, (), (post_id, body))
inline constexpr Table<Comment, "comments"> kComments;

struct CommentLine {
  std::int64_t post_id = 0;
  std::string_view body;
};
BOOST_DESCRIBE_STRUCT(CommentLine, (), (post_id, body))

struct User {
  std::int64_t id = 0;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(User, (), (id, name))
inline constexpr Table<User, "users"> kUsers;

constexpr Timestamp at(int minute) { return Timestamp(std::chrono::minutes(minute)); }

std::vector<Post> posts(std::size_t count) {
  std::vector<Post> rows;
  for (std::size_t i = 0; i < count; ++i) {
    rows.push_back({.title = "post " + std::to_string(i), .created_at = at(static_cast<int>(i / 3))});
  }
  return rows;
}

class Many : public ::testing::Test {
 protected:
  Many() {
    database_->write([](WriteSession& tx) {
      tx.run(R"(
        CREATE TABLE users (id INTEGER PRIMARY KEY NOT NULL, name TEXT NOT NULL UNIQUE) STRICT;
        CREATE TABLE posts (id INTEGER PRIMARY KEY NOT NULL, title TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL,
                            user_id INTEGER) STRICT;
        CREATE TABLE comments (id INTEGER PRIMARY KEY, post_id INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
      )"_script);
    });
  }

  std::int64_t insert(const std::vector<Post>& rows) {
    return database_->write([&](WriteSession& tx) { return insert_all(tx, kPosts, rows); });
  }
  std::int64_t count() {
    return database_->read([](ReadSession& s) { return kPosts.count(s); });
  }

  TemporaryDatabase database_;
};

TEST_F(Many, AreInsertedByFewStatements) {
  Database& database = *database_;
  const std::vector<Post> rows = posts(130);
  // [snippet insert_all]
  database.write([&](WriteSession& tx) { return insert_all(tx, kPosts, rows); });
  // [/snippet]
  EXPECT_EQ(count(), 130);
  database_->read([](ReadSession& s) {
    EXPECT_EQ(kPosts.get(s, 51).title, "post 50");
    EXPECT_EQ(kPosts.get(s, 130).title, "post 129");
  });
  EXPECT_EQ(insert({}), 0);
}

TEST_F(Many, MayMixKeysThatAreGivenAndNot) {
  insert({{.id = 10, .title = "a"}, {.title = "b"}, {.title = "c"}, {.id = 7, .title = "d"}});
  database_->read([](ReadSession& s) {
    EXPECT_EQ(kPosts.get_by<&Post::title>(s, "a").id, 10);
    EXPECT_EQ(kPosts.get_by<&Post::title>(s, "b").id, 11);
    EXPECT_EQ(kPosts.get_by<&Post::title>(s, "d").id, 7);
  });
}

TEST_F(Many, AreStoredAllOrNotAtAll) {
  auto rows = posts(60);
  rows.push_back({.title = "post 3"});
  EXPECT_THROW(insert(rows), ConstraintViolation);
  EXPECT_EQ(count(), 0);
}

TEST_F(Many, MayBeThereAlready) {
  insert(posts(60));
  auto rows = posts(70);
  for (auto& row : rows) row.user_id = 5;
  database_->write([&](WriteSession& tx) {
    EXPECT_EQ(upsert_all<"ON CONFLICT DO NOTHING">(tx, kPosts, rows), 10);
    // [snippet upsert_all]
    upsert_all<"ON CONFLICT (title) DO UPDATE SET user_id = excluded.user_id">(tx, kPosts, rows);
    // [/snippet]
    EXPECT_EQ(kPosts.count<"user_id = 5">(tx), 70);
    EXPECT_EQ(kPosts.get(tx, 1).title, "post 0");
  });
}

TEST_F(Many, GiveTheirKeysInOrderWhenWanted) {
  const auto keys = database_->write([](WriteSession& tx) { return insert_each(tx, kPosts, posts(3)); });
  EXPECT_THAT(keys, ElementsAre(1, 2, 3));
}

TEST_F(Many, AreReadInBatches) {
  Database& database = *database_;
  insert(posts(25));
  std::vector<std::size_t> sizes;
  std::int64_t sum = 0;
  // [snippet in_batches]
  in_batches(database, kPosts, 10, [&](const std::vector<Post>& some) {
    sizes.push_back(some.size());
    for (const Post& post : some) sum += post.id;
  });
  // [/snippet]
  EXPECT_THAT(sizes, ElementsAre(10, 10, 5));
  EXPECT_EQ(sum, 25 * 26 / 2);
}

TEST_F(Many, AreReadInBatchesByACondition) {
  insert(posts(25));
  std::vector<std::int64_t> ids;
  const auto collect = [&](const auto& some) {
    EXPECT_LE(some.size(), 2U);
    for (const auto& post : some) ids.push_back(post.id);
  };
  in_batches<"id > ? OR id = ?">(*database_, kLines, 2, collect, 21,
                                 4);  // in brackets: the key's condition holds for both
  EXPECT_THAT(ids, ElementsAre(4, 22, 23, 24, 25));
  ids.clear();
  in_batches<"id < 0">(*database_, kPosts, 2, collect);
  in_batches<"id <= 4">(*database_, kPosts, 2, collect);  // the last batch is full
  EXPECT_THAT(ids, ElementsAre(1, 2, 3, 4));
  EXPECT_THROW(in_batches(*database_, kPosts, 0, collect), base::Error);
}

// A snapshot that is kept from batch to batch would hide what was written meanwhile and hold up checkpoints.
TEST_F(Many, BatchesReleaseTheirSnapshotAlsoOnATask) {
  insert(posts(4));
  std::vector<std::int64_t> seen;
  base::Loop loop({.mode = base::default_task_mode()});
  loop.spawn(
      [&] {
        in_batches(*database_, kPosts, 2, [&](const std::vector<Post>& some) {
          for (const auto& post : some) seen.push_back(post.id);
          if (seen.size() != 2) return;
          std::jthread other([&] { insert({{.id = 9, .title = "meanwhile"}}); });
        });
      },
      [&] { loop.stop(); });
  loop.run();
  EXPECT_THAT(seen, ElementsAre(1, 2, 3, 4, 9));
}

// --- pages -----------------------------------------------------------------------------------------------------------

// [snippet keyset]
inline constexpr Keyset<Order::kDescending, &Post::created_at, &Post::id> kNewestFirst;

Page<std::vector<Post>> newest(ReadSession& session, const PageRequest& request) {
  return kNewestFirst.page(session,
                           "SELECT * FROM posts WHERE (created_at, id) < (?, ?) "
                           "ORDER BY created_at DESC, id DESC LIMIT ?"_sql,
                           request);
}
// [/snippet]

TEST_F(Many, ArePagedByKey) {
  insert(posts(8));
  std::vector<std::vector<std::int64_t>> pages;
  PageRequest request{.size = 3};
  do {
    const auto page = database_->read([&](ReadSession& s) { return newest(s, request); });
    auto& ids = pages.emplace_back();
    for (const auto& post : page.rows) ids.push_back(post.id);
    request.after = page.next;
  } while (request.after);
  EXPECT_THAT(pages, ElementsAre(ElementsAre(8, 7, 6), ElementsAre(5, 4, 3), ElementsAre(2, 1)));
}

TEST_F(Many, ShowNoNextPageWhenTheLastOneIsFull) {
  insert(posts(4));
  database_->read([&](ReadSession& s) {
    const auto first = newest(s, {.size = 2});
    ASSERT_TRUE(first.next);
    const auto second = newest(s, {.after = first.next, .size = 2});
    EXPECT_EQ(second.rows.size(), 2U);
    EXPECT_FALSE(second.next);
    EXPECT_FALSE(newest(s, {.size = 4}).next);
  });
}

TEST_F(Many, PagesDoNotShiftWhenRowsAreAdded) {
  insert(posts(4));
  const auto first = database_->read([&](ReadSession& s) { return newest(s, {.size = 2}); });
  insert({{.title = "newer", .created_at = at(99)}});
  const auto second = database_->read([&](ReadSession& s) { return newest(s, {.after = first.next, .size = 2}); });
  EXPECT_EQ(second.rows.front().id, 2);
}

TEST_F(Many, ACursorThatIsNoneIsTheVisitorsFault) {
  for (const char* text : {"", "~", "1", "1~", "~1", "1~2~3", "a~1", "1~1x", "1~99999999999999999999", " 1~1",
                           "9223372036854775807~1", "-9223372036854775808~1"}) {
    EXPECT_FALSE(kNewestFirst.is_cursor(text)) << text;
    try {
      database_->read([&](ReadSession& s) { return newest(s, {.after = text}); });
      ADD_FAILURE() << text;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::ErrorCode::kInvalid) << text;
    }
  }
  EXPECT_TRUE(kNewestFirst.is_cursor("-5~1"));
}

struct Entry {
  std::string name;
  Ulid id;
};
BOOST_DESCRIBE_STRUCT(Entry, (), (name, id))

template <Order Direction>
std::vector<std::string> paged_names(ReadSession& s, const Sql& sql) {
  constexpr Keyset<Direction, &Entry::name, &Entry::id> kOrder;
  std::vector<std::string> names;
  PageRequest request{.size = 1};
  do {
    const auto page = kOrder.page(s, sql, request);
    for (const auto& entry : page.rows) names.push_back(entry.name);
    request.after = page.next;
  } while (request.after && names.size() < 10);
  return names;
}

TEST_F(Many, PagesGoBothWaysByTextAndIds) {
  database_->write([](WriteSession& tx) {
    tx.run(R"(CREATE TABLE entries (name TEXT NOT NULL, id BLOB NOT NULL) STRICT;
              INSERT INTO entries VALUES ('', x'00000000000000000000000000000000'), ('~"?', zeroblob(16)),
                ('b', x'ffffffffffffffffffffffffffffffff'), ('b', x'00000000000000000000000000000001'))"_script);
  });
  constexpr auto kUp = "SELECT * FROM entries WHERE (name, id) > (?, ?) ORDER BY name, id LIMIT ?"_sql;
  constexpr auto kDown = "SELECT * FROM entries WHERE (name, id) < (?, ?) ORDER BY name DESC, id DESC LIMIT ?"_sql;
  database_->read([&](ReadSession& s) {
    EXPECT_THAT(paged_names<Order::kAscending>(s, kUp), ElementsAre("", "b", "b", "~\"?"));
    EXPECT_THAT(paged_names<Order::kDescending>(s, kDown), ElementsAre("~\"?", "b", "b", ""));
  });
}

TEST_F(Many, PagesReachTheSmallestAndTheLargestNumber) {
  constexpr Keyset<Order::kAscending, &Post::id> kUp;
  constexpr Keyset<Order::kDescending, &Post::id> kDown;
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  insert({{.id = kLeast, .title = "a"}, {.id = kMost, .title = "b"}});
  database_->read([&](ReadSession& s) {
    const auto up = kUp.page(s, "SELECT * FROM posts WHERE id > ? ORDER BY id LIMIT ?"_sql, {.size = 1});
    EXPECT_EQ(up.rows.front().id, kLeast);
    const auto down = kDown.page(s, "SELECT * FROM posts WHERE id < ? ORDER BY id DESC LIMIT ?"_sql, {.size = 1});
    EXPECT_EQ(down.rows.front().id, kMost);
  });
}

TEST_F(Many, PagesTakeParametersAndViewsOfText) {
  insert(posts(6));
  constexpr Keyset<Order::kAscending, &PostLine::id> kById;
  database_->read([&](ReadSession& s) {
    const auto page = kById.page(s, "SELECT * FROM posts WHERE created_at = ? AND id > ? ORDER BY id LIMIT ?"_sql,
                                 {.size = 2}, at(1));
    ASSERT_EQ(page.rows.size(), 2U);
    EXPECT_EQ(page.rows[1].title, "post 4");
    EXPECT_EQ(page.next, "5");
  });
}

// --- preload ---------------------------------------------------------------------------------------------------------

class Preload : public Many {
 protected:
  Preload() {
    auto some = posts(3);
    some[0].user_id = 2;
    some[2].user_id = 2;
    insert(some);
    database_->write([](WriteSession& tx) {
      insert_all(tx, kUsers, std::vector<User>{{1, "ada"}, {2, "bob"}});
      insert_all(tx, kComments, std::vector<Comment>{{3, "c"}, {1, "b"}, {3, "a"}, {1, "d"}, {9, "of another"}});
    });
  }
  template <class Rows>
  static std::string bodies(const Rows& rows) {
    std::string text;
    for (const auto& row : rows) text += row.body;
    return text;
  }
};

TEST_F(Preload, GivesEachParentItsRowsInTheOrderOfTheQuery) {
  database_->read([](ReadSession& session) {
    const auto posts = kPosts.all(session);
    std::string shown;
    // [snippet preload]
    const auto comments = preload<&Comment::post_id, "ORDER BY body">(session, kComments, posts, &Post::id);
    for (const Post& post : posts) {
      for (const Comment& comment : comments.of(post.id)) shown += comment.body;
    }
    // [/snippet]
    EXPECT_EQ(shown, "bdac");
    EXPECT_EQ(bodies(comments.of(3)), "ac");
    EXPECT_THAT(comments.of(2), IsEmpty());
    EXPECT_EQ(comments.size(), 4U);
  });
}

TEST_F(Preload, TakesAnyStatementAndViewsOfText) {
  database_->read([](ReadSession& session) {
    const auto posts = kPosts.all(session);
    const auto comments = preload<&CommentLine::post_id>(
        session, posts, &Post::id,
        "SELECT post_id, body || ?2 AS body FROM comments WHERE post_id IN (SELECT value FROM json_each(?1)) "
        "ORDER BY body DESC"_sql,
        "!");
    EXPECT_EQ(bodies(comments.of(3)), "c!a!");
    EXPECT_EQ(bodies(comments.of(1)), "d!b!");
  });
}

TEST_F(Preload, FindsWhatRowsBelongTo) {
  database_->read([](ReadSession& session) {
    const auto posts = kPosts.all(session);
    // [snippet preload_one]
    const auto authors = preload<&User::id>(session, kUsers, posts, &Post::user_id);
    const User* author = authors.find(posts[0].user_id);  // null when it has none
    // [/snippet]
    ASSERT_TRUE(author);
    EXPECT_EQ(author->name, "bob");
    EXPECT_FALSE(authors.find(posts[1].user_id));
    EXPECT_EQ(authors.size(), 1U);
  });
}

TEST_F(Preload, AsksNothingWithoutParents) {
  database_->read([](ReadSession& session) {
    const auto none = preload<&Comment::post_id>(session, std::vector<Post>(), &Post::id, "no statement at all"_sql);
    EXPECT_EQ(none.size(), 0U);
    EXPECT_THAT(none.of(1), IsEmpty());
  });
}

TEST_F(Preload, KeepsAnyTextInAList) {
  const std::vector<std::string> names{"plain", "qu\"ote", "back\\slash", "new\nline", "ümlaut", "'); DROP TABLE x"};
  const auto text = ValueList::of(names).text();
  database_->read(
      [&](ReadSession& s) { EXPECT_EQ(s.all<std::string>("SELECT value FROM json_each(?)"_sql, text), names); });
  EXPECT_EQ(ValueList().text(), "[]");
  EXPECT_EQ(ValueList::of(std::vector<std::int64_t>{-1, 2}).text(), "[-1,2]");
}

struct Tagged {
  Uuid id;
};
BOOST_DESCRIBE_STRUCT(Tagged, (), (id))
inline constexpr Table<Tagged, "tagged"> kTagged;

TEST_F(Preload, FindsIdsInBlobs) {
  base::SeededRng rng(1);
  const base::SystemClock clock;
  base::IdSource ids(clock, rng);
  const std::vector<Tagged> rows{{ids.uuid7()}, {ids.uuid7()}, {ids.uuid7()}};
  database_->write([&](WriteSession& tx) {
    tx.run("CREATE TABLE tagged (id BLOB PRIMARY KEY) STRICT"_script);
    insert_all(tx, kTagged, rows);
  });
  database_->read([&](ReadSession& s) {
    const auto found = preload<&Tagged::id>(s, kTagged, std::span(rows).first(2), &Tagged::id);
    EXPECT_TRUE(found.find(rows[0].id));
    EXPECT_TRUE(found.find(rows[1].id));
    EXPECT_FALSE(found.find(rows[2].id));
  });
}

}  // namespace
}  // namespace monolite::db
