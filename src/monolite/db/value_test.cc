#include <cmath>
#include <limits>

#include <boost/describe/enum.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/base/error.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db {
namespace {

using sqlite::testing::TemporaryDatabase;
using ::testing::HasSubstr;

enum class Plain : std::uint8_t { kFirst = 1, kLast = 200 };
enum class Color { red, green };
BOOST_DESCRIBE_ENUM(Color, red, green)

constexpr auto kEcho = "SELECT ?"_sql;
constexpr auto kTypeOf = "SELECT typeof(?)"_sql;

class Values : public ::testing::Test {
 protected:
  /// Sends a value through the database as a parameter and back as a column.
  template <class T>
  T round_trip(const T& value) {
    return database_->read([&](ReadSession& session) { return session.one<T>(kEcho, value); });
  }

  template <class T>
  std::string storage_class(const T& value) {
    return database_->read([&](ReadSession& session) { return session.one<std::string>(kTypeOf, value); });
  }

  /// The error of reading the column `x` of the query as a T.
  template <class T>
  base::ErrorParts refusal(const Sql& sql) {
    try {
      database_->read([&](ReadSession& session) { session.one<T>(sql); });
    } catch (const base::Error& error) {
      return {.code = error.code(), .scope = error.scope(), .what = error.what(), .hint = error.hint()};
    }
    ADD_FAILURE() << "was read: " << sql.text();
    return {};
  }

