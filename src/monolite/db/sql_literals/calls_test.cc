#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/db/sql_literals/scanner.h>

namespace monolite::db::sql_literals {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// The calls of the only literal of `source`, as "line function<type> values".
std::vector<std::string> calls(std::string_view source) {
  std::vector<std::string> all;
  const auto file = scan("a.cc", source);
  for (const Call& call : file.literals.at(0).calls) {
    all.push_back(std::to_string(call.line) + " " + call.function + "<" + call.row_type + "> " +
                  std::to_string(call.values));
  }
  return all;
}

TEST(Calls, HaveAFunctionATypeAndACountOfValues) {
  EXPECT_THAT(calls("return s.find<Post>(\n  \"SELECT\"_sql, id, name);"), ElementsAre("1 find<Post> 2"));
  EXPECT_THAT(calls("tx->exec(\"DELETE\"_sql);"), ElementsAre("1 exec<> 0"));
  EXPECT_THAT(calls("s.template all<db::Row>(\"SELECT\"_sql, a);"), ElementsAre("1 all<db::Row> 1"));
  EXPECT_THAT(calls("s.one<std::optional<std::string>>(\"SELECT\"_sql)"),
              ElementsAre("1 one<std::optional<std::string>> 0"));
}

TEST(Calls, CommasInsideOfBracketsAreNoArguments) {
  EXPECT_THAT(calls(R"(s.exec("x"_sql, f(a, b), {c, d}, [&] { return g(1, 2); }(), h[i, j], "a, b", ','))"),
              ElementsAre("1 exec<> 6"));
  EXPECT_THAT(calls(R"(s.exec("x"_sql, static_cast<std::int64_t>(a), b))"), ElementsAre("1 exec<> 2"));
  EXPECT_THAT(calls(R"(s.exec("x"_sql, a, b < c))"), ElementsAre("1 exec<> 2"));
}

TEST(Calls, ACountThatTheTextDoesNotTellIsUnknown) {
  EXPECT_THAT(calls(R"(s.exec("x"_sql, args...))"), ElementsAre("1 exec<> -1"));
  EXPECT_THAT(calls(R"(s.exec("x"_sql, f<a, b>(c)))"), ElementsAre("1 exec<> -1"));
  EXPECT_THAT(calls("s.exec(\"x\"_sql, a\n#ifdef B\n, b\n#endif\n);"), ElementsAre("1 exec<> -1"));
  EXPECT_THAT(calls("s.exec(\"x\"_sql, a"), ElementsAre("1 exec<> -1"));
}

TEST(Calls, FollowALiteralThatHasAName) {
  EXPECT_THAT(calls("constexpr auto kById = \"SELECT\"_sql;\n"
                    "auto a() { return s.find<Post>(kById, 1); }\n"
                    "auto b() { return s.all<Row>(kById, x, y); }"),
              ElementsAre("2 find<Post> 1", "3 all<Row> 2"));
}

TEST(Calls, ANameOfTwoLiteralsMeansNeither) {
  const auto file = scan("a.cc",
                         "void f() { const auto q = \"SELECT 1\"_sql; s.exec(q); }\n"
                         "void g() { const auto q = \"SELECT 2\"_sql; s.exec(q, 1); }");
  for (const auto& literal : file.literals) EXPECT_THAT(literal.calls, IsEmpty());
}

TEST(Calls, OfOtherFunctionsAreNone) {
  EXPECT_THAT(calls("std::ranges::find<Post>(\"x\"_sql, 1)"), IsEmpty());
  EXPECT_THAT(calls("s.prepare(\"x\"_sql)"), IsEmpty());
  EXPECT_THAT(calls("s.exec(f(\"x\"_sql))"), IsEmpty());
  EXPECT_THAT(calls("s.find(\"x\"_sql)"), IsEmpty());
}

std::vector<std::string> structs(std::string_view source) {
  std::vector<std::string> all;
  const auto file = scan("a.h", source);
  for (const auto& described : file.structs) {
    std::string text = described.space + "|" + described.name + ":";
    for (const auto& member : described.members) text += " " + member;
    all.push_back(text);
  }
  return all;
}

TEST(Structs, HaveTheirNamespaceAndTheirPublicMembers) {
  EXPECT_THAT(structs("namespace a::b { namespace {\nBOOST_DESCRIBE_STRUCT(Post, (), (id, title))\n} }\n"
                      "BOOST_DESCRIBE_STRUCT(a::Row, (Base), (x))"),
              ElementsAre("a::b|Post: id title", "|a::Row: x"));
  EXPECT_THAT(structs("namespace n { class C { int x; BOOST_DESCRIBE_CLASS(C, (), (a, b), (c), (d)) }; }"),
              ElementsAre("n|C: a b"));
}

TEST(Structs, InAFormThatCannotBeFollowedAreLeftOut) {
  EXPECT_THAT(structs("BOOST_DESCRIBE_STRUCT(Post<int>, (), (id))"), IsEmpty());
  EXPECT_THAT(structs("BOOST_DESCRIBE_STRUCT(Post, (), ((int () const) id))"), IsEmpty());
  EXPECT_THAT(structs("#define D(T) BOOST_DESCRIBE_STRUCT(T, (), (id))"), IsEmpty());
  EXPECT_THAT(structs("class O { class I { BOOST_DESCRIBE_CLASS(I, (), (a), (), ()) }; };"), IsEmpty());
  for (const char* unfinished :
       {"BOOST_DESCRIBE_STRUCT", "BOOST_DESCRIBE_STRUCT(", "BOOST_DESCRIBE_STRUCT(P, (), (a"}) {
    EXPECT_THAT(structs(unfinished), IsEmpty());
  }
}

}  // namespace
}  // namespace monolite::db::sql_literals
