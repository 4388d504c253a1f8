#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/base/error.h>
#include <monolite/db/errors.h>
#include <monolite/db/schema.h>
#include <monolite/db/schema_reader.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db {
namespace {

using sqlite::testing::TemporaryDatabase;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SchemaTest : public ::testing::Test {
 protected:
  /// Changes the schema and gives the DDL that ran.
  std::vector<std::string> change(base::FunctionRef<void(Schema&)> steps) {
    return database_->write([&](WriteSession& tx) {
      Schema schema(tx);
      steps(schema);
      return schema.statements();
    });
  }

  void run(const Script& script) {
    database_->write([&](WriteSession& tx) { tx.run(script); });
  }

  std::vector<std::string> texts(const Sql& sql) {
    return database_->read([&](ReadSession& s) { return s.all<std::string>(sql); });
  }

  TemporaryDatabase database_;
};

TEST(TableToSql, ShowsWhatCreateTableRuns) {
  const auto sql = to_sql("posts", [](TableBuilder& t) {
    t.id();
    t.text("title").not_null().unique().collate("nocase");
    t.integer("user_id").not_null().references(
        "users", {.on_delete = ForeignAction::kCascade, .deferrable = Deferrable::kInitiallyDeferred});
    t.integer("likes").not_null().default_to(0);
    t.text("state").not_null().default_to("it's new");
    t.real("score").default_to(1.0);
    t.text("note").default_to(std::nullopt);
    t.integer("seen_at").default_sql("unixepoch()");
    t.boolean("pinned");
    t.json("meta");
    t.text("slug").generated("lower(title)", Generated::kStored);
    t.integer("title_length").generated("length(title)");
    t.check("length(title) <= 80", "short_title");
    t.timestamps();
  });
  EXPECT_EQ(sql,
            "CREATE TABLE posts (\n"
            "  id INTEGER PRIMARY KEY NOT NULL,\n"
            "  title TEXT NOT NULL UNIQUE COLLATE nocase,\n"
            "  user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,\n"
            "  likes INTEGER NOT NULL DEFAULT 0,\n"
            "  state TEXT NOT NULL DEFAULT 'it''s new',\n"
            "  score REAL DEFAULT 1.0,\n"
            "  note TEXT DEFAULT NULL,\n"
            "  seen_at INTEGER DEFAULT (unixepoch()),\n"
            "  pinned INTEGER CHECK (pinned IN (0, 1)),\n"
            "  meta TEXT CHECK (json_valid(meta)),\n"
            "  slug TEXT GENERATED ALWAYS AS (lower(title)) STORED,\n"
            "  title_length INTEGER GENERATED ALWAYS AS (length(title)) VIRTUAL,\n"
            "  created_at TEXT NOT NULL,\n"
            "  updated_at TEXT NOT NULL,\n"
            "  CONSTRAINT short_title CHECK (length(title) <= 80)\n"
            ") STRICT");
}

TEST(TableToSql, KnowsEveryKindOfKey) {
  EXPECT_EQ(to_sql("a", [](TableBuilder& t) { t.id(IdReuse::kNever); }),
            "CREATE TABLE a (\n  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL\n) STRICT");
  EXPECT_EQ(to_sql("b", [](TableBuilder& t) { t.key("id", KeyType::kUuidBlob); }),
            "CREATE TABLE b (\n  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16)\n) STRICT");
  EXPECT_EQ(to_sql("c", [](TableBuilder& t) { t.key("id", KeyType::kUlidText); }),
            "CREATE TABLE c (\n  id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 26)\n) STRICT");
  EXPECT_EQ(to_sql("d",
                   [](TableBuilder& t) {
                     t.key("code", KeyType::kText);
                     t.without_rowid();
                   }),
            "CREATE TABLE d (\n  code TEXT PRIMARY KEY NOT NULL\n) STRICT, WITHOUT ROWID");
  EXPECT_EQ(to_sql("memberships",
                   [](TableBuilder& t) {
                     t.integer("team_id").not_null();
                     t.integer("user_id").not_null();
                     t.any("note");
                     t.primary_key({"team_id", "user_id"});
                     t.unique({"user_id", "note"});
                     t.foreign_key({"team_id", "user_id"}, "invitations",
                                   {.columns = {"team", "user"}, .on_update = ForeignAction::kSetNull});
                     t.not_strict();
                   }),
            "CREATE TABLE memberships (\n"
            "  team_id INTEGER NOT NULL,\n"
            "  user_id INTEGER NOT NULL,\n"
            "  note ANY,\n"
            "  PRIMARY KEY (team_id, user_id),\n"
            "  UNIQUE (user_id, note),\n"
            "  FOREIGN KEY (team_id, user_id) REFERENCES invitations (team, user) ON UPDATE SET NULL\n"
            ")");
}

TEST(TableToSql, HostileNamesAndValuesStayNamesAndValues) {
  EXPECT_EQ(to_sql("t\"; DROP TABLE x", [](TableBuilder& t) { t.text("or'der").default_to("'); DROP TABLE x; --"); }),
            "CREATE TABLE \"t\"\"; DROP TABLE x\" (\n  \"or'der\" TEXT DEFAULT '''); DROP TABLE x; --'\n) STRICT");
}

TEST_F(SchemaTest, ATableHoldsWhatItsDefinitionSays) {
  change([](Schema& schema) {
    schema.create_table("users", [](TableBuilder& t) { t.id(); });
    schema.create_table("posts", [](TableBuilder& t) {
      t.id();
      t.text("title").not_null();
      t.integer("user_id").references("users", {.deferrable = Deferrable::kInitiallyDeferred});
      t.json("meta").not_null().default_to("{}");
      t.text("slug").generated("lower(title)", Generated::kStored);
      t.check("title <> ''");
    });
  });
  run(R"(INSERT INTO posts (title, user_id) VALUES ('Hello', 7); INSERT INTO users VALUES (7))"_script);
  EXPECT_THAT(texts("SELECT slug || meta FROM posts"_sql), ElementsAre("hello{}"));
  EXPECT_THROW(run("INSERT INTO posts (title) VALUES ('')"_script), ConstraintViolation);
  EXPECT_THROW(run("INSERT INTO posts (title, meta) VALUES ('a', '{')"_script), ConstraintViolation);
  EXPECT_THROW(run("INSERT INTO posts (title, user_id) VALUES ('a', 'seven')"_script), ConstraintViolation);  // STRICT
  EXPECT_THROW(run("INSERT INTO posts (title, user_id) VALUES ('a', 8)"_script), ConstraintViolation);
}

TEST_F(SchemaTest, ColumnsAndTablesChangeInPlace) {
  change([](Schema& schema) { schema.create_table("posts", [](TableBuilder& t) { t.id(); }); });
  run("INSERT INTO posts VALUES (1)"_script);
  const auto ddl = change([](Schema& schema) {
    schema.add_columns("posts", [](TableBuilder& t) {
      t.text("title").not_null().default_to("none");
      t.text("slug").generated("lower(title)");
      t.text("scrap");
    });
    schema.rename_column("posts", "title", "heading");
    schema.drop_column("posts", "scrap");
    schema.rename_table("posts", "articles");
  });
  EXPECT_THAT(ddl,
              ElementsAre("ALTER TABLE posts ADD COLUMN title TEXT NOT NULL DEFAULT 'none'",
                          "ALTER TABLE posts ADD COLUMN slug TEXT GENERATED ALWAYS AS (lower(title)) VIRTUAL",
                          "ALTER TABLE posts ADD COLUMN scrap TEXT", "ALTER TABLE posts RENAME COLUMN title TO heading",
                          "ALTER TABLE posts DROP COLUMN scrap", "ALTER TABLE posts RENAME TO articles"));
  EXPECT_THAT(texts("SELECT heading || slug FROM articles"_sql), ElementsAre("nonenone"));
}

TEST_F(SchemaTest, WhatCannotBeAddedInPlaceNamesTheWay) {
  change([](Schema& schema) { schema.create_table("posts", [](TableBuilder& t) { t.id(); }); });
  const std::vector<void (*)(TableBuilder&)> impossible{
      [](TableBuilder& t) { t.text("a").unique(); },
      [](TableBuilder& t) { t.text("a").not_null(); },
      [](TableBuilder& t) { t.text("a").not_null().default_to(std::nullopt); },
      [](TableBuilder& t) { t.integer("a").default_sql("unixepoch()"); },
      [](TableBuilder& t) { t.integer("a").generated("id", Generated::kStored); },
      [](TableBuilder& t) { t.integer("a").default_to(1).references("posts"); },
      [](TableBuilder& t) { t.key("a", KeyType::kText); },
  };
  for (const auto define : impossible) {
    try {
      change([&](Schema& schema) { schema.add_columns("posts", define); });
      ADD_FAILURE() << to_sql("posts", define);
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::ErrorCode::kInvalid);
      EXPECT_THAT(error.hint(), HasSubstr("change_table"));
    }
  }
}

