#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/base/error.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db::sqlite {
namespace {

using ::testing::HasSubstr;
using testing::TemporaryDatabase;
using testing::TemporaryFolder;

base::ErrorParts refusal(const std::string& extension) {
  try {
    TemporaryDatabase database({.extensions = {extension}});
  } catch (const base::Error& error) {
    EXPECT_NE(error.hint(), "");
    return {.code = error.code(), .scope = error.scope(), .what = error.what()};
  }
  ADD_FAILURE() << extension << " was loaded";
  return {};
}

TEST(Extension, IsInEveryConnection) {
  TemporaryDatabase database({.extensions = {MONOLITE_TEST_EXTENSION}});
  database->write([](WriteSession& tx) {
    tx.run("CREATE TABLE t (a INTEGER, b INTEGER AS (ml_test_double(a)) STORED) STRICT"_script);
    tx.exec(Sql::audited("INSERT INTO t (a) VALUES (21)", "no other database of this test has the table"));
  });
  const auto stored = Sql::audited("SELECT b FROM t WHERE b = ml_test_double(a)", "needs the extension");
  EXPECT_EQ(database->read([&](ReadSession& s) { return s.scalar<int>(stored); }), 42);
  EXPECT_TRUE(database->integrity_problems().empty());
}

TEST(Extension, IsThereWhenADatabaseIsOnlyRead) {
  TemporaryDatabase database({.extensions = {MONOLITE_TEST_EXTENSION}});
  auto options = database.options();
  options.access = Access::kReadOnly;
  const auto reader = open(options);
  const auto call = Sql::audited("SELECT ml_test_double(4)", "needs the extension");
  EXPECT_EQ(reader->read([&](ReadSession& s) { return s.scalar<int>(call); }), 8);
}

TEST(Extension, CannotBeLoadedBySql) {
  TemporaryDatabase database({.extensions = {MONOLITE_TEST_EXTENSION}});
  const auto load = Sql::audited("SELECT load_extension('" MONOLITE_TEST_EXTENSION "')", "must be refused");
  EXPECT_THROW(database->read([&](ReadSession& s) { s.find<std::string>(load); }), base::Error);
  EXPECT_THROW(database->write([&](WriteSession& tx) { tx.find<std::string>(load); }), base::Error);
}

TEST(Extension, ThatIsMissingStopsTheOpening) {
  const auto error = refusal("/no/such/extension.so");
  EXPECT_EQ(error.code, base::ErrorCode::kConfig);
  EXPECT_EQ(error.scope, base::ErrorScope::kDatabase);
  EXPECT_THAT(error.what, HasSubstr("/no/such/extension.so"));
}

TEST(Extension, ThatIsNoneStopsTheOpening) {
  EXPECT_EQ(refusal(MONOLITE_TEST_NO_EXTENSION).code, base::ErrorCode::kUnsupported);
  const TemporaryFolder folder;
  std::ofstream(folder.file("text.so")) << "no machine code";
  const auto error = refusal(folder.file("text.so"));
  EXPECT_EQ(error.code, base::ErrorCode::kUnsupported);
  EXPECT_THAT(error.what, HasSubstr(folder.file("text.so")));
}

}  // namespace
}  // namespace monolite::db::sqlite
