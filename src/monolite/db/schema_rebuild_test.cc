#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/base/error.h>
#include <monolite/db/errors.h>
#include <monolite/db/migration.h>
#include <monolite/db/schema.h>
#include <monolite/db/schema_reader.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db {
namespace {

using sqlite::testing::TemporaryDatabase;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr WriteOptions kCheckedAtEnd{.grouping = Grouping::kAlone, .foreign_keys = ForeignKeys::kCheckedAtEnd};

/// Users, their posts, which go with them, and all that may hang on a table.
class Rebuild : public ::testing::Test {
 protected:
  Rebuild() {
    run(R"sql(
      CREATE TABLE users (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT COLLATE nocase, /* kept */ age TEXT DEFAULT '7',
        invited_by INTEGER REFERENCES users ON DELETE SET NULL,
        short TEXT GENERATED ALWAYS AS (substr(name, 1, 1)) STORED,
        CONSTRAINT named CHECK (name <> ''),
        CHECK (age >= 0)
      );
      CREATE TABLE posts (
        id INTEGER PRIMARY KEY,
        user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        title TEXT
      ) STRICT;
      CREATE UNIQUE INDEX users_by_name ON users (name) WHERE name IS NOT NULL;
      CREATE INDEX users_by_length ON users (length(name) DESC);
      CREATE VIEW authors AS SELECT users.id, name, count(*) AS posts FROM users JOIN posts ON user_id = users.id
        GROUP BY users.id;
      CREATE VIEW prolific_authors AS SELECT name FROM authors WHERE posts > 1;
      CREATE TABLE log (line TEXT) STRICT;
      CREATE TRIGGER users_logged AFTER UPDATE OF name ON users BEGIN INSERT INTO log VALUES (new.name); END;
      CREATE TRIGGER users_gone AFTER DELETE ON users BEGIN INSERT INTO log VALUES ('gone ' || old.name); END;
      CREATE TRIGGER posts_logged AFTER INSERT ON posts BEGIN
        INSERT INTO log SELECT name FROM users WHERE id = new.user_id;
      END;
      CREATE TRIGGER authors_renamed INSTEAD OF UPDATE ON authors BEGIN
        UPDATE users SET name = new.name WHERE id = old.id;
      END;
      INSERT INTO users (id, name, age, invited_by) VALUES (3, 'Ada', '36', NULL), (5, 'Bob', '7', 3), (9, NULL, '1', 5),
        (20, 'Zoe', '2', 3);
      DELETE FROM users WHERE id = 20;
      INSERT INTO posts VALUES (1, 3, 'a'), (2, 3, 'b'), (3, 5, 'c');
      DELETE FROM log;
    )sql"_script);
  }

  void run(const Script& script) {
    database_->write([&](WriteSession& tx) { tx.run(script); });
  }

  std::vector<std::string> change(std::string_view table, base::FunctionRef<void(TableChange&)> how,
                                  const WriteOptions& options = kCheckedAtEnd) {
    return database_->write(
        [&](WriteSession& tx) {
          Schema schema(tx);
          schema.change_table(table, how);
          return schema.statements();
        },
        options);
  }

  std::vector<std::string> texts(const Sql& sql) {
    return database_->read([&](ReadSession& s) { return s.all<std::string>(sql); });
  }

  /// Everything that a rebuild must not touch.
  std::vector<std::string> others() {
    auto all = texts("SELECT concat_ws(' ', id, user_id, title) FROM posts ORDER BY id"_sql);
    for (const auto& more :
         {texts("SELECT concat_ws(' ', id, name, invited_by) FROM users ORDER BY id"_sql),
          texts("SELECT line FROM log"_sql),
          texts("SELECT name || sql FROM sqlite_schema WHERE name NOT IN ('users') AND sql <> '' ORDER BY name"_sql)}) {
      all.insert(all.end(), more.begin(), more.end());
    }
    return all;
  }

  std::string definition(std::string_view table) {
    return database_->read([&](ReadSession& s) { return to_sql(parse_table(find_table(s, table)->sql)); });
  }