  TemporaryDatabase database_;
};

TEST_F(Values, IntegersRoundTripAtTheirBounds) {
  EXPECT_EQ(round_trip(std::numeric_limits<std::int64_t>::min()), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(round_trip(std::numeric_limits<std::int64_t>::max()), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(round_trip(std::uint32_t{4'294'967'295}), 4'294'967'295u);
  EXPECT_EQ(round_trip(std::int8_t{-128}), -128);
  EXPECT_EQ(storage_class(7), "integer");
}

TEST_F(Values, BoolIsAnInteger) {
  EXPECT_TRUE(round_trip(true));
  EXPECT_FALSE(round_trip(false));
  EXPECT_EQ(storage_class(true), "integer");
}

TEST_F(Values, RealsRoundTrip) {
  for (const double value : {0.0, -0.1, 1e308, 5e-324, std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(round_trip(value), value);
  }
  EXPECT_EQ(round_trip(1.5F), 1.5F);
  EXPECT_EQ(storage_class(2.0), "real");
}

TEST_F(Values, AnIntegerColumnCanBeReadAsReal) {
  EXPECT_EQ(database_->read([](ReadSession& s) { return s.one<double>("SELECT 3"_sql); }), 3.0);
}

TEST_F(Values, NotANumberIsRefusedInsteadOfBecomingNull) {
  try {
    round_trip(std::nan(""));
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ErrorCode::kInvalid);
    EXPECT_THAT(error.what(), HasSubstr("parameter 1"));
  }
}

TEST_F(Values, TextKeepsEveryByte) {
  using namespace std::string_literals;
  for (const std::string& value : {""s, "plain"s, "a\0b"s, "\0"s, "Grüße \xF0\x9F\x8C\x8D"s, "\xFF\xFE"s}) {
    EXPECT_EQ(round_trip(value), value);
  }
  EXPECT_EQ(storage_class(std::string_view()), "text");
  EXPECT_EQ(storage_class("literal"), "text");
}

TEST_F(Values, AnEmptyBlobIsNotNull) {
  EXPECT_EQ(round_trip(Blob{}), Blob{});
  EXPECT_EQ(storage_class(Blob{}), "blob");
  const Blob bytes{std::byte{0}, std::byte{255}, std::byte{0}};
  EXPECT_EQ(round_trip(bytes), bytes);
  EXPECT_EQ(storage_class(std::span<const std::byte>(bytes).first(1)), "blob");
}

TEST_F(Values, OptionalIsNullOrItsValue) {
  EXPECT_EQ(round_trip(std::optional<int>()), std::nullopt);
  EXPECT_EQ(round_trip(std::optional<int>(5)), 5);
  EXPECT_EQ(round_trip(std::optional<std::string>("")), "");
  EXPECT_EQ(storage_class(std::nullopt), "null");
}

TEST_F(Values, PlainEnumsAreIntegers) {
  EXPECT_EQ(round_trip(Plain::kLast), Plain::kLast);
  EXPECT_EQ(storage_class(Plain::kFirst), "integer");
}

TEST_F(Values, DescribedEnumsAreTheirNames) {
  EXPECT_EQ(round_trip(Color::green), Color::green);
  EXPECT_EQ(storage_class(Color::red), "text");
  EXPECT_EQ(database_->read([](ReadSession& s) { return s.one<std::string>("SELECT ?"_sql, Color::green); }), "green");
}

TEST_F(Values, TimestampsAreSortableText) {
  const Timestamp at(std::chrono::microseconds(1'795'182'310'123'456));
  EXPECT_EQ(round_trip(at), at);
  EXPECT_EQ(database_->read([&](ReadSession& s) { return s.one<std::string>("SELECT ?"_sql, at); }),
            "2026-11-20 13:45:10.123456");
}

TEST_F(Values, AMismatchNamesBothSidesAndTheStatement) {
  const auto error = refusal<int>("SELECT 'ten' AS x"_sql);
  EXPECT_EQ(error.scope, base::ErrorScope::kBug);
  EXPECT_EQ(error.what, "column 'x' holds text, the program reads it as integer: SELECT 'ten' AS x");
}

TEST_F(Values, NullIsNeverADefault) {
  const auto error = refusal<std::string>("SELECT NULL AS x"_sql);
  EXPECT_THAT(error.what, HasSubstr("column 'x' holds NULL, the program reads it as text"));
  EXPECT_THAT(error.hint, HasSubstr("std::optional"));
}

TEST_F(Values, NothingIsConvertedSilently) {
  EXPECT_THAT(refusal<std::string>("SELECT 5 AS x"_sql).what,
              HasSubstr("holds an integer, the program reads it as text"));
  EXPECT_THAT(refusal<Blob>("SELECT 'a' AS x"_sql).what, HasSubstr("holds text, the program reads it as blob"));
  EXPECT_THAT(refusal<double>("SELECT '1.5' AS x"_sql).what, HasSubstr("holds text, the program reads it as real"));
  EXPECT_THAT(refusal<int>("SELECT 1.5 AS x"_sql).what, HasSubstr("holds a real, the program reads it as integer"));
  EXPECT_THAT(refusal<Timestamp>("SELECT 5 AS x"_sql).what, HasSubstr("reads it as timestamp"));
  EXPECT_THAT(refusal<std::string>("SELECT x'00' AS x"_sql).what, HasSubstr("holds a blob"));
}

TEST_F(Values, ValuesOutOfRangeAreRefused) {
  EXPECT_EQ(refusal<std::int8_t>("SELECT 128 AS x"_sql).code, base::ErrorCode::kCorrupt);
  EXPECT_EQ(refusal<std::uint32_t>("SELECT -1 AS x"_sql).code, base::ErrorCode::kCorrupt);
  EXPECT_EQ(refusal<Color>("SELECT 'blue' AS x"_sql).code, base::ErrorCode::kCorrupt);
  EXPECT_THAT(refusal<Timestamp>("SELECT 'yesterday' AS x"_sql).what, HasSubstr("column 'x' holds a value that is no"));
}

TEST_F(Values, AnEnumeratorWithoutADescriptionIsABug) {
  try {
    round_trip(static_cast<Color>(7));
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.scope(), base::ErrorScope::kBug);
    EXPECT_THAT(error.what(), HasSubstr("Color has no described enumerator with the value 7"));
  }
}

}  // namespace
}  // namespace monolite::db
