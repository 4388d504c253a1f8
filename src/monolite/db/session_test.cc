#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/db/errors.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db {
namespace {

using sqlite::testing::TemporaryDatabase;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Post {
  std::int64_t id;
  std::string title;
  std::optional<std::string> body;
};
BOOST_DESCRIBE_STRUCT(Post, (), (id, title, body))

struct Title {
  std::string title;
};
BOOST_DESCRIBE_STRUCT(Title, (), (title))

constexpr auto kAllTitles = "SELECT title FROM posts ORDER BY id"_sql;

class Sessions : public ::testing::Test {
 protected:
  Sessions() {
    database_->write([](WriteSession& tx) {
      tx.run(R"(
        CREATE TABLE posts (id INTEGER PRIMARY KEY NOT NULL, title TEXT NOT NULL UNIQUE, body TEXT) STRICT;
        CREATE TABLE comments (id INTEGER PRIMARY KEY NOT NULL, post_id INTEGER NOT NULL REFERENCES posts (id)) STRICT;
        INSERT INTO posts VALUES (1, 'one', 'first'), (2, 'two', NULL), (3, 'three', 'third');
      )"_script);
    });
  }

  std::vector<std::string> titles() {
    return database_->read([](ReadSession& s) { return s.all<std::string>(kAllTitles); });
  }

  /// The error of scope kBug that `work` ends with.
  template <class F>
  std::string bug(F work) {
    try {
      work();
    } catch (const base::Error& error) {
      EXPECT_EQ(error.scope(), base::ErrorScope::kBug) << error.what();
      return error.message();
    }
    return "no error";
  }

  TemporaryDatabase database_;
};

TEST_F(Sessions, FillARecordByColumnNames) {
  const auto post = database_->read([](ReadSession& s) {
    return s.one<Post>("SELECT body, 'more' AS ignored, title, id FROM posts WHERE id = ?"_sql, 1);
  });
  EXPECT_EQ(post.id, 1);
  EXPECT_EQ(post.title, "one");
  EXPECT_EQ(post.body, "first");
}

TEST_F(Sessions, FindGivesNothingAndOneThrows) {
  database_->read([](ReadSession& s) {
    EXPECT_FALSE(s.find<Post>("SELECT * FROM posts WHERE id = ?"_sql, 9));
    EXPECT_THROW(s.one<Post>("SELECT * FROM posts WHERE id = ?"_sql, 9), base::NotFound);
    EXPECT_THROW(s.scalar<std::string>("SELECT title FROM posts WHERE id = ?"_sql, 9), base::NotFound);
    EXPECT_EQ(s.scalar<std::int64_t>("SELECT count(*) FROM posts"_sql), 3);
  });
}

TEST_F(Sessions, AMemberWithoutAColumnNamesStructMemberAndStatement) {
  const auto what =
      bug([&] { database_->read([](ReadSession& s) { s.all<Post>("SELECT id, title FROM posts"_sql); }); });
  EXPECT_THAT(what,
              HasSubstr("Post has the member 'body', but there is no such column in: SELECT id, title FROM posts"));
}

TEST_F(Sessions, TwoColumnsOfOneNameAreRefused) {
  const auto what = bug([&] {
    database_->read([](ReadSession& s) { s.all<Title>("SELECT a.title, b.title FROM posts a, posts b"_sql); });
  });
  EXPECT_THAT(what, HasSubstr("two columns are called 'title'"));
}

TEST_F(Sessions, TheNumberOfValuesMustFit) {
  constexpr auto sql = "SELECT * FROM posts WHERE id = ?"_sql;
  database_->read([&](ReadSession& s) {
    EXPECT_THAT(bug([&] { s.find<Post>(sql); }), HasSubstr("0 values for 1 parameters"));
    EXPECT_THAT(bug([&] { s.find<Post>(sql, 1, 2); }), HasSubstr("2 values for 1 parameters"));
    EXPECT_TRUE(s.find<Post>(sql, 1));  // the statement was given back
  });
}

TEST_F(Sessions, SeveralStatementsInOneLiteralAreRefused) {
  database_->read([&](ReadSession& s) {
    EXPECT_THAT(bug([&] { s.find<int>("SELECT 1; SELECT 2"_sql); }), HasSubstr("one statement at a time"));
    EXPECT_THAT(bug([&] { s.find<int>("-- nothing"_sql); }), HasSubstr("there is no statement"));
  });
}

TEST_F(Sessions, AReadSessionCannotWrite) {
  database_->read([](ReadSession& s) {
    try {
      s.find<int>("UPDATE posts SET title = 'x' RETURNING id"_sql);
      FAIL();
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::ErrorCode::kForbidden);
    }
  });
  EXPECT_THAT(titles(), ElementsAre("one", "two", "three"));
}

TEST_F(Sessions, EachStreamsAndKeepsTemporaries) {
  std::vector<std::string> seen;
  database_->read([&](ReadSession& s) {
    for (const Title& row : s.each<Title>("SELECT title FROM posts WHERE title <> ? ORDER BY id"_sql,
                                          std::string("a temporary that is long enough to live on the heap"))) {
      seen.push_back(row.title);
      if (seen.size() == 2) break;
    }
  });
  EXPECT_THAT(seen, ElementsAre("one", "two"));
}