  TemporaryDatabase database_;
};

TEST_F(Rebuild, KeepsRowsIdsCounterIndexesTriggersViewsAndReferringRows) {
  const auto before = others();
  change("users", [](TableChange& t) {
    t.change("age").type(DeclaredType::kInteger).not_null().default_to(18);
    t.strict();
  });
  EXPECT_EQ(others(), before);
  EXPECT_EQ(definition("users"),
            "CREATE TABLE users (\n"
            "  id INTEGER PRIMARY KEY AUTOINCREMENT,\n"
            "  name TEXT COLLATE nocase,\n"
            "  age INTEGER NOT NULL DEFAULT 18,\n"
            "  invited_by INTEGER REFERENCES users ON DELETE SET NULL,\n"
            "  short TEXT GENERATED ALWAYS AS (substr(name, 1, 1)) STORED,\n"
            "  CONSTRAINT named CHECK (name <> ''),\n"
            "  CHECK (age >= 0)\n"
            ") STRICT");
  EXPECT_THAT(texts("SELECT age || ' ' || typeof(age) FROM users ORDER BY id"_sql),
              ElementsAre("36 integer", "7 integer", "1 integer"));
  run("INSERT INTO users (name) VALUES ('New')"_script);
  EXPECT_THAT(texts("SELECT id || short FROM users WHERE name = 'new'"_sql), ElementsAre("21N"));  // 20 is not reused
  // All that hung on it works and cascades as before.
  run("UPDATE authors SET name = 'Adam' WHERE name = 'ADA'; DELETE FROM users WHERE id = 5"_script);
  EXPECT_THAT(texts("SELECT line FROM log"_sql), ElementsAre("Adam", "gone Bob"));
  EXPECT_THAT(texts("SELECT title FROM posts"_sql), ElementsAre("a", "b"));
  EXPECT_THAT(texts("SELECT name FROM prolific_authors"_sql), ElementsAre("Adam"));
  EXPECT_THAT(database_->integrity_problems(), IsEmpty());
}

TEST_F(Rebuild, ShowsItsStatements) {
  run("CREATE TABLE plain (id INTEGER PRIMARY KEY, a TEXT, b TEXT) STRICT"_script);
  auto ddl = change("plain", [](TableChange& t) {
    t.change("a").type(DeclaredType::kInteger).copied_as("length(a)");
    t.drop_column("b");
    t.text("c").not_null().copied_as("coalesce(b, 'none')");
    t.text("d").default_to("x");
  });
  std::erase_if(ddl, [](const std::string& sql) { return sql.find("plain") == std::string::npos; });
  EXPECT_THAT(ddl, ElementsAre("CREATE TABLE ml_rebuild_plain (\n"
                               "  id INTEGER PRIMARY KEY,\n"
                               "  a INTEGER,\n"
                               "  c TEXT NOT NULL,\n"
                               "  d TEXT DEFAULT 'x'\n"
                               ") STRICT",
                               "INSERT INTO ml_rebuild_plain (id, a, c) SELECT id, length(a), coalesce(b, 'none') FROM "
                               "plain ORDER BY id",
                               "DROP TABLE plain", "ALTER TABLE ml_rebuild_plain RENAME TO plain"));
}

TEST_F(Rebuild, ChangesConstraintsKeysAndOrder) {
  change("posts", [](TableChange& t) {
    t.change("user_id").no_reference().nullable();
    t.foreign_key({"user_id"}, "users", {.on_delete = ForeignAction::kSetNull});
    t.check("title <> 'x'", "no_x");
    t.unique({"user_id", "title"});
    t.order({"id", "title"});
  });
  EXPECT_EQ(definition("posts"),
            "CREATE TABLE posts (\n"
            "  id INTEGER PRIMARY KEY,\n"
            "  title TEXT,\n"
            "  user_id INTEGER,\n"
            "  UNIQUE (user_id, title),\n"
            "  CONSTRAINT no_x CHECK (title <> 'x'),\n"
            "  FOREIGN KEY (user_id) REFERENCES users ON DELETE SET NULL\n"
            ") STRICT");
  run("DELETE FROM users WHERE id = 5"_script);
  EXPECT_THAT(texts("SELECT title FROM posts WHERE user_id IS NULL"_sql), ElementsAre("c"));
  change("posts", [](TableChange& t) {
    t.drop_foreign_key({"USER_ID"});
    t.drop_constraint("no_x");
    t.drop_unique({"user_id", "title"});
    t.drop_primary_key();
    t.primary_key({"id", "title"});
    t.change("title").not_null();
    t.change("id").not_null();
    t.without_rowid();
  });
  EXPECT_EQ(definition("posts"),
            "CREATE TABLE posts (\n"
            "  id INTEGER NOT NULL,\n"
            "  title TEXT NOT NULL,\n"
            "  user_id INTEGER,\n"
            "  PRIMARY KEY (id, title)\n"
            ") STRICT, WITHOUT ROWID");
  EXPECT_THAT(texts("SELECT title FROM posts ORDER BY id"_sql), ElementsAre("a", "b", "c"));
}

TEST_F(Rebuild, KeepsRowIdsThatNoColumnShows) {
  run(R"(CREATE TABLE bare (rowid TEXT, a TEXT); INSERT INTO bare (oid, rowid, a) VALUES (40, 'r', 'x'), (7, 's', 'y'))"_script);
  change("bare", [](TableChange& t) { t.strict(); });
  EXPECT_THAT(texts("SELECT _rowid_ || rowid || a FROM bare ORDER BY a"_sql), ElementsAre("40rx", "7sy"));
  change("bare", [](TableChange& t) {
    t.id();
    t.order({"id"});
  });
  EXPECT_THAT(texts("SELECT id || rowid || a FROM bare ORDER BY a"_sql), ElementsAre("40rx", "7sy"));
  change("bare", [](TableChange& t) { t.drop_column("id"); });
  EXPECT_THAT(texts("SELECT oid || a FROM bare ORDER BY a"_sql), ElementsAre("40x", "7y"));
}

TEST_F(Rebuild, AFullTextIndexOverTheTableStaysTrue) {
  database_->write(
      [](WriteSession& tx) { Schema(tx).create_full_text("search", {.columns = {"title"}, .content = "posts"}); });
  change("posts", [](TableChange& t) { t.change("title").not_null(); });
  run("INSERT INTO search (search, rank) VALUES ('integrity-check', 1); UPDATE posts SET title = 'q' WHERE id = 2"_script);
  EXPECT_THAT(texts("SELECT title FROM search WHERE search MATCH 'q OR b'"_sql), ElementsAre("q"));
  run("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)"_script);
}

TEST_F(Rebuild, KeepsThePlannersStatistics) {
  run("ANALYZE"_script);
  change("users", [](TableChange& t) { t.strict(); });
  EXPECT_THAT(texts("SELECT DISTINCT tbl FROM sqlite_stat1 WHERE tbl = 'users'"_sql), ElementsAre("users"));
}

TEST_F(Rebuild, OfAReferencedTableIsRefusedWhileForeignKeysAreEnforced) {
  const auto before = others();
  try {
    change("users", [](TableChange& t) { t.strict(); }, {});
    FAIL();
  } catch (const NeedsForeignKeysOff& error) {
    EXPECT_THAT(error.what(), HasSubstr("posts refers to it"));
    EXPECT_THAT(error.hint(), HasSubstr("kCheckedAtEnd"));
  }
  EXPECT_EQ(others(), before);
  change("log", [](TableChange& t) { t.change("line").not_null(); }, {});  // nobody refers to this one
  EXPECT_EQ(definition("log"), "CREATE TABLE log (\n  line TEXT NOT NULL\n) STRICT");
}

// The new table refers to the name that the old one still has: dropping the old one would cascade into the new one.
TEST_F(Rebuild, ThatAddsAReferenceToItselfLosesNoRow) {
  run("CREATE TABLE nodes (id INTEGER PRIMARY KEY, parent INTEGER) STRICT; INSERT INTO nodes VALUES (1, 1), (2, 1)"_script);
  const auto refer = [](TableChange& t) {
    t.change("parent").references("Nodes", {.on_delete = ForeignAction::kCascade});
  };
  EXPECT_THROW(change("nodes", refer, {}), NeedsForeignKeysOff);
  change("nodes", refer);
  EXPECT_THAT(texts("SELECT id || parent FROM nodes ORDER BY id"_sql), ElementsAre("11", "21"));
  change("nodes", [](TableChange& t) { t.change("parent").no_reference(); });
  EXPECT_THAT(texts("SELECT id || parent FROM nodes ORDER BY id"_sql), ElementsAre("11", "21"));
}

TEST_F(Rebuild, ThatFailsAndIsCaughtInsideOfTheUnitLeavesTheTableAsItWas) {
  const auto before = others();
  database_->write(
      [](WriteSession& tx) {
        EXPECT_THROW(Schema(tx).change_table("users", [](TableChange& t) { t.change("name").not_null(); }),
                     ConstraintViolation);
      },
      kCheckedAtEnd);
  EXPECT_EQ(others(), before);
}

TEST_F(Rebuild, ThatFailsHalfWayChangesNothing) {
  const auto before = others();
  const auto table = definition("users");
  const auto fails = [&](base::FunctionRef<void(TableChange&)> how) {
    EXPECT_THROW(change("users", how), base::Error);
    EXPECT_EQ(others(), before);
    EXPECT_EQ(definition("users"), table);
  };
  fails([](TableChange& t) { t.change("name").not_null(); });  // a row has none: when copying
  fails([](TableChange& t) { t.change("age").type(DeclaredType::kAny).check("age <> '36'"); });
  fails([](TableChange& t) { t.drop_column("name"); });               // an index needs it: after the drop
  fails([](TableChange& t) { t.drop_column("id"); });                 // nothing to refer to: before COMMIT
  fails([](TableChange& t) { t.change("id").copied_as("id + 1"); });  // dangling rows
  fails([](TableChange& t) { t.change("nothing"); });
  fails([](TableChange& t) { t.drop_constraint("nothing"); });
  EXPECT_THROW(database_->write(
                   [](WriteSession& tx) {
                     Schema(tx).change_table("users", [](TableChange& t) { t.strict(); });
                     throw std::runtime_error("after all of it");
                   },
                   kCheckedAtEnd),
               std::runtime_error);
  EXPECT_EQ(others(), before);
}

TEST_F(Rebuild, DanglingRowsAreNamed) {
  try {
    change("users", [](TableChange& t) { t.change("id").copied_as("id + 100"); });
    FAIL();
  } catch (const ConstraintViolation& violation) {
    EXPECT_EQ(violation.kind(), ConstraintKind::kForeignKey);
    EXPECT_THAT(violation.what(), HasSubstr("row 1 of posts refers to a row of users that does not exist"));
  }
}

TEST_F(Rebuild, ARowThatDoesNotFitIsToldInTermsOfTheTable) {
  try {
    change("users", [](TableChange& t) { t.change("name").not_null(); });
    FAIL();
  } catch (const ConstraintViolation& violation) {
    EXPECT_EQ(violation.kind(), ConstraintKind::kNotNull);
    EXPECT_EQ(violation.table(), "users");
    EXPECT_THAT(violation.columns(), ElementsAre("name"));
    EXPECT_THAT(violation.hint(), HasSubstr("copied_as"));
  }
}

// ON CONFLICT REPLACE in a definition makes an INSERT delete rows without a word.
TEST_F(Rebuild, RowsThatAConflictClausePassesOverAreNotLost) {
  run("CREATE TABLE marks (a INTEGER, b INTEGER UNIQUE ON CONFLICT REPLACE); INSERT INTO marks VALUES (1, 2), (1, 3)"_script);
  try {
    change("marks", [](TableChange& t) { t.change("b").copied_as("a"); });
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ErrorCode::kConflict);
    EXPECT_THAT(error.what(), HasSubstr("2 rows, of which 1 fit"));
  }
  EXPECT_THAT(texts("SELECT CAST(b AS TEXT) FROM marks ORDER BY b"_sql), ElementsAre("2", "3"));
}

