#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <monolite/base/temporary_folder.h>
#include <monolite/view/compiler/program.h>

namespace monolite::view::compiler {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Program : public ::testing::Test {
 protected:
  Program() { fs::create_directories(folder_ / "views/posts"); }

  std::string write(const std::string& name, std::string_view content) {
    const auto path = folder_ / "views" / name;
    std::ofstream(path) << content;
    return path.string();
  }

  int run(const std::vector<std::string>& templates) {
    std::vector<std::string> arguments = {"--namespace", "blog::views", "--root", (folder_ / "views").string(),
                                          "--include",   "views",       "--out",  (folder_ / "out").string()};
    arguments.insert(arguments.end(), templates.begin(), templates.end());
    return run_program(arguments, output_, errors_);
  }

  int run_plain(const std::vector<std::string>& arguments) { return run_program(arguments, output_, errors_); }

  fs::path out(const std::string& name) const { return folder_ / "out/views" / name; }

  const base::TemporaryFolder temporary_;
  const fs::path& folder_ = temporary_.path();
  std::ostringstream output_;
  std::ostringstream errors_;
};

TEST_F(Program, WritesAHeaderAndASourcePerTemplate) {
  EXPECT_EQ(run({write("posts/_post.html.ecpp", "<%@ args() %>x"), write("home.html.ecpp", "<%@ args() %>y")}), 0);
  EXPECT_TRUE(fs::exists(out("posts/_post.h")));
  EXPECT_TRUE(fs::exists(out("posts/_post.cc")));
  EXPECT_TRUE(fs::exists(out("home.cc")));
  EXPECT_EQ(output_.str() + errors_.str(), "");
}

TEST_F(Program, DoesNotTouchOutputsThatStayTheSame) {
  const auto file = write("home.html.ecpp", "<%@ args(int a) %>x<%# one %>");
  ASSERT_EQ(run({file}), 0);
  const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(24);
  fs::last_write_time(out("home.h"), long_ago);
  fs::last_write_time(out("home.cc"), long_ago);

  write("home.html.ecpp", "<%@ args(int a) %>x<%# another %>");
  ASSERT_EQ(run({file}), 0);
  EXPECT_EQ(fs::last_write_time(out("home.h")), long_ago);
  EXPECT_EQ(fs::last_write_time(out("home.cc")), long_ago);

  write("home.html.ecpp", "<%@ args(int a) %>y");
  ASSERT_EQ(run({file}), 0);
  EXPECT_EQ(fs::last_write_time(out("home.h")), long_ago);
  EXPECT_NE(fs::last_write_time(out("home.cc")), long_ago);
}

TEST_F(Program, ReportsAWrongTemplateAndGoesOn) {
  const auto wrong = write("wrong.html.ecpp", "<%@ args() %>\n<% x");
  EXPECT_EQ(run({wrong, write("right.html.ecpp", "<%@ args() %>")}), 1);
  EXPECT_THAT(errors_.str(), StartsWith(wrong + ":2:1: error: a tag that begins here does not end (close it with %>"));
  EXPECT_FALSE(fs::exists(out("wrong.cc")));
  EXPECT_TRUE(fs::exists(out("right.cc")));
}

TEST_F(Program, ReportsAFileThatIsNotThere) {
  const auto missing = (folder_ / "views/missing.html.ecpp").string();
  EXPECT_EQ(run({missing}), 1);
  EXPECT_EQ(errors_.str(), missing + ": error: cannot read (does it exist?)\n");
}

TEST_F(Program, ReportsATemplateOutsideItsFolder) {
  std::ofstream(folder_ / "x.html.ecpp") << "<%@ args() %>";
  EXPECT_EQ(run({(folder_ / "x.html.ecpp").string()}), 1);
  EXPECT_THAT(errors_.str(), HasSubstr("does not lie in"));
}

TEST_F(Program, ReportsAFolderItCannotWriteTo) {
  std::ofstream(folder_ / "out") << "a file where the folder should be";
  EXPECT_EQ(run({write("home.html.ecpp", "<%@ args() %>")}), 1);
  EXPECT_THAT(errors_.str(), HasSubstr("cannot write"));
}

TEST_F(Program, TakesAnEmptyFileForATemplateWithoutArgs) {
  EXPECT_EQ(run({write("home.html.ecpp", "")}), 1);
  EXPECT_THAT(errors_.str(), HasSubstr(":1:1: error: the template does not say its parameters"));
}

TEST_F(Program, ExplainsItsUse) {
  EXPECT_EQ(run({}), 2);
  EXPECT_EQ(run_plain({}), 2);
  EXPECT_EQ(run_plain({"--namespace"}), 2);
  EXPECT_EQ(run_plain({"--nonsense", "x", "y"}), 2);
  EXPECT_THAT(errors_.str(), HasSubstr("usage: ecppc"));
  EXPECT_EQ(run_plain({"--help"}), 0);
  EXPECT_THAT(output_.str(), HasSubstr("usage: ecppc"));
}

}  // namespace
}  // namespace monolite::view::compiler
