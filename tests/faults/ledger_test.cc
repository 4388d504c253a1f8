// docs/internals/faults.md names the test of each fault: the names must be those of tests.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/base/clock.h>

namespace monolite {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

std::string content_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<fs::path> sources_below(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const auto extension = entry.path().extension();
    if (extension == ".cc" || extension == ".h") found.push_back(entry.path());
  }
  return found;
}

bool is_test(const fs::path& path) { return path.filename().string().ends_with("_test.cc"); }

/// Every match of `pattern` in `text`, its groups joined by a full stop.
std::set<std::string> names_in(const std::string& text, const char* pattern) {
  const std::regex expression(pattern);
  std::set<std::string> names;
  for (std::sregex_iterator match(text.begin(), text.end(), expression), end; match != end; ++match) {
    names.insert((*match)[1].str() + "." + (*match)[2].str());
  }
  return names;
}

const fs::path kRoot = MONOLITE_SOURCE_DIR;

TEST(Ledger, NamesTestsThatExist) {
  std::set<std::string> tests;
  for (const char* const folder : {"src", "tests"}) {
    for (const auto& path : sources_below(kRoot / folder)) {
      if (is_test(path)) tests.merge(names_in(content_of(path), R"(TEST(?:_F|_P)?\((\w+),\s*(\w+)\))"));
    }
  }
  const auto named = names_in(content_of(kRoot / "docs/internals/faults.md"), R"(`([A-Z]\w+)\.([A-Z]\w+)`)");
  EXPECT_GT(named.size(), 22u);
  for (const auto& name : named) EXPECT_TRUE(tests.contains(name)) << name;
}

TEST(Ledger, HasATestForEachFaultOrSaysThatThereIsNone) {
  const auto page = content_of(kRoot / "docs/internals/faults.md");
  for (int fault = 1; fault <= 22; ++fault) {
    const auto row = page.find("\n| F" + std::to_string(fault) + " |");
    ASSERT_NE(row, std::string::npos) << fault;
    const auto line = page.substr(row, page.find('\n', row + 1) - row);
    const bool says_so = line.find("(no test yet)") != std::string::npos;
    EXPECT_EQ(names_in(line, R"(`([A-Z]\w+)\.([A-Z]\w+)`)").empty(), says_so) << line;
  }
}

TEST(Deadlines, FollowTheMonotonicClockOnly) {
  static_assert(base::Monotonic::is_steady);
  for (const auto& path : sources_below(kRoot / "src/monolite/db")) {
    if (is_test(path)) continue;
    EXPECT_THAT(content_of(path), Not(HasSubstr("system_clock"))) << path;
  }
}

}  // namespace
}  // namespace monolite