TEST_F(SchemaTest, IndexesMayBeUniquePartialAndOverExpressions) {
  const auto ddl = change([](Schema& schema) {
    schema.create_table("posts", [](TableBuilder& t) {
      t.id();
      t.text("title").not_null();
      t.timestamp("published_at");
    });
    schema.create_index("posts_newest_first", "posts", {"published_at DESC", "title"},
                        {.where = "published_at IS NOT NULL"});
    schema.create_index("posts_by_title", "posts", {"lower(title)"}, {.kind = IndexKind::kUnique});
    schema.create_index("gone", "posts", {"title"});
    schema.drop_index("gone");
  });
  EXPECT_EQ(ddl[1],
            "CREATE INDEX posts_newest_first ON posts (published_at DESC, title) WHERE published_at IS NOT NULL");
  EXPECT_EQ(ddl[2], "CREATE UNIQUE INDEX posts_by_title ON posts (lower(title))");
  run("INSERT INTO posts (title) VALUES ('A')"_script);
  EXPECT_THROW(run("INSERT INTO posts (title) VALUES ('a')"_script), ConstraintViolation);
}

TEST_F(SchemaTest, ViewsAndTriggers) {
  const auto ddl = change([](Schema& schema) {
    schema.create_table("posts", [](TableBuilder& t) {
      t.id();
      t.integer("likes").not_null().default_to(0);
    });
    schema.create_view("popular_posts", "SELECT id FROM posts WHERE likes > 9");
    schema.create_trigger("posts_are_liked", R"(AFTER INSERT ON posts BEGIN
        UPDATE posts SET likes = 10 WHERE id = new.id;
      END)");
  });
  EXPECT_EQ(ddl[1], "CREATE VIEW popular_posts AS SELECT id FROM posts WHERE likes > 9");
  EXPECT_EQ(ddl[2],
            "CREATE TRIGGER posts_are_liked AFTER INSERT ON posts BEGIN UPDATE posts SET likes = 10 WHERE id = new.id; "
            "END");
  run("INSERT INTO posts (id) VALUES (3)"_script);
  EXPECT_THAT(texts("SELECT CAST(id AS TEXT) FROM popular_posts"_sql), ElementsAre("3"));
  change([](Schema& schema) {
    schema.drop_trigger("posts_are_liked");
    schema.drop_view("popular_posts");
  });
  EXPECT_THAT(texts("SELECT name FROM sqlite_schema"_sql), ElementsAre("posts"));
}

