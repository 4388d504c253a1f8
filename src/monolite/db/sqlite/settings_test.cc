#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/base/error.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db::sqlite {
namespace {

using ::testing::HasSubstr;
using testing::TemporaryDatabase;

std::string problem(const std::string& name, const std::string& value, PragmaFor connections = PragmaFor::kAll) {
  return problem_with({name, value, connections}).value_or("");
}

TEST(Pragma, OfOursMayBeReplaced) {
  for (const auto& [name, value] :
       {std::pair("cache_size", "-2000"), std::pair("temp_store", "file"), std::pair("mmap_size", "1048576"),
        std::pair("page_size", "8192"), std::pair("journal_mode", "WAL"), std::pair("foreign_keys", "1")}) {
    EXPECT_EQ(problem(name, value), "") << name;
  }
}

TEST(Pragma, ThatIsUnknownNamesTheNearest) {
  EXPECT_THAT(problem("cache_sise", "1"), HasSubstr("did you mean 'cache_size'?"));
  EXPECT_THAT(problem("zzzzzzzzzzzz", "1"), HasSubstr("is no pragma of SQLite"));
}

TEST(Pragma, ThatIsACommandIsNoSetting) {
  for (const char* command : {"optimize", "wal_checkpoint", "integrity_check", "table_info", "incremental_vacuum"}) {
    EXPECT_THAT(problem(command, "1"), HasSubstr("a command or a question")) << command;
  }
}

TEST(Pragma, WithWhichDataWouldBeLostIsRefusedWithTheReason) {
  EXPECT_THAT(problem("journal_mode", "delete"), HasSubstr("must be wal"));
  EXPECT_THAT(problem("foreign_keys", "off"), HasSubstr("rows that do not exist"));
  EXPECT_THAT(problem("locking_mode", "exclusive"), HasSubstr("keeps the other connections out"));
  EXPECT_THAT(problem("writable_schema", "on"), HasSubstr("must be off"));
  EXPECT_THAT(problem("ignore_check_constraints", "yes"), HasSubstr("must be off"));
  for (const char* ours : {"synchronous", "wal_autocheckpoint", "busy_timeout", "query_only", "user_version"}) {
    EXPECT_THAT(problem(ours, "1"), HasSubstr("is not for you to set")) << ours;
  }
}

TEST(Pragma, TakesANumberOrAWordAndNoSql) {
  for (const char* value : {"", "1; DROP TABLE users", "'x'", "a b", "1)"}) {
    EXPECT_EQ(problem("cache_size", value), "must be a number or a word") << value;
  }
}

TEST(Pragma, IsNotForConnectionsThatItDoesNotConcern) {
  EXPECT_EQ(problem("journal_size_limit", "1", PragmaFor::kReaders), "concerns the writer only");
  EXPECT_THAT(problem("page_size", "4096", PragmaFor::kWriter), HasSubstr("a property of the file"));
}

TEST(Settings, OfTheApplicationTakeThePlaceOfOurs) {
  TemporaryDatabase database({.pragmas = {{"cache_size", "-500"},
                                          {"temp_store", "file"},
                                          {"cell_size_check", "on"},
                                          {"cache_size", "-700", PragmaFor::kReaders},
                                          {"journal_size_limit", "1000000"}}});
  const auto pragma = [](ReadSession& s, const Sql& sql) { return s.scalar<std::int64_t>(sql); };
  database->read([&](ReadSession& s) {
    EXPECT_EQ(pragma(s, "PRAGMA cache_size"_sql), -700);
    EXPECT_EQ(pragma(s, "PRAGMA temp_store"_sql), 1);
    EXPECT_EQ(pragma(s, "PRAGMA cell_size_check"_sql), 1);
    EXPECT_EQ(pragma(s, "PRAGMA query_only"_sql), 1);
  });
  database->write([&](WriteSession& tx) {
    EXPECT_EQ(pragma(tx, "PRAGMA cache_size"_sql), -500);
    EXPECT_EQ(pragma(tx, "PRAGMA journal_size_limit"_sql), 1'000'000);
    EXPECT_EQ(pragma(tx, "PRAGMA query_only"_sql), 0);
  });
}

TEST(Settings, ShapeANewFile) {
  TemporaryDatabase database(
      {.pragmas = {{"page_size", "8192"}, {"auto_vacuum", "incremental"}, {"encoding", "UTF-16le"}}});
  database->write([](WriteSession& tx) { tx.run("CREATE TABLE t (a INTEGER) STRICT"_script); });
  const auto status = database->status();
  EXPECT_EQ(status.page_bytes, 8192);
  EXPECT_EQ(status.encoding, "UTF-16le");
  database->read([](ReadSession& s) { EXPECT_EQ(s.scalar<int>("PRAGMA auto_vacuum"_sql), 2); });
}

TEST(Settings, ThatAreRefusedStopTheOpeningAllAtOnce) {
  try {
    TemporaryDatabase database({.pragmas = {{"foreign_keys", "off"}, {"cache_sise", "1"}}});
    ADD_FAILURE() << "was opened";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ErrorCode::kConfig);
    EXPECT_THAT(error.what(), ::testing::AllOf(HasSubstr("foreign_keys"), HasSubstr("cache_sise")));
    EXPECT_NE(error.hint(), "");
  }
}

/// The compiled limit of worker threads is 8: SQLite takes the number and keeps another.
TEST(Settings, ThatDoNotHoldStopTheOpening) {
  try {
    TemporaryDatabase database({.pragmas = {{"threads", "1000"}}});
    ADD_FAILURE() << "was opened";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ErrorCode::kUnsupported);
    EXPECT_THAT(error.what(), HasSubstr("PRAGMA threads is '8'"));
  }
}

}  // namespace
}  // namespace monolite::db::sqlite
