#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/base/error.h>
#include <monolite/db/table_definition.h>

namespace monolite::db {
namespace {

std::string reread(std::string_view sql) { return to_sql(parse_table(sql)); }

TEST(TableDefinition, IsWrittenInOneWayHoweverItWasTyped) {
  EXPECT_EQ(reread(R"(create temp table if not exists main."posts"(
      id integer not null primary key autoincrement, -- the key
      [user id] INT references "users"( id ) on delete set null not deferrable,
      `order` text collate nocase default 'it''s, (new)' unique,
      price numeric ( 10 , 2 ) default (1 + (2)) null,
      slug text as (lower( "order" )) /* short */ stored constraint short check (length(slug)<9)
    ) without rowid , strict;)"),
            "CREATE TABLE posts (\n"
            "  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,\n"
            "  \"user id\" INT REFERENCES users (id) ON DELETE SET NULL NOT DEFERRABLE,\n"
            "  \"order\" TEXT UNIQUE DEFAULT 'it''s, (new)' COLLATE nocase,\n"
            "  price NUMERIC(10 , 2) DEFAULT (1 + (2)),\n"
            "  slug TEXT CONSTRAINT short CHECK (length(slug)<9) GENERATED ALWAYS AS (lower( \"order\" )) STORED\n"
            ") STRICT, WITHOUT ROWID");
}

TEST(TableDefinition, KeepsConstraintsOfTheTable) {
  constexpr std::string_view kSql =
      "CREATE TABLE memberships (\n"
      "  team,\n"
      "  person TEXT DEFAULT -1 GENERATED ALWAYS AS (team || 'x') VIRTUAL,\n"
      "  PRIMARY KEY (team, person) ON CONFLICT ABORT,\n"
      "  UNIQUE (person COLLATE nocase),\n"
      "  CONSTRAINT lively CHECK (team <> person),\n"
      "  FOREIGN KEY (team) REFERENCES teams ON UPDATE CASCADE ON DELETE NO ACTION DEFERRABLE INITIALLY DEFERRED\n"
      ")";
  EXPECT_EQ(reread(kSql), kSql);
}

TEST(TableDefinition, CommasBetweenConstraintsMayBeMissing) {
  const auto table = parse_table("CREATE TABLE t (a, b, UNIQUE (a) CHECK (a > b) FOREIGN KEY (b) REFERENCES t (a))");
  ASSERT_EQ(table.constraints.size(), 3u);
  EXPECT_EQ(table.constraints.back().text, "FOREIGN KEY (b) REFERENCES t (a)");
}

TEST(TableDefinition, KnowsWhichColumnIsTheRowId) {
  const auto row_id = [](std::string_view sql) {
    const auto table = parse_table(sql);
    const auto* column = table.row_id_column();
    return column ? column->name : "";
  };
  EXPECT_EQ(row_id("CREATE TABLE t (a, id integer primary key)"), "id");
  EXPECT_EQ(row_id("CREATE TABLE t (id INTEGER, PRIMARY KEY (\"id\"))"), "id");
  EXPECT_EQ(row_id("CREATE TABLE t (id INT PRIMARY KEY)"), "");
  EXPECT_EQ(row_id("CREATE TABLE t (id INTEGER PRIMARY KEY DESC)"), "");
  EXPECT_EQ(row_id("CREATE TABLE t (a INTEGER, b, PRIMARY KEY (a, b))"), "");
  EXPECT_EQ(row_id("CREATE TABLE t (id INTEGER PRIMARY KEY) WITHOUT ROWID"), "");
}

TEST(TableDefinition, WhatIsNoTableIsRefusedWithItsText) {
  for (const char* sql : {"CREATE VIEW v AS SELECT 1", "CREATE TABLE t AS SELECT 1", "CREATE TABLE t (a", "",
                          "CREATE TABLE t (a) WITHOUT SENSE", "CREATE TABLE t (a DEFAULT)"}) {
    try {
      parse_table(sql);
      ADD_FAILURE() << sql;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::ErrorCode::kUnsupported) << sql;
    }
  }
  EXPECT_THROW(parse_table("CREATE TABLE t (a DEFAULT 'open)"), base::Error);
}

TEST(Identifiers, AreQuotedWhereTheyMustBe) {
  EXPECT_EQ(identifier("posts"), "posts");
  EXPECT_EQ(identifier("Order"), "\"Order\"");
  EXPECT_EQ(identifier("a \"b\""), "\"a \"\"b\"\"\"");
  EXPECT_EQ(identifier("2nd"), "\"2nd\"");
  EXPECT_EQ(identifier(""), "\"\"");
  EXPECT_EQ(text_literal("it's"), "'it''s'");
  EXPECT_THROW(text_literal(std::string_view("a\0b", 3)), base::Error);
}

}  // namespace
}  // namespace monolite::db
