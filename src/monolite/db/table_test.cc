#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/base/error.h>
#include <monolite/db/database.h>
#include <monolite/db/errors.h>
#include <monolite/db/sqlite/testing/temporary_database.h>
#include <monolite/db/table.h>

namespace monolite::db {
namespace {

using sqlite::testing::TemporaryDatabase;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// [snippet table]
struct Post {
  std::int64_t id = 0;
  std::int64_t user_id = 0;
  std::string title;
  std::optional<std::string> body = {};
  std::int64_t comments_count = 0;
};
BOOST_DESCRIBE_STRUCT(Post, (), (id, user_id, title, body, comments_count))

inline constexpr Table<Post, "posts"> kPosts;
// [/snippet]

/// A line of a list: fewer columns, its text in the list.
struct PostLine {
  std::int64_t id = 0;
  std::string_view title;
};
BOOST_DESCRIBE_STRUCT(PostLine, (), (id, title))
inline constexpr Table<PostLine, "posts"> kLines;

struct NewPost {
  std::int64_t user_id = 0;
  std::string_view title;
};
BOOST_DESCRIBE_STRUCT(NewPost, (), (user_id, title))

struct NewText {
  std::string title;
  std::optional<std::string> body;
};
BOOST_DESCRIBE_STRUCT(NewText, (), (title, body))

/// Names that SQL reserves, a key of text, a table with a quote in its name.
struct Odd {
  std::string group;
  std::int64_t order = 0;
};
BOOST_DESCRIBE_STRUCT(Odd, (), (group, order))
inline constexpr Table<Odd, "odd \"table", "group"> kOdd;

class Tables : public ::testing::Test {
 protected:
  Tables() {
    database_->write([](WriteSession& tx) {
      tx.run(R"(
        CREATE TABLE posts (id INTEGER PRIMARY KEY NOT NULL, user_id INTEGER NOT NULL, title TEXT NOT NULL UNIQUE,
                            body TEXT, comments_count INTEGER DEFAULT 0) STRICT;
        CREATE TABLE "odd ""table" ("group" TEXT PRIMARY KEY NOT NULL, "order" INTEGER NOT NULL) STRICT;
        INSERT INTO posts VALUES (1, 7, 'one', 'first', 2), (2, 7, 'two', NULL, 0), (3, 8, 'three', 'third', 1);
      )"_script);
    });
  }

  template <class F>
  auto read(F use) {
    return database_->read([&](ReadSession& session) { return use(session); });
  }
  template <class F>
  auto write(F use) {
    return database_->write([&](WriteSession& tx) { return use(tx); });
  }
  Post post(std::int64_t id) {
    return read([&](ReadSession& s) { return kPosts.get(s, id); });
  }

