#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <monolite/base/error.h>
#include <monolite/base/temporary_folder.h>

namespace monolite::base {
namespace {

namespace fs = std::filesystem;

TEST(TemporaryFolder, IsItsOwnAndGoesWithTheScope) {
  fs::path path;
  {
    const TemporaryFolder folder;
    const TemporaryFolder other;
    path = folder.path();
    EXPECT_NE(path, other.path());
    fs::create_directories(folder.file("a/b"));
    std::ofstream(folder.file("a/b/file")) << "text";
    struct stat info {};
    ASSERT_EQ(stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0700U);
  }
  EXPECT_FALSE(fs::exists(path));
}

}  // namespace
}  // namespace monolite::base