struct Line {
  std::int64_t id;
  std::string_view title;
  std::optional<std::string_view> body;
};
BOOST_DESCRIBE_STRUCT(Line, (), (id, title, body))

TEST_F(Sessions, AllKeepsTheTextOfViews) {
  auto lines = database_->read([](ReadSession& s) {
    auto read = s.all<Line>("SELECT id, title, body FROM posts ORDER BY id"_sql);
    s.all<Line>("SELECT id, upper(title) AS title, upper(body) AS body FROM posts"_sql);  // uses the same memory inside
    return read;
  });
  const auto moved = std::move(lines);
  ASSERT_EQ(moved.size(), 3U);
  EXPECT_EQ(moved[0].title, "one");
  EXPECT_EQ(moved[0].body, "first");
  EXPECT_EQ(moved[1].title, "two");
  EXPECT_EQ(moved[1].body, std::nullopt);
  EXPECT_EQ(moved.back().title, "three");
}

TEST_F(Sessions, ASetOfViewsGrowsWithoutMovingItsText) {
  const auto texts = database_->read([](ReadSession& s) {
    return s.all<std::string_view>(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000) "
        "SELECT printf('%d-%.*c', i, i % 50, 'x') FROM n"_sql);
  });
  ASSERT_EQ(texts.size(), 3000U);
  for (std::size_t i = 1; i <= 3000; ++i) {
    ASSERT_EQ(texts[i - 1], std::to_string(i) + "-" + std::string(std::max<std::size_t>(i % 50, 1), 'x'));
  }
}

TEST_F(Sessions, EachShowsViewsOfTheCurrentRow) {
  database_->read([](ReadSession& s) {
    std::string seen;
    for (const auto& line : s.each<Line>("SELECT id, title, body FROM posts ORDER BY id"_sql)) {
      seen.append(line.title).append(line.body.value_or("-"));
    }
    EXPECT_EQ(seen, "onefirsttwo-threethird");
  });
}

TEST_F(Sessions, EachNestsOverTheSameLiteral) {
  int pairs = 0;
  database_->read([&](ReadSession& s) {
    for ([[maybe_unused]] const auto& outer : s.each<std::string>(kAllTitles)) {
      for ([[maybe_unused]] const auto& inner : s.each<std::string>(kAllTitles)) ++pairs;
    }
  });
  EXPECT_EQ(pairs, 9);
}

TEST_F(Sessions, ExecTellsHowManyRowsChanged) {
  database_->write([](WriteSession& tx) {
    EXPECT_EQ(tx.exec("UPDATE posts SET body = 'x' WHERE id > ?"_sql, 1), 2);
    EXPECT_EQ(tx.exec("UPDATE posts SET body = 'x' WHERE id > ?"_sql, 99), 0);
    EXPECT_EQ(tx.exec("SELECT id FROM posts"_sql), 0);
  });
}

TEST_F(Sessions, InsertGivesTheRowAndRunsAll) {
  const auto first = database_->write([](WriteSession& tx) {
    return tx.insert<Post>("INSERT INTO posts (title) VALUES ('four'), ('five') RETURNING *"_sql);
  });
  EXPECT_EQ(first.title, "four");
  EXPECT_EQ(first.id, 4);
  EXPECT_THAT(titles(), ElementsAre("one", "two", "three", "four", "five"));
}

TEST_F(Sessions, AnInsertThatReturnsNothing) {
  database_->write([](WriteSession& tx) {
    constexpr auto sql = "INSERT INTO posts (title) VALUES (?) ON CONFLICT DO NOTHING RETURNING id"_sql;
    EXPECT_THROW(tx.insert<int>(sql, "one"), base::NotFound);
    EXPECT_FALSE(tx.find<int>(sql, "one"));
    EXPECT_EQ(tx.find<int>(sql, "new"), 4);
  });
}

// SQLite makes all changes of a statement, and checks them, before it returns the first row.
TEST_F(Sessions, AChangeIsCompleteAfterItsFirstRow) {
  database_->write([](WriteSession& tx) {
    EXPECT_EQ(tx.find<int>("INSERT INTO posts (title) VALUES ('a'), ('b'), ('c') RETURNING id"_sql), 4);
    for ([[maybe_unused]] const auto id : tx.each<int>("UPDATE posts SET body = 'new' RETURNING id"_sql)) break;
    EXPECT_THROW(tx.find<int>("INSERT INTO comments (post_id) VALUES (1), (98) RETURNING id"_sql), ConstraintViolation);
  });
  database_->read([](ReadSession& s) {
    EXPECT_EQ(s.scalar<int>("SELECT count(*) FROM posts WHERE body = 'new'"_sql), 6);
    EXPECT_EQ(s.scalar<int>("SELECT count(*) FROM comments"_sql), 0);
  });
}

