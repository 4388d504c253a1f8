#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/view/compiler/parameters.h>

namespace monolite::view::compiler {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Parameters parsed(std::string_view text) { return parse_parameters(text, {1, 1}); }

TEST(Parameters, FindsTheNames) {
  EXPECT_THAT(parsed("").names, IsEmpty());
  EXPECT_THAT(parsed(" \n ").names, IsEmpty());
  EXPECT_THAT(parsed("int a").names, ElementsAre("a"));
  EXPECT_THAT(parsed("const Post& post, Viewer&& viewer ").names, ElementsAre("post", "viewer"));
  EXPECT_THAT(parsed("std::map<int, std::pair<A, B>> map, int x_1").names, ElementsAre("map", "x_1"));
  EXPECT_THAT(parsed("std::function<void(int, int)> f,\n  Post *post").names, ElementsAre("f", "post"));
  EXPECT_THAT(parsed("decltype(a, b) c, std::array<char, (1 > 0)> d").names, ElementsAre("c", "d"));
}

TEST(Parameters, FindsTheNamesBeforeDefaultValues) {
  EXPECT_THAT(parsed("int a = f(1, 2), char b = ',', std::string c = \"x, \\\" = y\"").names,
              ElementsAre("a", "b", "c"));
  EXPECT_THAT(parsed("std::vector<std::pair<int, int>> p = {{1, 2}, {3, 4}}, int q = 2").names, ElementsAre("p", "q"));
  EXPECT_THAT(parsed("bool a = x >= 1, bool b = y->z == 2, bool c = i <= j").names, ElementsAre("a", "b", "c"));
}

TEST(Parameters, BlanksDefaultValuesWhereTheFunctionIsDefined) {
  const auto parameters = parsed("int a = f(1,\n 2), const B& b");
  EXPECT_EQ(parameters.declared, "int a = f(1,\n 2), const B& b");
  EXPECT_EQ(parameters.defined, "int a       \n   , const B& b");
}

struct Refused {
  std::string_view text;
  Position at;
  std::string_view message;
};

TEST(Parameters, RefusesWhatHasNoNameToFind) {
  const Refused table[] = {
      {"int", {1, 1}, "a parameter without a name: int"},
      {"const Post&", {1, 1}, "a parameter without a name: const Post&"},
      {"const Post", {1, 1}, "a parameter without a name: const Post"},
      {"std::string", {1, 1}, "a parameter without a name: std::string"},
      {"int a,", {1, 7}, "a parameter without a name: "},
      {"int a,\n  , int b", {2, 3}, "a parameter without a name: "},
      {"int a[3]", {1, 1}, "a parameter of a form that templates do not take: int a[3]"},
      {"int x, void (*f)(int)", {1, 8}, "a parameter of a form that templates do not take: void (*f)(int)"},
      {"Buffer& out", {1, 1}, "a parameter is called out"},
  };
  for (const auto& [text, at, message] : table) {
    try {
      parsed(text);
      ADD_FAILURE() << "taken: " << text;
    } catch (const TemplateError& error) {
      EXPECT_EQ(error.what(), message);
      EXPECT_EQ(error.at(), at) << text << ": " << error.at().line << ":" << error.at().column;
    }
  }
}

}  // namespace
}  // namespace monolite::view::compiler
