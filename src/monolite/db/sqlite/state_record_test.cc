#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/base/temporary_folder.h>
#include <monolite/db/sqlite/detail/state_record.h>

namespace monolite::db::sqlite {
namespace {

constexpr FileState kCrashed{.wal_has_commits = true,
                             .file_bytes = 8192,
                             .file_changed_ns = 1'700'000'000'123'456'789,
                             .wal_bytes = 20'000,
                             .wal_salt = 0xFEDCBA9876543210,
                             .boot = 77};

TEST(FileState, ComesBackFromItsBytes) {
  const auto bytes = encoded(kCrashed);
  EXPECT_EQ(bytes.size(), FileState::kBytes);
  EXPECT_EQ(bytes.substr(0, 8), "MLDBSTAT");
  EXPECT_EQ(decoded(bytes), kCrashed);
  EXPECT_EQ(decoded(encoded({})), FileState{});
}

TEST(FileState, ThatIsNotWholeIsNone) {
  const auto bytes = encoded(kCrashed);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 4);
    EXPECT_EQ(decoded(damaged), std::nullopt) << i;
    EXPECT_EQ(decoded(bytes.substr(0, i)), std::nullopt) << i;
  }
  EXPECT_EQ(decoded(bytes + '\0'), std::nullopt);
}

bool is_lost(const FileState& now) { return loss_between(kCrashed, now).has_value(); }

TEST(Loss, IsAWalThatIsGoneCutOrAnother) {
  auto now = kCrashed;
  EXPECT_FALSE(is_lost(now));
  now.wal_bytes = 30'000;  // it grew after the record
  EXPECT_FALSE(is_lost(now));
  now.wal_bytes = 0;
  EXPECT_TRUE(is_lost(now));
  now.wal_bytes = 19'999;
  EXPECT_TRUE(is_lost(now));
  now = kCrashed;
  now.wal_salt = 1;
  EXPECT_TRUE(is_lost(now));
}

TEST(Loss, IsNoneWhenTheWalHeldNothingOrSomebodyCopiedIt) {
  auto now = kCrashed;
  now.wal_bytes = 0;
  auto last = kCrashed;
  last.wal_has_commits = false;
  EXPECT_FALSE(loss_between(last, now));
  now.file_changed_ns += 1;
  EXPECT_FALSE(loss_between(kCrashed, now));
}

TEST(Loss, IsAnEmptyFile) {
  auto now = kCrashed;
  now.file_bytes = 0;
  now.file_changed_ns += 1;
  EXPECT_TRUE(is_lost(now));
}

TEST(Loss, IsNotCertainAfterTheMachineStartedAnew) {
  auto now = kCrashed;
  now.wal_bytes = 0;
  EXPECT_TRUE(loss_between(kCrashed, now)->is_certain);
  now.boot = 78;
  EXPECT_FALSE(loss_between(kCrashed, now)->is_certain);
}

TEST(StateRecord, IsReadByTheNextOne) {
  const base::TemporaryFolder folder;
  const auto path = folder.file("a.sqlite3");
  {
    StateRecord record(path);
    EXPECT_EQ(record.found(), StateRecord::Read::kNone);
    EXPECT_FALSE(std::filesystem::exists(path + "-state"));
    ASSERT_TRUE(record.create());
    EXPECT_TRUE(record.write(kCrashed));
  }
  const StateRecord record(path);
  EXPECT_EQ(record.found(), StateRecord::Read::kRead);
  EXPECT_EQ(record.last(), kCrashed);
}

}  // namespace
}  // namespace monolite::db::sqlite
