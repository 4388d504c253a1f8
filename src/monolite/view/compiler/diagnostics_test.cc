#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <monolite/base/temporary_folder.h>
#include <monolite/view/compiler/program.h>

// A mistake in the C++ of a template is reported by the C++ compiler at the template's own line. Every compiler that
// the build found is asked.
namespace monolite::view::compiler {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> words;
  std::istringstream stream(list);
  for (std::string word; std::getline(stream, word, ':');) words.push_back(word);
  return words;
}

class Diagnostics : public ::testing::TestWithParam<std::string> {
 protected:
  Diagnostics() { fs::create_directories(folder_ / "views"); }

  // What the compiler prints for a page of this source.
  std::string compile(std::string_view source) {
    std::ofstream(file()) << source;
    std::ostringstream messages;
    const std::vector<std::string> arguments = {"--namespace", "blog",  "--root", (folder_ / "views").string(),
                                                "--include",   "views", "--out",  (folder_ / "out").string(),
                                                file()};
    EXPECT_EQ(run_program(arguments, messages, messages), 0) << messages.str();
    const auto out = (folder_ / "out").string();
    return output_of(GetParam() +
                     " -std=c++20 -Wall -Wextra -Wshadow -Wconversion -fsyntax-only -I " SOURCE_DIR " -I " + out + " " +
                     out + "/views/page.cc 2>&1");
  }

  std::string file() const { return (folder_ / "views/page.html.ecpp").string(); }

 private:
  static std::string output_of(const std::string& command) {
    std::string output;
    std::FILE* const pipe = popen(command.c_str(), "r");
    std::array<char, 4096> part{};
    for (std::size_t size = 0; (size = std::fread(part.data(), 1, part.size(), pipe)) > 0;)
      output.append(part.data(), size);
    pclose(pipe);
    return output;
  }

  const base::TemporaryFolder temporary_;
  const fs::path& folder_ = temporary_.path();
};

TEST_P(Diagnostics, AreSilentForARightTemplate) {
  EXPECT_EQ(
      compile("<%@ args(int unused, std::string text = \"x\") %>\n<p title=\"<%= text %>\"><%== \"x\"_html %></p>"),
      "");
}

TEST_P(Diagnostics, PointAtEveryKindOfPlaceholderAndCode) {
  const auto messages = compile(
      "<%@ args(bool flag, std::string text, std::vector<int> list) %>\n"
      "<p class=\"wide enough\"><%= nonsense_2 %></p>\n"
      "<%= nonsense_3 %>\n"
      "<% int x = 1;\n"
      "   nonsense_5(x); %>\n"
      "<% content_for(\"title\") { %>\n"
      "x<% nonsense_7(); %>\n"
      "<% } %>\n"
      "<% content_for(nonsense_9) { %>x<% } %>\n"
      "<b><%= flag %></b>\n"
      "<b>a bool in a wide place <%= flag %></b>\n"
      "<b><%= list %></b>\n"
      "<b><%== text %></b>\n");
  EXPECT_THAT(messages, HasSubstr(file() + ":2:28: error: "));
  EXPECT_THAT(messages, HasSubstr(file() + ":3:5: error: "));
  EXPECT_THAT(messages, HasSubstr(file() + ":5:4: error: "));
  EXPECT_THAT(messages, HasSubstr(file() + ":7:5: error: "));
  EXPECT_THAT(messages, HasSubstr(file() + ":9:16: error: "));
  EXPECT_THAT(messages, HasSubstr(file() + ":10:"));
  EXPECT_THAT(messages, HasSubstr(file() + ":11:"));
  EXPECT_THAT(messages, HasSubstr(file() + ":12:"));
  EXPECT_THAT(messages, HasSubstr(file() + ":13:"));
  EXPECT_THAT(messages, HasSubstr("Printable"));
  EXPECT_THAT(messages, HasSubstr("takes only view::SafeHtml: write <%= "));
}

TEST_P(Diagnostics, PointAtParametersAndUsings) {
  const auto messages = compile("<%@ args(int a,\n   Nonsense b) %>\n\n<%@ using namespace nonsense %>\n");
  EXPECT_THAT(messages, HasSubstr(file() + ":2:4: error: "));
  EXPECT_THAT(messages, HasSubstr(file() + ":4:21: error: "));
}

TEST_P(Diagnostics, PointAtIncludes) {
  EXPECT_THAT(compile("\n<%@ include <nonsense.h> %>\n<%@ args() %>\n"), HasSubstr(file() + ":2:13: fatal error: "));
}

INSTANTIATE_TEST_SUITE_P(Compilers, Diagnostics, ::testing::ValuesIn(split(CXX_COMPILERS)), [](const auto& instance) {
  std::string name = fs::path(instance.param).filename().string();
  for (char& c : name) {
    if (isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name + "_" + std::to_string(instance.index);
});

}  // namespace
}  // namespace monolite::view::compiler
