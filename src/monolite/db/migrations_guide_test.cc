#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/db/migration.h>
#include <monolite/db/schema.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

// What docs/guide/migrations.md shows. tools/check_snippets compares the two.
namespace monolite {
namespace {

using db::operator""_script;
using db::operator""_sql;
using ::testing::ElementsAre;

class MigrationsGuide : public ::testing::Test {
 protected:
  std::vector<std::string> texts(const db::Sql& sql) {
    return database->read([&](db::ReadSession& session) { return session.all<std::string>(sql); });
  }

  db::sqlite::testing::TemporaryDatabase database;
};

TEST_F(MigrationsGuide, AMigration) {
  // [snippet schema_migration]
  const std::vector<db::Migration> migrations{
      {.version = 1,
       .name = "create_tags",
       .up =
           [](db::Schema schema) {
             schema.create_table("tags", [](db::TableBuilder& t) {
               t.id();
               t.text("name").not_null();
               t.timestamps();
             });
           },
       .down = [](db::Schema schema) { schema.drop_table("tags"); }},
  };
  // [/snippet]
  const base::ManualClock clock{db::Timestamp()};
  db::Migrator migrator(*database, migrations, clock);
  EXPECT_EQ(migrator.migrate().size(), 1u);
  EXPECT_EQ(migrator.rollback(1).size(), 1u);
}

TEST_F(MigrationsGuide, Everything) {
  database->write([](db::WriteSession& tx) {
    db::Schema schema(tx);
    schema.create_table("users", [](db::TableBuilder& t) { t.id(); });
    // [snippet schema_create_table]
    schema.create_table("posts", [](db::TableBuilder& t) {
      t.id();
      t.integer("user_id").not_null().references("users", {.on_delete = db::ForeignAction::kCascade});
      t.text("title").not_null().default_to("it's new");
      t.text("body");
      t.json("meta");
      t.boolean("pinned").not_null().default_to(false);
      t.integer("seen_at").default_sql("unixepoch()");
      t.text("slug").generated("lower(title)", db::Generated::kStored);
      t.integer("size").generated("length(title)");
      t.timestamp("published_at");
      t.check("length(title) <= 80", "short_title");
      t.timestamps();
    });
    // [/snippet]
    // [snippet schema_indexes]
    schema.create_index("posts_newest_first", "posts", {"published_at DESC", "title"},
                        {.where = "published_at IS NOT NULL"});
    schema.create_index("posts_by_title", "posts", {"lower(title)"}, {.kind = db::IndexKind::kUnique});
    // [/snippet]
    // [snippet schema_views]
    schema.create_view("published_posts", "SELECT * FROM posts WHERE published_at IS NOT NULL");
    schema.create_trigger("posts_are_seen", R"(AFTER UPDATE OF body ON posts BEGIN
        UPDATE posts SET seen_at = NULL WHERE id = new.id;
      END)");
    // [/snippet]
    // [snippet schema_full_text]
    schema.create_full_text("posts_search", {.columns = {"title", "body"},
                                             .content = "posts",
                                             .tokenize = "unicode61 remove_diacritics 2",
                                             .options = "prefix='2 3'"});
    // [/snippet]
    tx.run("INSERT INTO users VALUES (1)"_script);
    tx.run("INSERT INTO posts (user_id, title, created_at, updated_at) VALUES (1, 'Café', '', '')"_script);
  });
  EXPECT_THAT(texts("SELECT title FROM posts_search WHERE posts_search MATCH 'cafe'"_sql), ElementsAre("Café"));

  const base::ManualClock clock{db::Timestamp()};
  const auto change = [](db::Schema schema) {
    // [snippet schema_change_table]
    schema.change_table("posts", [](db::TableChange& t) {
      t.change("body").not_null().default_to("").copied_as("coalesce(body, '')");
      t.change("user_id").references("users", {.on_delete = db::ForeignAction::kRefuse});
      t.drop_constraint("short_title");
      t.text("summary").copied_as("substr(title, 1, 20)");
    });
    // [/snippet]
  };
  const std::vector<db::Migration> migrations{{.version = 1, .name = "change_posts", .up = change}};
  db::Migrator(*database, migrations, clock).migrate();
  EXPECT_THAT(texts("SELECT body || summary || slug FROM posts"_sql), ElementsAre("Cafécafé"));
}

}  // namespace
}  // namespace monolite
