// A damaged page: what touches it is told so, what does not is served, and nobody writes any more.

#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/db/errors.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db::sqlite {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::TemporaryDatabase;

class DamagedPage : public ::testing::Test {
 protected:
  /// The opening looks at the root of each table for its statistics, but not at all leaves of one that has them.
  enum class Page { kLeaf, kRoot };
  explicit DamagedPage(Page kind = Page::kLeaf) {
    database_->write([](WriteSession& tx) {
      tx.run(R"sql(
        CREATE TABLE sound (id INTEGER PRIMARY KEY, text TEXT) STRICT;
        CREATE TABLE damaged (id INTEGER PRIMARY KEY, text TEXT) STRICT;
        INSERT INTO sound VALUES (1, 'one');
        INSERT INTO damaged (text)
          WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100) SELECT hex(zeroblob(500)) FROM n;
        ANALYZE;
      )sql"_script);
    });
    page_ = database_->read([&](ReadSession& s) {
      return kind == Page::kRoot
                 ? s.scalar<int>("SELECT rootpage FROM sqlite_schema WHERE name = 'damaged'"_sql)
                 : s.scalar<int>(
                       "SELECT pageno FROM dbstat WHERE name = 'damaged' AND pagetype = 'leaf' LIMIT 1 OFFSET 5"_sql);
    });
    database_.close();  // the WAL is copied back
    std::fstream file(database_.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096 * (page_ - 1));
    file << std::string(4096, '\xff');
    file.close();
    database_.reopen();
    subscription_ = database_->quarantined.listen([this](const Quarantined& event) { told_.push_back(event.what); });
  }

  void read_damage() {
    EXPECT_THROW(database_->read([](ReadSession& s) { s.all<std::string>("SELECT text FROM damaged"_sql); }), Corrupt);
  }
  void write_beside_it() {
    database_->write([](WriteSession& tx) { tx.exec("INSERT INTO sound (text) VALUES ('two')"_sql); });
  }
  std::vector<std::string> sound_rows() {
    return database_->read([](ReadSession& s) { return s.all<std::string>("SELECT text FROM sound"_sql); });
  }

  TemporaryDatabase database_;
  int page_ = 0;
  std::vector<std::string> told_;
  base::Subscription subscription_;
};

class DamageMetWhileOpening : public DamagedPage {
 protected:
  DamageMetWhileOpening() : DamagedPage(Page::kRoot) {}
};

TEST_F(DamageMetWhileOpening, StopsWritingFromTheStart) {
  EXPECT_THAT(database_->status().quarantine.value_or(""), HasSubstr(database_.path()));
  EXPECT_THROW(write_beside_it(), Corrupt);
  EXPECT_THAT(sound_rows(), SizeIs(1));
}

TEST_F(DamageMetWhileOpening, IsNamedByIntegrity) {
  EXPECT_THAT(database_->integrity_problems(), Contains(HasSubstr("malformed")));
}

TEST_F(DamagedPage, ThatAReaderMeetsStopsWritingWhileOtherTablesAreServed) {
  write_beside_it();  // nobody knows yet
  read_damage();
  EXPECT_THROW(write_beside_it(), Corrupt);
  EXPECT_THAT(sound_rows(), SizeIs(2));
  ASSERT_THAT(told_, SizeIs(1));
  EXPECT_THAT(told_.front(), HasSubstr(database_.path()));
  EXPECT_THAT(told_.front(), HasSubstr("restore a backup"));
  EXPECT_THAT(database_->status().quarantine.value_or(""), HasSubstr(database_.path()));
  read_damage();
  EXPECT_THAT(told_, SizeIs(1));  // said once
}

TEST_F(DamagedPage, ThatTheWriterMeetsStopsWriting) {
  EXPECT_THROW(database_->write([](WriteSession& tx) { tx.exec("UPDATE damaged SET text = 'x'"_sql); }), Corrupt);
  EXPECT_THROW(write_beside_it(), Corrupt);
  EXPECT_THAT(sound_rows(), SizeIs(1));
  EXPECT_THAT(told_, SizeIs(1));
}

// What a closure catches is known all the same.
TEST_F(DamagedPage, CannotBeHiddenByAClosure) {
  database_->read([](ReadSession& s) {
    try {
      s.all<std::string>("SELECT text FROM damaged"_sql);
    } catch (const Corrupt&) {  // hidden
    }
  });
  EXPECT_THROW(write_beside_it(), Corrupt);
}

TEST_F(DamagedPage, IsNamedByIntegrity) {
  EXPECT_THAT(database_->integrity_problems(), Contains(HasSubstr("page " + std::to_string(page_))));
}

TEST_F(DamagedPage, ASoundDatabaseHasNoProblem) {
  const TemporaryDatabase sound;
  EXPECT_THAT(sound->integrity_problems(), IsEmpty());
  EXPECT_FALSE(sound->status().quarantine);
}

}  // namespace
}  // namespace monolite::db::sqlite