TEST_F(SchemaTest, AFullTextIndexFollowsItsTable) {
  change([](Schema& schema) {
    schema.create_table("posts", [](TableBuilder& t) {
      t.id();
      t.text("title").not_null();
      t.text("body").not_null().default_to("");
    });
    schema.session().run("INSERT INTO posts (title) VALUES ('Café society')"_script);
    schema.create_full_text("posts_search", {.columns = {"title", "body"},
                                             .content = "posts",
                                             .tokenize = "unicode61 remove_diacritics 2",
                                             .options = "prefix='2 3'"});
  });
  const auto found = [&](std::string_view words) {
    return database_->read([&](ReadSession& s) {
      return s.all<std::string>("SELECT title FROM posts_search WHERE posts_search MATCH ? ORDER BY rowid"_sql, words);
    });
  };
  EXPECT_THAT(found("cafe"), ElementsAre("Café society"));  // the rows that were there
  run("INSERT INTO posts (title, body) VALUES ('Tea', 'leaves of gold')"_script);
  EXPECT_THAT(found("go*"), ElementsAre("Tea"));
  run("UPDATE posts SET id = 9, body = 'water' WHERE title = 'Tea'; DELETE FROM posts WHERE id = 1"_script);
  EXPECT_THAT(found("gold OR cafe"), IsEmpty());
  EXPECT_THAT(found("water"), ElementsAre("Tea"));
  run("INSERT INTO posts_search (posts_search, rank) VALUES ('integrity-check', 1)"_script);
  change([](Schema& schema) { schema.drop_full_text("posts_search"); });
  EXPECT_THAT(texts("SELECT name FROM sqlite_schema"_sql), ElementsAre("posts"));
}

TEST_F(SchemaTest, AFullTextIndexNeedsStableRowIds) {
  change([](Schema& schema) {
    schema.create_table("notes", [](TableBuilder& t) {
      t.key("id", KeyType::kText);
      t.text("body");
    });
  });
  EXPECT_THROW(change([](Schema& s) { s.create_full_text("search", {.columns = {"body"}, .content = "notes"}); }),
               base::Error);
  EXPECT_THROW(change([](Schema& s) { s.create_full_text("search", {.columns = {"body"}, .content = "no"}); }),
               base::Error);
  change([](Schema& s) { s.create_full_text("search", {.columns = {"body"}}); });  // with text of its own
  run("INSERT INTO search VALUES ('found')"_script);
}