TEST_F(Rebuild, AViewOrTriggerThatNoLongerFitsIsFoundAtOnce) {
  run("DROP INDEX users_by_name; DROP INDEX users_by_length"_script);
  const auto drop_name = [](TableChange& t) {
    t.drop_constraint("named");
    t.drop_column("short");
    t.drop_column("name");
  };
  try {
    change("users", drop_name);
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ErrorCode::kConflict);
    EXPECT_THAT(error.what(), HasSubstr("the view authors does not fit the new users"));
  }
  run("DROP VIEW prolific_authors; DROP VIEW authors"_script);
  EXPECT_THROW(change("users", drop_name), base::Error);  // the triggers
  run("DROP TRIGGER users_logged; DROP TRIGGER users_gone; DROP TRIGGER posts_logged"_script);
  change("users", drop_name);
}

TEST_F(Rebuild, OnlyOrdinaryTablesCanBeChanged) {
  for (const char* name : {"nothing", "authors"}) {
    EXPECT_THROW(change(name, [](TableChange&) {}), base::Error) << name;
  }
}

TEST_F(Rebuild, InAMigrationNobodyHasToThinkOfForeignKeys) {
  const base::ManualClock clock{Timestamp()};
  int tries = 0;
  const std::vector<Migration> migrations{
      {.version = 1,
       .name = "strict_users",
       .up =
           [&](Schema schema) {
             ++tries;
             schema.session().run("INSERT INTO log VALUES ('once')"_script);
             schema.change_table("users", [](TableChange& t) { t.strict(); });
           },
       .down = [](Schema schema) { schema.change_table("users", [](TableChange& t) { t.not_strict(); }); }},
      {.version = 2,
       .name = "named_users",
       .up =
           [&](Schema schema) {
             ++tries;
             schema.change_table("users",
                                 [](TableChange& t) { t.change("name").not_null().copied_as("ifnull(name, id)"); });
           },
       .foreign_keys = ForeignKeys::kCheckedAtEnd},
  };
  const auto posts = texts("SELECT title FROM posts"_sql);
  Migrator migrator(*database_, migrations, clock);
  migrator.migrate();
  EXPECT_EQ(tries, 3);  // 1 twice, 2 once
  EXPECT_THAT(texts("SELECT line FROM log"_sql), ElementsAre("once"));
  EXPECT_EQ(texts("SELECT title FROM posts"_sql), posts);
  EXPECT_THAT(definition("users"), HasSubstr("STRICT"));
  // The next write knows foreign keys again.
  EXPECT_THROW(run("INSERT INTO posts VALUES (9, 99, 'x')"_script), ConstraintViolation);
}

}  // namespace
}  // namespace monolite::db
