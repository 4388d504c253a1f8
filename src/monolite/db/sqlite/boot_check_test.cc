#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <monolite/db/errors.h>
#include <monolite/db/sqlite/detail/boot_check.h>
#include <monolite/db/sqlite/testing/child_process.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db::sqlite {
namespace {

using testing::ChildProcess;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing::TemporaryDatabase;
using testing::TemporaryFolder;

base::ErrorParts refusal(const Options& options) {
  try {
    open(options);
  } catch (const base::Error& error) {
    EXPECT_NE(error.hint(), "");
    return {.code = error.code(), .scope = error.scope(), .what = error.what(), .hint = error.hint()};
  }
  ADD_FAILURE() << options.path << " was opened";
  return {};
}

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(BootCheck, AMissingFileIsAnErrorThatNamesTheCommand) {
  const TemporaryFolder folder;
  const auto error = refusal({.path = folder.file("none.sqlite3")});
  EXPECT_EQ(error.code, base::ErrorCode::kConfig);
  EXPECT_THAT(error.what, HasSubstr(folder.file("none.sqlite3")));
  EXPECT_THAT(error.hint, HasSubstr("db prepare"));
  EXPECT_FALSE(std::filesystem::exists(folder.file("none.sqlite3")));
}

TEST(BootCheck, MakesFoldersOnRequest) {
  const TemporaryFolder folder;
  const auto path = folder.file("a/b/new.sqlite3");
  open({.path = path, .create = CreateFile::kIfMissing});
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST(BootCheck, AFolderThatCannotBeMadeIsNamed) {
  const TemporaryFolder folder;
  std::ofstream(folder.file("file")) << "no folder";
  const auto error = refusal({.path = folder.file("file/deep/new.sqlite3"), .create = CreateFile::kIfMissing});
  EXPECT_EQ(error.code, base::ErrorCode::kIo);
  EXPECT_THAT(error.what, HasSubstr(folder.file("file/deep")));
}

/// Opens as a user for whom file modes count, which they do not for root.
std::string open_unprivileged(const std::string& path) {
  ChildProcess child({MONOLITE_TEST_HELPER, "open", path});
  auto answer = child.read_line();
  EXPECT_EQ(child.wait(), 0);
  return answer;
}

TEST(BootCheck, AnUnwritableFolderIsRefused) {
  TemporaryDatabase database;
  database.close();
  const auto folder = std::filesystem::path(database.path()).parent_path();
  ASSERT_EQ(chmod(database.path().c_str(), 0666), 0);
  ASSERT_EQ(chmod(folder.c_str(), 0777), 0);
  EXPECT_EQ(open_unprivileged(database.path()), "ok");
  ASSERT_EQ(chmod(folder.c_str(), 0555), 0);
  EXPECT_THAT(open_unprivileged(database.path()),
              StartsWith("forbidden: the database folder " + folder.string() + " is not writable"));
  chmod(folder.c_str(), 0755);
}

TEST(BootCheck, AnUnwritableFileIsRefused) {
  TemporaryDatabase database;
  database.close();
  const auto folder = std::filesystem::path(database.path()).parent_path();
  ASSERT_EQ(chmod(database.path().c_str(), 0444), 0);
  ASSERT_EQ(chmod(folder.c_str(), 0777), 0);
  EXPECT_EQ(open_unprivileged(database.path()), "forbidden: " + database.path() + " is not writable");
  chmod(folder.c_str(), 0755);
}

TEST(BootCheck, AFileThatIsNoDatabaseIsRefusedAndLeftAlone) {
  const TemporaryFolder folder;
  for (const std::string& content : {std::string("short"), std::string(8192, 'x')}) {
    const auto path = folder.file("notes.txt");
    std::ofstream(path, std::ios::binary) << content;
    for (const auto create : {CreateFile::kNever, CreateFile::kIfMissing}) {
      const auto error = refusal({.path = path, .create = create});
      EXPECT_EQ(error.code, base::ErrorCode::kCorrupt);
      EXPECT_EQ(error.scope, base::ErrorScope::kDatabase);
      EXPECT_THAT(error.what, HasSubstr(path));
    }
    EXPECT_EQ(bytes_of(path), content);
  }
}

TEST(BootCheck, AFolderIsNoDatabase) {
  const TemporaryFolder folder;
  EXPECT_EQ(refusal({.path = folder.path().string()}).code, base::ErrorCode::kIo);
}

TEST(BootCheck, KnowsNetworkFileSystems) {
  EXPECT_EQ(network_file_system(0x6969), "NFS");
  EXPECT_EQ(network_file_system(0xFF534D42), "CIFS");
  EXPECT_EQ(network_file_system(0x01021997), "9P");
  EXPECT_EQ(network_file_system(0x6A656A63), "virtiofs");
  for (const std::uint64_t local : {0xEF53u, 0x58465342u, 0x9123683Eu, 0x01021994u, 0x794C7630u, 0x2FC12FC1u}) {
    EXPECT_EQ(network_file_system(local), std::nullopt) << local;
  }
}

TEST(BootCheck, KnowsUnsafeVersions) {
  EXPECT_FALSE(is_safe_version(3040001));
  EXPECT_FALSE(is_safe_version(3051002));
  EXPECT_TRUE(is_safe_version(3051003));
  EXPECT_TRUE(is_safe_version(3054001));
  EXPECT_GE(library_version_number(), 3040001);
}

TEST(BootCheck, SettingsHoldOnEveryConnection) {
  TemporaryDatabase database;
  const auto pragma = [](ReadSession& s, const Sql& sql) { return s.scalar<std::int64_t>(sql); };
  const auto check = [&](ReadSession& s) {
    EXPECT_EQ(s.scalar<std::string>("PRAGMA journal_mode"_sql), "wal");
    EXPECT_EQ(pragma(s, "PRAGMA foreign_keys"_sql), 1);
    EXPECT_EQ(pragma(s, "PRAGMA synchronous"_sql), 2);
    EXPECT_EQ(pragma(s, "PRAGMA temp_store"_sql), 2);
  };
  database->read([&](ReadSession& s) {
    check(s);
    EXPECT_EQ(pragma(s, "PRAGMA cache_size"_sql), -8000);
    EXPECT_EQ(pragma(s, "PRAGMA query_only"_sql), 1);
  });
  database->write([&](WriteSession& tx) {
    check(tx);
    EXPECT_EQ(pragma(tx, "PRAGMA cache_size"_sql), -16000);
    EXPECT_EQ(pragma(tx, "PRAGMA journal_size_limit"_sql), 67108864);
  });
}

TEST(Close, WritesTheWalBackAndRemovesIt) {
  TemporaryDatabase database;
  database->write([](WriteSession& tx) { tx.run("CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1)"_script); });
  database->read([](ReadSession& s) { s.scalar<int>("SELECT a FROM t"_sql); });
  EXPECT_GT(database->status().wal_bytes, 0);
  database.close();
  EXPECT_FALSE(std::filesystem::exists(database.path() + "-wal"));
  EXPECT_FALSE(std::filesystem::exists(database.path() + "-shm"));
  database.reopen();
  EXPECT_EQ(database->read([](ReadSession& s) { return s.scalar<int>("SELECT a FROM t"_sql); }), 1);
}

}  // namespace
}  // namespace monolite::db::sqlite