TEST_F(SchemaTest, OtherVirtualTables) {
  const auto ddl = change([](Schema& schema) {
    schema.create_table("posts", [](TableBuilder& t) { t.id(); });
    schema.create_full_text("search", {.columns = {"body"}});
    schema.create_virtual_table("words", "fts5vocab", {"search", "row"});
  });
  EXPECT_EQ(ddl.back(), "CREATE VIRTUAL TABLE words USING fts5vocab(search, row)");
  run("INSERT INTO search VALUES ('one two one')"_script);
  EXPECT_THAT(texts("SELECT term FROM words ORDER BY term"_sql), ElementsAre("one", "two"));
}

// With foreign keys enforced SQLite deletes the rows of a dropped table one by one: cascades would take others along.
TEST_F(SchemaTest, ATableThatOthersReferToIsNotDropped) {
  change([](Schema& schema) {
    schema.create_table("users", [](TableBuilder& t) {
      t.id();
      t.integer("invited_by").references("users");
    });
    schema.create_table("posts", [](TableBuilder& t) {
      t.id();
      t.integer("user_id").references("USERS", {.on_delete = ForeignAction::kCascade});
    });
  });
  run("INSERT INTO users VALUES (1, 1); INSERT INTO posts VALUES (5, 1)"_script);
  try {
    change([](Schema& schema) { schema.drop_table("users"); });
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ErrorCode::kConflict);
    EXPECT_THAT(error.what(), HasSubstr("posts refers to it"));
  }
  EXPECT_THAT(texts("SELECT CAST(id AS TEXT) FROM posts"_sql), ElementsAre("5"));
  change([](Schema& schema) {
    schema.drop_table("posts");
    schema.drop_table("users");
  });
}

TEST_F(SchemaTest, ReadsBackWhatIsThere) {
  change([](Schema& schema) {
    schema.create_table("users", [](TableBuilder& t) {
      t.key("name", KeyType::kText);
      t.without_rowid();
    });
    schema.create_table("posts", [](TableBuilder& t) {
      t.id();
      t.text("title").not_null().default_to("x").unique();
      t.text("author").references("users", {.columns = {"name"}, .on_delete = ForeignAction::kSetNull});
      t.text("slug").generated("lower(title)");
      t.integer("size").generated("length(title)", Generated::kStored);
    });
    schema.create_index("posts_by_author", "posts", {"author"}, {.where = "author IS NOT NULL"});
    schema.create_full_text("search", {.columns = {"title"}, .content = "posts"});
    schema.create_view("titles", "SELECT title FROM posts");
  });
  database_->read([](ReadSession& s) {
    std::vector<std::string> shadows;
    for (const auto& table : read_tables(s)) {
      if (table.kind == TableKind::kShadow) shadows.push_back(table.name);
    }
    EXPECT_THAT(shadows, ElementsAre("search_config", "search_data", "search_docsize", "search_idx"));
    EXPECT_EQ(find_table(s, "SEARCH")->kind, TableKind::kVirtual);
    EXPECT_EQ(find_table(s, "titles")->kind, TableKind::kView);
    EXPECT_FALSE(find_table(s, "users")->has_row_ids);
    EXPECT_TRUE(find_table(s, "posts")->is_strict);
    EXPECT_FALSE(find_table(s, "none"));

    const auto columns = read_columns(s, "posts");
    ASSERT_EQ(columns.size(), 5u);
    EXPECT_EQ(columns[0].key_position, 1);
    EXPECT_TRUE(columns[1].not_null);
    EXPECT_EQ(columns[1].default_sql, "'x'");
    EXPECT_EQ(columns[3].kind, ColumnKind::kGeneratedVirtual);
    EXPECT_EQ(columns[4].kind, ColumnKind::kGeneratedStored);

    const auto keys = read_foreign_keys(s, "posts");
    ASSERT_EQ(keys.size(), 1u);
    EXPECT_EQ(keys[0].parent, "users");
    EXPECT_EQ(keys[0].parent_column, "name");
    EXPECT_EQ(keys[0].on_delete, "SET NULL");
    EXPECT_THAT(tables_referring_to(s, "Users"), ElementsAre("posts"));

    const auto indexes = read_indexes(s, "posts");
    ASSERT_EQ(indexes.size(), 2u);
    EXPECT_THAT(indexes[0].sql, IsEmpty());  // of UNIQUE
    EXPECT_TRUE(indexes[1].is_partial);
    EXPECT_EQ(read_triggers(s).size(), 3u);
  });
}

}  // namespace
}  // namespace monolite::db
