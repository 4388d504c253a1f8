#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <monolite/db/errors.h>
#include <monolite/db/sqlite/detail/errors.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db::sqlite {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::TemporaryDatabase;

class Constraints : public ::testing::Test {
 protected:
  Constraints() {
    database_->write([](WriteSession& tx) {
      tx.run(R"(
        CREATE TABLE users (id INTEGER PRIMARY KEY NOT NULL, name TEXT NOT NULL UNIQUE,
                            age INTEGER CHECK (users.age > 0)) STRICT;
        CREATE TABLE tags (user_id INTEGER NOT NULL REFERENCES users (id), tag TEXT NOT NULL,
                           PRIMARY KEY (user_id, tag)) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX users_by_double_age ON users (age * 2);
        CREATE TABLE later (user_id INTEGER REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED) STRICT;
        INSERT INTO users VALUES (1, 'ann', 30);
        INSERT INTO tags VALUES (1, 'admin');
      )"_script);
    });
  }

  ConstraintViolation violation(const Sql& sql) {
    try {
      database_->write([&](WriteSession& tx) { tx.exec(sql); });
    } catch (const ConstraintViolation& error) {
      EXPECT_EQ(error.code(), base::ErrorCode::kConflict);
      EXPECT_EQ(error.scope(), base::ErrorScope::kCaller);
      return error;
    }
    ADD_FAILURE() << "was accepted: " << sql.text();
    return {{}, ConstraintKind::kOther, "", {}};
  }

  TemporaryDatabase database_;
};

TEST_F(Constraints, UniqueNamesItsColumns) {
  const auto error = violation("INSERT INTO users VALUES (2, 'ann', 1)"_sql);
  EXPECT_EQ(error.kind(), ConstraintKind::kUnique);
  EXPECT_TRUE(error.is_duplicate_of("users", "name"));
  EXPECT_FALSE(error.is_duplicate_of("users", "id"));
}

TEST_F(Constraints, APrimaryKeyOfTwoColumnsNamesBoth) {
  const auto error = violation("INSERT INTO tags VALUES (1, 'admin')"_sql);
  EXPECT_EQ(error.kind(), ConstraintKind::kPrimaryKey);
  EXPECT_EQ(error.table(), "tags");
  EXPECT_THAT(error.columns(), ElementsAre("user_id", "tag"));
  EXPECT_FALSE(error.is_duplicate_of("tags", "tag"));
}

TEST_F(Constraints, ARowidIsAPrimaryKey) {
  EXPECT_TRUE(violation("INSERT INTO users VALUES (1, 'bob', 1)"_sql).is_duplicate_of("users", "id"));
}

TEST_F(Constraints, AnIndexOverAnExpressionHasNoColumns) {
  const auto error = violation("INSERT INTO users VALUES (2, 'bob', 30)"_sql);
  EXPECT_EQ(error.kind(), ConstraintKind::kUnique);
  EXPECT_THAT(error.columns(), IsEmpty());
}

TEST_F(Constraints, NotNullNamesItsColumn) {
  const auto error = violation("INSERT INTO users VALUES (2, NULL, 1)"_sql);
  EXPECT_EQ(error.kind(), ConstraintKind::kNotNull);
  EXPECT_EQ(error.table(), "users");
  EXPECT_THAT(error.columns(), ElementsAre("name"));
}

TEST_F(Constraints, ACheckIsNoColumn) {
  const auto error = violation("INSERT INTO users VALUES (2, 'bob', -1)"_sql);
  EXPECT_EQ(error.kind(), ConstraintKind::kCheck);
  EXPECT_EQ(error.table(), "");
  EXPECT_THAT(error.columns(), IsEmpty());
}

TEST_F(Constraints, AWrongTypeInAStrictTableNamesItsColumn) {
  const auto error = violation("INSERT INTO users VALUES (2, 'bob', 'old')"_sql);
  EXPECT_EQ(error.kind(), ConstraintKind::kType);
  EXPECT_EQ(error.table(), "users");
  EXPECT_THAT(error.columns(), ElementsAre("age"));
}

TEST_F(Constraints, ForeignKeysAreOn) {
  EXPECT_EQ(violation("INSERT INTO tags VALUES (9, 'x')"_sql).kind(), ConstraintKind::kForeignKey);
}

