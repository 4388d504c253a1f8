#include <string>

#include <gtest/gtest.h>

#include <monolite/db/sqlite/statement_end.h>

namespace monolite::db::sqlite {
namespace {

TEST(StatementEnd, IsItsSemicolonAndNoneInsideOfTextNamesAndComments) {
  EXPECT_EQ(first_statement("SELECT 1; SELECT 2;"), "SELECT 1;");
  EXPECT_EQ(first_statement("SELECT ';' AS \"a;b\" -- ;\n /* ; */ ; SELECT 2"),
            "SELECT ';' AS \"a;b\" -- ;\n /* ; */ ;");
  EXPECT_EQ(first_statement("SELECT 'it''s; fine';"), "SELECT 'it''s; fine';");
}

TEST(StatementEnd, HasNotComeYet) {
  for (const char* open : {"", "SELECT 1", "SELECT ';", "SELECT 1 -- ;", "SELECT 1 /* ;", "SELECT \";"}) {
    EXPECT_EQ(first_statement(open), "") << open;
  }
}

TEST(StatementEnd, OfATriggerIsBehindItsEnd) {
  const std::string_view trigger = "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; DELETE FROM c; END;";
  EXPECT_EQ(first_statement(std::string(trigger) + " SELECT 1;"), trigger);
  EXPECT_EQ(first_statement(trigger.substr(0, trigger.size() - 5)), "");
}

TEST(StatementEnd, WhatIsNoStatementIsPassedOver) {
  EXPECT_EQ(from_first_statement(" ;;\n-- one;\n/* two; */ ; SELECT 1; -- three"), "SELECT 1; -- three");
  for (const char* nothing : {"", " \n\t", ";", "-- only", "-- only\n", "/* closed */ ; --x\n"}) {
    EXPECT_EQ(from_first_statement(nothing), "") << nothing;
  }
  EXPECT_EQ(from_first_statement(" /* open"), "/* open");
  EXPECT_EQ(from_first_statement("-1"), "-1");
  EXPECT_EQ(from_first_statement("/ 2"), "/ 2");
}

}  // namespace
}  // namespace monolite::db::sqlite