  TemporaryDatabase database_;
};

TEST_F(Tables, FindByKeyAndByMember) {
  read([](ReadSession& session) {
    // [snippet find_by]
    const Post post = kPosts.get(session, 1);                    // base::NotFound becomes a 404
    const std::optional<Post> maybe = kPosts.find(session, 99);  // or nothing
    const std::optional<Post> named = kPosts.find_by<&Post::title>(session, "two");
    // [/snippet]
    EXPECT_EQ(post.title, "one");
    EXPECT_FALSE(maybe);
    EXPECT_EQ(named.value().id, 2);
    return 0;
  });
}

TEST_F(Tables, ANullIsFoundByItsMember) {
  read([](ReadSession& s) {
    EXPECT_EQ(kPosts.get_by<&Post::body>(s, std::nullopt).id, 2);
    EXPECT_EQ(kPosts.get_by<&Post::body>(s, "third").id, 3);
    return 0;
  });
}

TEST_F(Tables, SayWhichTableAndColumnHadNoRow) {
  try {
    read([](ReadSession& s) { return kPosts.get_by<&Post::title>(s, "none"); });
    FAIL() << "no error";
  } catch (const base::NotFound& error) {
    EXPECT_THAT(error.what(), HasSubstr("posts has no row with this title"));
  }
}

TEST_F(Tables, WhereTakesSqlFromTheSourceAndValuesAsParameters) {
  read([](ReadSession& session) {
    const std::int64_t user_id = 7;
    // [snippet where]
    const auto mine = kPosts.where<"user_id = ? ORDER BY title DESC LIMIT 10">(session, user_id);
    const auto best = kPosts.find_where<"user_id = ? ORDER BY comments_count DESC">(session, user_id);
    const auto silent = kPosts.count<"comments_count = 0">(session);
    const bool taken = kPosts.exists<"title = ? AND id <> ?">(session, "one", 2);
    // [/snippet]
    EXPECT_EQ(mine.size(), 2U);
    EXPECT_EQ(mine.front().title, "two");
    EXPECT_EQ(best.value().title, "one");
    EXPECT_EQ(silent, 1);
    EXPECT_TRUE(taken);
    EXPECT_EQ(kPosts.count(session), 3);
    EXPECT_TRUE(kPosts.exists(session, 3));
    EXPECT_FALSE(kPosts.exists(session, 4));
    EXPECT_FALSE(kPosts.exists<"title = ?">(session, "'; DROP TABLE posts; --"));
    return 0;
  });
}

TEST_F(Tables, ShowATableThroughSeveralStructs) {
  const auto lines = database_->read([](ReadSession& s) { return kLines.where<"true ORDER BY id">(s); });
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[2].title, "three");
}

TEST_F(Tables, InsertAStructAndGiveItsKey) {
  // [snippet insert]
  const auto id = database_->write([](WriteSession& tx) {
    return kPosts.insert(tx, NewPost{.user_id = 8, .title = "four"});  // the other columns take their DEFAULT
  });
  // [/snippet]
  EXPECT_EQ(id, 4);
  EXPECT_EQ(post(4).title, "four");
  EXPECT_EQ(post(4).comments_count, 0);
}

TEST_F(Tables, LeaveAKeyOfZeroToTheDatabaseAndStoreAnyOther) {
  write([](WriteSession& tx) {
    EXPECT_EQ(kPosts.insert(tx, Post{.user_id = 1, .title = "next"}), 4);
    EXPECT_EQ(kPosts.insert(tx, Post{.id = 40, .user_id = 1, .title = "chosen"}), 40);
    return 0;
  });
  EXPECT_EQ(post(40).title, "chosen");
}

TEST_F(Tables, UpdateAllMembersSomeOrOne) {
  auto changed = post(1);
  changed.title = "uno";
  write([&](WriteSession& tx) {
    EXPECT_TRUE(kPosts.update(tx, changed));
    // [snippet update]
    kPosts.update(tx, 2, NewText{.title = "due", .body = "second"});  // the columns of this struct
    kPosts.set<&Post::title>(tx, 3, "tre");                           // one column
    kPosts.increment<&Post::comments_count>(tx, 3);                   // a counter, added up by the database
    // [/snippet]
    EXPECT_FALSE(kPosts.update(tx, 99, NewText{}));
    EXPECT_FALSE(kPosts.set<&Post::title>(tx, 99, "x"));
    EXPECT_FALSE(kPosts.increment<&Post::comments_count>(tx, 99));
    return 0;
  });
  EXPECT_EQ(post(1).title, "uno");
  EXPECT_EQ(post(1).comments_count, 2);
  EXPECT_EQ(post(2).body, "second");
  EXPECT_EQ(post(2).user_id, 7);
  EXPECT_EQ(post(3).title, "tre");
  EXPECT_EQ(post(3).comments_count, 2);
}

TEST_F(Tables, CountFromNullAndDownwards) {
  write([](WriteSession& tx) {
    tx.exec("UPDATE posts SET comments_count = NULL WHERE id = 1"_sql);
    kPosts.increment<&Post::comments_count>(tx, 1, -3);
    return 0;
  });
  EXPECT_EQ(post(1).comments_count, -3);
}

TEST_F(Tables, DestroyByKeyAndByClause) {
  write([](WriteSession& tx) {
    EXPECT_TRUE(kPosts.destroy(tx, 1));
    EXPECT_FALSE(kPosts.destroy(tx, 1));
    EXPECT_EQ(kPosts.destroy_where<"user_id IN (?, ?)">(tx, 7, 8), 2);
    EXPECT_EQ(kPosts.count(tx), 0);
    EXPECT_THAT(kPosts.all(tx), IsEmpty());
    return 0;
  });
}

TEST_F(Tables, UpsertSaysWhatConflictsAndWhatIsUpdated) {
  write([](WriteSession& tx) {
    const Post again{.user_id = 9, .title = "one", .body = "changed"};
    // [snippet upsert]
    const auto id = kPosts.upsert<"ON CONFLICT (title) DO UPDATE SET body = excluded.body">(tx, again);
    // [/snippet]
    EXPECT_EQ(id, 1);
    EXPECT_EQ(kPosts.upsert<"ON CONFLICT DO NOTHING">(tx, again), std::nullopt);
    return 0;
  });
  EXPECT_EQ(post(1).body, "changed");
  EXPECT_EQ(post(1).user_id, 7);
}

TEST_F(Tables, QuoteNamesAndTakeKeysOfText) {
  write([](WriteSession& tx) {
    EXPECT_EQ(kOdd.insert(tx, Odd{"a", 2}), "a");
    EXPECT_EQ(kOdd.insert(tx, Odd{"", 3}), "");
    EXPECT_TRUE(kOdd.update(tx, Odd{"a", 5}));
    EXPECT_EQ(kOdd.get(tx, "a").order, 5);
    EXPECT_EQ(kOdd.get_by<&Odd::order>(tx, 3).group, "");
    return 0;
  });
}

TEST_F(Tables, ADuplicateNamesItsColumn) {
  try {
    write([](WriteSession& tx) { return kPosts.insert(tx, NewPost{1, "one"}); });
    FAIL() << "no error";
  } catch (const ConstraintViolation& violation) {
    EXPECT_TRUE(violation.is_duplicate_of("posts", "title"));
  }
}

struct Device {
  Uuid id;
  AsText<Ulid> token;
  std::optional<Ulid> parent;
};
BOOST_DESCRIBE_STRUCT(Device, (), (id, token, parent))
inline constexpr Table<Device, "devices"> kDevices;

TEST_F(Tables, TakeIdsThatTheProgramMakes) {
  const base::SystemClock clock;
  base::SystemRng rng;
  base::IdSource ids(clock, rng);
  const Device device{ids.uuid7(), {ids.ulid()}, {}};
  write([&](WriteSession& tx) {
    tx.run("CREATE TABLE devices (id BLOB PRIMARY KEY NOT NULL, token TEXT NOT NULL, parent BLOB) STRICT"_script);
    EXPECT_EQ(kDevices.insert(tx, device), device.id);
    kDevices.set<&Device::parent>(tx, device.id, device.token.id);
    return 0;
  });
  read([&](ReadSession& s) {
    const auto stored = kDevices.get(s, device.id);
    EXPECT_EQ(stored.token, device.token);
    EXPECT_EQ(stored.parent, device.token.id);
    EXPECT_EQ(kDevices.get_by<&Device::token>(s, device.token).id, device.id);
    EXPECT_EQ(s.scalar<std::string>("SELECT token FROM devices"_sql), device.token.id.text());
    EXPECT_EQ(s.scalar<std::int64_t>("SELECT length(id) FROM devices"_sql), 16);
    return 0;
  });
}

TEST_F(Tables, AValueThatIsNoIdIsAnError) {
  read([](ReadSession& s) {
    EXPECT_THROW(s.scalar<Uuid>("SELECT x'0102'"_sql), base::Error);
    EXPECT_THROW(s.scalar<Uuid>("SELECT '017f22e2-79b0-7cc3-98c4-dc0c0c07398f'"_sql), base::Error);
    EXPECT_THROW(s.scalar<AsText<Ulid>>("SELECT 'short'"_sql), base::Error);
    return 0;
  });
}

}  // namespace
}  // namespace monolite::db