TEST_F(Constraints, ADeferredForeignKeyFailsItsUnit) {
  EXPECT_EQ(violation("INSERT INTO later VALUES (9)"_sql).kind(), ConstraintKind::kForeignKey);
  database_->write([](WriteSession& tx) {  // satisfied before the end of the unit
    tx.exec("INSERT INTO later VALUES (9)"_sql);
    tx.exec("INSERT INTO users VALUES (9, 'zoe', 1)"_sql);
  });
  EXPECT_EQ(database_->read([](ReadSession& s) { return s.scalar<int>("SELECT count(*) FROM later"_sql); }), 1);
}

TEST_F(Constraints, ATriggerThatRefusesIsOfTheOtherKind) {
  database_->write([](WriteSession& tx) {
    tx.run("CREATE TRIGGER no BEFORE DELETE ON users BEGIN SELECT RAISE(ABORT, 'a.b: c.d'); END"_script);
  });
  const auto error = violation("DELETE FROM users WHERE name = 'nobody' OR id = 1"_sql);
  EXPECT_EQ(error.kind(), ConstraintKind::kOther);
  EXPECT_THAT(error.columns(), IsEmpty());
}

TEST_F(Constraints, AStatementThatDoesNotFitTheSchemaIsABug) {
  try {
    database_->read([](ReadSession& s) { s.find<int>("SELECT nonsense FROM users"_sql); });
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.scope(), base::ErrorScope::kBug);
    EXPECT_STREQ(error.what(), "no such column: nonsense [SQLite 1]: SELECT nonsense FROM users");
  }
}

/// What a result code becomes, and with which scope.
struct Mapped {
  int result;
  base::ErrorCode code;
  base::ErrorScope scope;
};

TEST(ErrorTable, KnowsTheCodesThatSqliteDistinguishes) {
  using base::ErrorCode;
  using base::ErrorScope;
  for (const Mapped& mapped : {
           Mapped{SQLITE_BUSY, ErrorCode::kBusy, ErrorScope::kRetry},
           Mapped{SQLITE_BUSY_RECOVERY, ErrorCode::kBusy, ErrorScope::kRetry},
           Mapped{SQLITE_BUSY_SNAPSHOT, ErrorCode::kBusy, ErrorScope::kRetry},
           Mapped{SQLITE_BUSY_TIMEOUT, ErrorCode::kBusy, ErrorScope::kRetry},
           Mapped{SQLITE_FULL, ErrorCode::kFull, ErrorScope::kTransaction},
           Mapped{SQLITE_IOERR, ErrorCode::kIo, ErrorScope::kTransaction},
           Mapped{SQLITE_IOERR_FSYNC, ErrorCode::kIo, ErrorScope::kTransaction},
           Mapped{SQLITE_IOERR_SHORT_READ, ErrorCode::kIo, ErrorScope::kTransaction},
           Mapped{SQLITE_PROTOCOL, ErrorCode::kIo, ErrorScope::kTransaction},
           Mapped{SQLITE_CORRUPT, ErrorCode::kCorrupt, ErrorScope::kDatabase},
           Mapped{SQLITE_CORRUPT_INDEX, ErrorCode::kCorrupt, ErrorScope::kDatabase},
           Mapped{SQLITE_NOTADB, ErrorCode::kCorrupt, ErrorScope::kDatabase},
           Mapped{SQLITE_READONLY, ErrorCode::kForbidden, ErrorScope::kCaller},
           Mapped{SQLITE_READONLY_DIRECTORY, ErrorCode::kForbidden, ErrorScope::kDatabase},
           Mapped{SQLITE_READONLY_CANTINIT, ErrorCode::kForbidden, ErrorScope::kDatabase},
           Mapped{SQLITE_READONLY_RECOVERY, ErrorCode::kForbidden, ErrorScope::kDatabase},
           Mapped{SQLITE_READONLY_DBMOVED, ErrorCode::kClosed, ErrorScope::kDatabase},
           Mapped{SQLITE_LOCKED, ErrorCode::kConflict, ErrorScope::kTransaction},
           Mapped{SQLITE_CANTOPEN, ErrorCode::kIo, ErrorScope::kCaller},
       }) {
    try {
      throw_error(nullptr, mapped.result, "a statement");
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), mapped.code) << mapped.result;
      EXPECT_EQ(error.scope(), mapped.scope) << mapped.result;
      EXPECT_EQ(error.system_code(), mapped.result);
      EXPECT_NE(error.hint(), "") << mapped.result;
    }
  }
}

}  // namespace
}  // namespace monolite::db::sqlite
