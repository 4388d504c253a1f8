#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/db/save.h>
#include <monolite/db/sqlite/testing/temporary_database.h>
#include <monolite/db/table.h>
#include <monolite/db/validation.h>

namespace monolite::db {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// [snippet validation]
struct SignUp {
  std::string screen_name;
  std::string email;
  std::string age;

  Errors errors() const {
    Validation v;
    v.check("screen_name", screen_name).present().length({.max = 20}).none_of({"admin", "root"});
    v.check("email", email).format([](std::string_view text) { return text.find('@') != std::string_view::npos; });
    if (const auto years = v.integer("age", age)) v.check("age", *years).at_least(18);
    return v.errors();
  }
};
// [/snippet]

TEST(Validation, OfGoodInputFindsNothing) { EXPECT_TRUE((SignUp{"ada", "ada@example.org", " 36 "}.errors().empty())); }

TEST(Validation, SpeaksPlainEnglish) {
  // [snippet errors]
  const Errors errors = SignUp{"", "nowhere", "17"}.errors();
  EXPECT_THAT(errors.sentences(),
              ElementsAre("Screen name can't be blank", "Email is invalid", "Age must be greater than or equal to 18"));
  EXPECT_THAT(errors.on("email"), ElementsAre("is invalid"));  // beside its input
  // [/snippet]
  EXPECT_TRUE(errors.has("age"));
  EXPECT_FALSE(errors.has("phone"));
  EXPECT_EQ(errors.size(), 3U);
}

TEST(Validation, CountsCharactersNotBytes) {
  Validation v;
  v.check("a", "äöü").length({.min = 3, .max = 3});
  v.check("b", "äöü").length({.min = 4});
  v.check("c", "äö").length({.max = 1});
  v.check("d", "").length({.min = 1});
  EXPECT_THAT(v.errors().sentences(),
              ElementsAre("B is too short (minimum is 4 characters)", "C is too long (maximum is 1 character)",
                          "D is too short (minimum is 1 character)"));
}

TEST(Validation, TakesListsAndConfirmations) {
  Validation v;
  v.check("state", "draft").one_of({"draft", "public"}).none_of({"gone"});
  v.check("state", "lost").one_of({"draft", "public"});
  v.check("name", "root").none_of({"root"});
  v.check("password_again", "a").confirms("password", "b");
  v.check("password_again", "a").confirms("password", "a");
  EXPECT_THAT(v.errors().sentences(), ElementsAre("State is not included in the list", "Name is reserved",
                                                  "Password again doesn't match Password"));
}

TEST(Validation, AnAbsentTextIsBlank) {
  Validation v;
  std::optional<std::string> about;
  for (const char* const text : {"", " \n", "x"}) {
    v.check("about", about).present();
    about = text;
  }
  v.check("about", about).present();
  EXPECT_EQ(v.errors().size(), 3U);
}

TEST(Validation, ReadsWholeNumbersAndNothingElse) {
  Validation v;
  EXPECT_EQ(v.integer("n", "-5"), -5);
  EXPECT_EQ(v.integer("n", "\t7\n"), 7);
  EXPECT_TRUE(v.passed());
  for (const char* text : {"", " ", "1.5", "5 5", "0x1", "9223372036854775808", "five", "+"}) {
    EXPECT_EQ(v.integer("n", text), std::nullopt) << text;
  }
  EXPECT_EQ(v.errors().on("n").size(), 8U);
  EXPECT_EQ(v.errors().on("n").front(), "is not a number");
}

TEST(Validation, NumbersHaveBounds) {
  Validation v;
  v.check("stars", 6).between(1, 5);
  v.check("stars", 5).between(1, 5);
  v.check("price", 0.5).at_least(1.5);
  EXPECT_THAT(v.errors().sentences(),
              ElementsAre("Stars must be less than or equal to 5", "Price must be greater than or equal to 1.5"));
}

TEST(Validation, RulesOfTheApplicationAndOfTheWhole) {
  Validation v;
  v.require(false, "ends_on", "must be after the beginning").accepted("terms", false).accepted("terms", true);
  v.errors().add_base("The event is full");
  EXPECT_THAT(v.errors().sentences(),
              ElementsAre("Ends on must be after the beginning", "Terms must be accepted", "The event is full"));
}

TEST(HumanName, IsWhatAFormSays) {
  EXPECT_EQ(human_name("user_id"), "User");
  EXPECT_EQ(human_name("screen_name"), "Screen name");
  EXPECT_EQ(human_name("_id"), " id");
  EXPECT_EQ(human_name(""), "");
}

struct Page {
  std::int64_t id = 0;
  std::int64_t site_id = 0;
  std::string slug;
};
BOOST_DESCRIBE_STRUCT(Page, (), (id, site_id, slug))
inline constexpr Table<Page, "pages"> kPages;

class Saving : public ::testing::Test {
 protected:
  Saving() {
    database_->write([](WriteSession& tx) {
      tx.run(R"(
        CREATE TABLE pages (id INTEGER PRIMARY KEY, site_id INTEGER NOT NULL CHECK (site_id > 0), slug TEXT NOT NULL) STRICT;
        CREATE UNIQUE INDEX pages_by_slug ON pages (site_id, slug);
        INSERT INTO pages VALUES (1, 1, 'home');
      )"_script);
    });
  }

