#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/base/error.h>
#include <monolite/db/errors.h>
#include <monolite/db/migration.h>
#include <monolite/db/schema.h>
#include <monolite/db/schema_dump.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db {
namespace {

using sqlite::testing::TemporaryDatabase;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string dump(const TemporaryDatabase& database) { return database->read(dump_schema); }

void run(const TemporaryDatabase& database, const Script& script) {
  database->write([&](WriteSession& tx) { tx.run(script); });
}

/// Everything that the builder can make.
void make_everything(Schema& schema) {
  schema.create_table("users", [](TableBuilder& t) {
    t.id(IdReuse::kNever);
    t.text("name").not_null().unique().collate("nocase");
  });
  schema.create_table("posts", [](TableBuilder& t) {
    t.id();
    t.integer("user_id").not_null().references(
        "users", {.on_delete = ForeignAction::kCascade, .deferrable = Deferrable::kInitiallyDeferred});
    t.text("title").not_null().default_to("it's; new");
    t.json("meta");
    t.boolean("pinned").not_null().default_to(false);
    t.integer("seen_at").default_sql("unixepoch()");
    t.text("slug").generated("lower(title)", Generated::kStored);
    t.integer("size").generated("length(title)");
    t.check("length(title) <= 80", "short_title");
    t.timestamps();
  });
  schema.create_table("tokens", [](TableBuilder& t) {
    t.key("id", KeyType::kUuidBlob);
    t.any("value");
    t.without_rowid();
  });
  schema.create_table("order", [](TableBuilder& t) {
    t.integer("group").not_null();
    t.integer("a \"b\"").not_null();
    t.primary_key({"group", "a \"b\""});
    t.not_strict();
  });
  schema.create_index("posts_newest", "posts", {"created_at DESC", "lower(title)"}, {.where = "pinned = 0"});
  schema.create_index("posts_by_slug", "posts", {"slug"}, {.kind = IndexKind::kUnique});
  schema.create_full_text("a_search", {.columns = {"title"}, .content = "posts", .tokenize = "porter unicode61"});
  schema.create_virtual_table("a_words", "fts5vocab", {"a_search", "row"});
  schema.create_view("z_pinned", "SELECT id, title FROM posts WHERE pinned");
  schema.create_view("a_titles", "SELECT title FROM z_pinned");
  schema.create_trigger("pinned_changed", R"(INSTEAD OF UPDATE ON z_pinned BEGIN
      UPDATE posts SET title = new.title WHERE id = old.id;
      SELECT 'a;b';
    END)");
  schema.session().run("PRAGMA user_version = 7; PRAGMA application_id = 1297"_script);
}

TEST(SchemaDump, LoadedAndDumpedAgainIsTheSame) {
  TemporaryDatabase first;
  first->write([](WriteSession& tx) {
    Schema schema(tx);
    make_everything(schema);
  });
  const auto text = dump(first);
  EXPECT_THAT(text, AllOf(HasSubstr("CREATE VIRTUAL TABLE a_search USING fts5(title, content='posts'"),
                          Not(HasSubstr("a_search_data")), Not(HasSubstr("sqlite_sequence")),
                          HasSubstr("PRAGMA user_version = 7;")));
  TemporaryDatabase second;
  load_schema(*second, text);
  EXPECT_EQ(dump(second), text);
  run(second, R"(INSERT INTO posts (user_id, title, created_at, updated_at) VALUES (1, 'Running', '', '');
                 INSERT INTO users (name) VALUES ('ann'))"_script);
  EXPECT_THAT(second->read([](ReadSession& s) { return s.all<std::string>("SELECT term FROM a_words"_sql); }),
              ElementsAre("run"));
}

TEST(SchemaDump, IsTheSameHoweverTheSchemaCameToBe) {
  TemporaryDatabase built;
  built->write([](WriteSession& tx) {
    Schema schema(tx);
    schema.create_table("posts", [](TableBuilder& t) {
      t.id();
      t.text("title").not_null().default_to("x");
    });
    schema.create_table("authors", [](TableBuilder& t) { t.id(); });
  });
  TemporaryDatabase grown;
  run(grown, R"(
    create table authors(id integer not null /* key */ primary key)strict;
    CREATE TABLE "articles" ("id"   INTEGER PRIMARY KEY NOT NULL) STRICT;
    ALTER TABLE articles ADD COLUMN title text default 'x' NOT NULL;
    ALTER TABLE articles RENAME TO posts;)"_script);
  EXPECT_EQ(dump(grown), dump(built));
}

TEST(SchemaDump, OfAnEmptyDatabaseLoads) {
  TemporaryDatabase first;
  TemporaryDatabase second;
  load_schema(*second, dump(first));
  EXPECT_EQ(dump(second), dump(first));
}

class MigratedDump : public ::testing::Test {
 protected:
  Migrator migrator(const TemporaryDatabase& database) { return {*database, migrations_, clock_}; }

  const base::ManualClock clock_{Timestamp(std::chrono::hours(500'000))};
  std::vector<Migration> migrations_{
      {.version = 1,
       .name = "it's one",
       .up = [](Schema s) { s.create_table("one", [](TableBuilder& t) { t.id(); }); }},
      {.version = 5, .name = "five", .up = [](Schema s) { s.create_table("five", [](TableBuilder& t) { t.id(); }); }},
  };
  TemporaryDatabase database_;
};

TEST_F(MigratedDump, KnowsItsMigrations) {
  migrator(database_).migrate();
  const auto text = dump(database_);
  EXPECT_THAT(text, Not(HasSubstr("2027")));  // not when they ran: that differs between people
  TemporaryDatabase loaded;
  load_schema(*loaded, text);
  EXPECT_EQ(dump(loaded), text);
  EXPECT_TRUE(migrator(loaded).is_current());
  EXPECT_THAT(migrator(loaded).migrate(), IsEmpty());
  EXPECT_EQ(loaded->read([](ReadSession& s) {
    return s.one<std::string>("SELECT value FROM ml_db_meta WHERE key = 'seed'"_sql);
  }),
            "pending");

  migrations_.push_back(
      {.version = 6, .name = "six", .up = [](Schema s) { s.create_table("six", [](TableBuilder& t) { t.id(); }); }});
  EXPECT_EQ(migrator(loaded).migrate().size(), 1u);
}

TEST_F(MigratedDump, IsNotLoadedOverTables) {
  migrator(database_).migrate();
  try {
    load_schema(*database_, dump(database_));
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ErrorCode::kConflict);
    EXPECT_THAT(error.what(), HasSubstr("not empty"));
  }
}

TEST_F(MigratedDump, LoadsWhollyOrNotAtAll) {
  const std::string filler(2'000, ' ');
  for (const std::string& wrong : {"CREATE TABLE a (id INTEGER) STRICT; CREATE TABEL b (id INTEGER);" + filler,
                                   std::string("CREATE TABLE a (id INTEGER) STRICT; COMMIT;")}) {
    try {
      load_schema(*database_, wrong);
      FAIL();
    } catch (const base::Error& error) {
      EXPECT_LT(std::string_view(error.what()).size(), 500u);  // names the statement, not the file
    }
    EXPECT_THAT(dump(database_), Not(HasSubstr("CREATE")));
  }
}

}  // namespace
}  // namespace monolite::db