TEST_F(Sessions, ASchemaChangeUnderACachedStatementIsNoticed) {
  database_->write([&](WriteSession& tx) {
    constexpr auto sql = "SELECT * FROM posts WHERE id = 1"_sql;
    EXPECT_EQ(tx.one<Post>(sql).title, "one");
    tx.run(
        "ALTER TABLE posts DROP COLUMN body; ALTER TABLE posts ADD COLUMN rank INTEGER; "
        "ALTER TABLE posts ADD COLUMN body TEXT;"_script);
    const auto post = tx.one<Post>(sql);  // the columns moved
    EXPECT_EQ(post.title, "one");
    EXPECT_EQ(post.body, std::nullopt);
    tx.run("ALTER TABLE posts DROP COLUMN body"_script);
    EXPECT_THAT(bug([&] { tx.one<Post>(sql); }), HasSubstr("no such column"));
  });
}

TEST_F(Sessions, AReadersCachedStatementFollowsTheSchema) {
  const auto post = [&] {
    return database_->read([](ReadSession& s) { return s.one<Post>("SELECT * FROM posts WHERE id = 1"_sql); });
  };
  EXPECT_EQ(post().body, "first");
  database_->write([](WriteSession& tx) {
    tx.run(
        "ALTER TABLE posts DROP COLUMN body; ALTER TABLE posts ADD COLUMN extra TEXT DEFAULT 'wrong'; "
        "ALTER TABLE posts ADD COLUMN body TEXT DEFAULT 'right'"_script);
  });
  EXPECT_EQ(post().body, "right");
}

TEST_F(Sessions, ASavepointUndoesOnlyItself) {
  std::vector<std::string> effects;
  database_->write([&](WriteSession& tx) {
    tx.exec("INSERT INTO posts (title) VALUES ('kept')"_sql);
    tx.after_commit([&] { effects.push_back("kept"); });
    EXPECT_THROW(tx.savepoint([&] {
      tx.exec("INSERT INTO posts (title) VALUES ('undone')"_sql);
      tx.after_commit([&] { effects.push_back("undone"); });
      throw std::runtime_error("changed my mind");
    }),
                 std::runtime_error);
    tx.savepoint([&] { tx.exec("INSERT INTO posts (title) VALUES ('also kept')"_sql); });
  });
  EXPECT_THAT(titles(), ElementsAre("one", "two", "three", "kept", "also kept"));
  EXPECT_THAT(effects, ElementsAre("kept"));
}

TEST_F(Sessions, SavepointsNest) {
  database_->write([&](WriteSession& tx) {
    tx.savepoint([&] {
      tx.exec("INSERT INTO posts (title) VALUES ('outer')"_sql);
      EXPECT_THROW(tx.savepoint([&] {
        tx.exec("INSERT INTO posts (title) VALUES ('inner')"_sql);
        tx.exec("INSERT INTO posts (title) VALUES ('one')"_sql);
      }),
                   ConstraintViolation);
    });
  });
  EXPECT_THAT(titles(), ElementsAre("one", "two", "three", "outer"));
}

TEST_F(Sessions, AClosureCannotEndItsTransaction) {
  const auto refused = "a closure does not begin, commit or roll back by itself";
  EXPECT_THAT(bug([&] {
                database_->write([](WriteSession& tx) {
                  tx.exec("INSERT INTO posts (title) VALUES ('half')"_sql);
                  tx.exec("COMMIT"_sql);
                });
              }),
              HasSubstr(refused));
  EXPECT_THAT(bug([&] { database_->write([](WriteSession& tx) { tx.run("ROLLBACK"_script); }); }), HasSubstr(refused));
  EXPECT_THAT(bug([&] { database_->write([](WriteSession& tx) { tx.exec("RELEASE ml_unit"_sql); }); }),
              HasSubstr(refused));
  EXPECT_THAT(bug([&] { database_->read([](ReadSession& s) { s.find<int>("BEGIN"_sql); }); }), HasSubstr(refused));
  EXPECT_THAT(titles(), ElementsAre("one", "two", "three"));
}

TEST_F(Sessions, AScriptStopsAtItsFirstError) {
  EXPECT_THROW(database_->write([](WriteSession& tx) {
    tx.run("INSERT INTO posts (title) VALUES ('script'); /* then */ INSERT INTO nowhere VALUES (1);"_script);
  }),
               base::Error);
  EXPECT_EQ(titles().size(), 3u);
}

TEST_F(Sessions, DoubleQuotesAreNeverText) {
  database_->read([&](ReadSession& s) {
    EXPECT_THAT(bug([&] { s.find<std::string>("SELECT title FROM posts WHERE title = \"one\""_sql); }),
                HasSubstr("no such column"));
  });
}

TEST_F(Sessions, AuditedTextRunsWithParameters) {
  const std::string column = "title";
  const auto title = database_->read([&](ReadSession& s) {
    const auto text = "SELECT " + column + " FROM posts WHERE id = ?";
    return s.one<std::string>(Sql::audited(text, "the column name comes from this test"), 2);
  });
  EXPECT_EQ(title, "two");
}

}  // namespace
}  // namespace monolite::db