  std::int64_t count() {
    return database_->read([](ReadSession& s) { return kPages.count(s); });
  }

  sqlite::testing::TemporaryDatabase database_;
};

TEST_F(Saving, GivesTheRowOrItsErrors) {
  Database& database = *database_;
  const auto create = [&](const Page& page) {
    // [snippet save]
    Validation v;
    v.check("slug", page.slug).present();
    auto saved =
        save(database, v.errors(), {{"pages", "slug"}}, [&](WriteSession& tx) { return kPages.insert(tx, page); });
    // [/snippet]
    return saved;
  };
  const auto about = create({.site_id = 1, .slug = "about"});
  ASSERT_TRUE(about);
  EXPECT_EQ(*about, 2);
  EXPECT_TRUE(about.errors().empty());

  EXPECT_THAT(create({.site_id = 1, .slug = " "}).errors().sentences(), ElementsAre("Slug can't be blank"));
  EXPECT_THAT(create({.site_id = 1, .slug = "home"}).errors().sentences(), ElementsAre("Slug has already been taken"));
  EXPECT_TRUE(create({.site_id = 2, .slug = "home"}));
  EXPECT_EQ(count(), 3);
}

TEST_F(Saving, OtherViolationsStayExceptions) {
  const auto insert = [](const Page& page) { return [page](WriteSession& tx) { return kPages.insert(tx, page); }; };
  EXPECT_THROW(save(*database_, {}, {{"pages", "slug"}}, insert({.site_id = 0, .slug = "x"})), ConstraintViolation);
  EXPECT_THROW(save(*database_, {}, {{"sites", "slug"}}, insert({.site_id = 1, .slug = "home"})), ConstraintViolation);
  EXPECT_THROW(save(*database_, {}, {}, insert({.site_id = 1, .slug = "home"})), ConstraintViolation);
  EXPECT_EQ(count(), 1);
}

TEST_F(Saving, InsideOfAUnitUndoesItsPartOnly) {
  const auto refused = database_->write([](WriteSession& tx) {
    kPages.insert(tx, Page{.site_id = 1, .slug = "kept"});
    return save(tx, {}, {{"pages", "slug"}}, [](WriteSession& inner) {
      kPages.insert(inner, Page{.site_id = 1, .slug = "dropped"});
      return kPages.insert(inner, Page{.site_id = 1, .slug = "home"});
    });
  });
  EXPECT_THAT(refused.errors().on("slug"), ElementsAre("has already been taken"));
  database_->read([](ReadSession& s) {
    EXPECT_TRUE(kPages.exists<"slug = 'kept'">(s));
    EXPECT_FALSE(kPages.exists<"slug = 'dropped'">(s));
  });
}

}  // namespace
}  // namespace monolite::db
