#include <gtest/gtest.h>

#include <monolite/db/sql_literals/scanner.h>

namespace monolite::db::sql_literals {
namespace {

std::vector<std::string> texts(std::string_view source) {
  std::vector<std::string> all;
  const auto file = scan("a.cc", source);
  for (const auto& literal : file.literals) all.push_back(literal.text);
  return all;
}

std::vector<Literal> literals(std::string_view source) { return scan("a.cc", source).literals; }

using Texts = std::vector<std::string>;

TEST(Scanner, FindsALiteralWithItsLine) {
  const auto found = literals("int x;\n\nauto q = \"SELECT 1\"_sql;\n");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].text, "SELECT 1");
  EXPECT_EQ(found[0].line, 3);
}

TEST(Scanner, IgnoresOtherStrings) { EXPECT_EQ(texts(R"x(f("SELECT 1"); g("a"_script); h("b"sv);)x"), Texts{}); }

TEST(Scanner, IgnoresCommentsAndCharacters) {
  EXPECT_EQ(
      texts("// \"SELECT 1\"_sql\n/* \"SELECT 2\"_sql */ char c = '\"'; auto q = \"SELECT 3\"_sql; int n = 1'000;"),
      Texts{"SELECT 3"});
}

TEST(Scanner, JoinsNeighbouringPieces) {
  EXPECT_EQ(texts("\"SELECT a \"  // why\n  \"FROM t\"_sql"), Texts{"SELECT a FROM t"});
}

TEST(Scanner, ReadsRawLiteralsWithDelimiters) {
  EXPECT_EQ(texts("R\"sql(\nSELECT \")\" FROM t\n)sql\"_sql"), Texts{"\nSELECT \")\" FROM t\n"});
}

TEST(Scanner, ResolvesEscapes) { EXPECT_EQ(texts(R"("SELECT \"a\"\n, '\\'"_sql)"), Texts{"SELECT \"a\"\n, '\\'"}); }

TEST(Scanner, DoesNotTakeTheOperatorForALiteral) {
  EXPECT_EQ(texts("using db::operator\"\"_sql;\nconsteval Sql operator \"\" _sql(const char*);"), Texts{});
}

TEST(Scanner, SurvivesUnfinishedSource) {
  for (const char* source : {"\"abc", "R\"(abc", "/* abc", "'", "\"abc\\", "R\""}) EXPECT_EQ(texts(source), Texts{});
}

TEST(Scanner, ReadsNumericEscapes) {
  const auto found = literals("auto a = \"\\101\\0602\\x41\\x7aZ\\a\\v\\?\"_sql;");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().text,
            "A02Az"
            "Z\a\v?");
}

// Found by tests/fuzz: a carriage return was dropped, a NUL ended the literal.
TEST(Scanner, QuotesControlCharactersSoThatTheyComeBack) {
  const std::string text(
      "a\r\n\t\0b\x1f"
      "7",
      8);
  const auto found = literals(sql_literals::quoted(text) + "_sql");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().text, text);
}

TEST(Scanner, QuotesForCpp) { EXPECT_EQ(quoted("a \"b\"\n\\"), R"("a \"b\"\n\\")"); }

}  // namespace
}  // namespace monolite::db::sql_literals
