#include <algorithm>
#include <array>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lorem_news/application.h>
#include <lorem_news/benchmarking_controller.h>
#include <lorem_news/forms.h>

#include <monolite/app/prepare.h>
#include <monolite/base/temporary_folder.h>
#include <monolite/http/testing.h>

namespace lorem_news {
namespace {

namespace app = monolite::app;
namespace base = monolite::base;
namespace db = monolite::db;
namespace http = monolite::http;

using http::testing::Form;
using monolite::db::operator""_sql;
using testing::HasSubstr;
using testing::Not;

app::Config config_in(const base::TemporaryFolder& folder, app::Environment environment) {
  app::Config config;
  config.environment = environment;
  config.root = folder.path();
  config.primary.path = folder.file("storage/news.sqlite3");
  config.primary.synchronous = db::sqlite::Synchronous::kOff;
  config.secret_key_base = std::string(64, 's');
  return config;
}

/// Lorem News on a small database of its own, asked through the request root. CSRF is on, as in production.
class LoremNews : public testing::Test {
 protected:
  LoremNews()
      : app_(application_, config_in(folder_, app::Environment::kDevelopment), {clock_, rng_, base::Log::silent()},
             db::sqlite::CreateFile::kIfMissing),
        browser_(app_.handler()) {
    app_.migrator().migrate();
    db().write([&](db::WriteSession& tx) {
      const auto digest = base::crypto::hash_password("password", 4, rng_);
      for (const char* name : {"alice", "bob"}) {
        tx.exec(
            "INSERT INTO users (screen_name, password_digest, about, created_at, updated_at) VALUES (?, ?, ?, ?, ?)"_sql,
            name, digest, "I am <b>bold</b>", clock_.now(), clock_.now());
      }
      Post::create(tx, 1, "A first post", "One.\n\nTwo.", clock_.now());
      Comment::create(tx, 1, 2, "A first comment", clock_.now());
    });
  }

  db::Database& db() { return app_.primary(); }
  std::int64_t count(const char* sql) {
    return db().read(
        [&](db::ReadSession& s) { return s.scalar<std::int64_t>(db::Sql::audited(sql, "a test's count")); });
  }

  /// The form's token, as the browser would send it back.
  std::string token_on(const std::string& path) { return token_in(browser_.get(path).body); }
  static std::string token_in(const std::string& page) {
    const std::string before = "name=\"csrf-token\" content=\"";
    const auto begin = page.find(before);
    if (begin == std::string::npos) return {};
    const auto from = begin + before.size();
    return page.substr(from, page.find('"', from) - from);
  }
  http::testing::Reply post(const std::string& path, Form form, const std::string& seen_on) {
    form.emplace_back("authenticity_token", token_on(seen_on));
    return browser_.post(path, form);
  }
  http::testing::Reply sign_in(const std::string& name = "alice", const std::string& password = "password") {
    return post("/sessions", {{"user[screen_name]", name}, {"user[password]", password}}, "/sign_in");
  }

  const base::TemporaryFolder folder_;
  base::SystemClock clock_;
  base::SeededRng rng_{7};
  app::Application application_ = application();
  app::App app_;
  http::testing::Client browser_;
};

TEST_F(LoremNews, ShowsTheNewestPostsToGuests) {
  const auto page = browser_.get("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("A first post"));
  EXPECT_THAT(page.body, HasSubstr("1 comment"));
  EXPECT_THAT(page.body, HasSubstr("Sign in"));
  EXPECT_THAT(page.body, HasSubstr("mt-auto text-sm text-center"));
  EXPECT_THAT(page.body, Not(HasSubstr("New post")));
}

// Such a page may be cached by whoever stands in front.
TEST_F(LoremNews, AGuestWhoIsShownNoFormGetsNoCookie) {
  for (const char* path : {"/", "/posts/1", "/users/1"}) {
    const auto page = browser_.get(path);
    EXPECT_EQ(page.header("Set-Cookie"), "") << path;
    EXPECT_EQ(token_in(page.body), "") << path;
  }
  const auto form = browser_.get("/sign_in");
  EXPECT_NE(form.header("Set-Cookie"), "");
  EXPECT_NE(token_in(form.body), "");
}

TEST_F(LoremNews, ShowsAPostWithItsComments) {
  const auto page = browser_.get("/posts/1");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("<p>One.</p>"));
  EXPECT_THAT(page.body, HasSubstr("A first comment"));
  EXPECT_THAT(page.body, HasSubstr("id=\"comment_1\""));
}

TEST_F(LoremNews, ShowsAProfileWithoutItsSessionsToOthers) {
  sign_in("alice");
  const auto page = browser_.get("/users/2");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("bob"));
  EXPECT_THAT(page.body, HasSubstr("I am <b>bold</b>"));
  EXPECT_THAT(page.body, Not(HasSubstr("Sessions:")));
}

TEST_F(LoremNews, AnswersUnknownPathsAndIdsWith404) {
  for (const char* path :
       {"/posts/99", "/posts/abc", "/users/99", "/nowhere", "/users", "/sessions", "/comments/1", "/%00"}) {
    EXPECT_THAT((std::array{404, 400}), testing::Contains(browser_.get(path).status)) << path;
  }
}

TEST_F(LoremNews, HidesFromGuestsWhatIsForUsers) {
  EXPECT_EQ(browser_.get("/posts/new").status, 404);
  EXPECT_EQ(post("/posts", {{"post[title]", "Not for guests"}}, "/").status, 404);
  EXPECT_EQ(post("/posts/1/comments", {{"comment[body]", "Not for guests"}}, "/").status, 404);
  EXPECT_EQ(post("/sessions/1", {{"_method", "delete"}}, "/").status, 404);
  EXPECT_EQ(count("SELECT count(*) FROM posts"), 1);
  EXPECT_EQ(count("SELECT count(*) FROM comments"), 1);
}

TEST_F(LoremNews, SignsInWithAHttpOnlyCookie) {
  const auto reply = sign_in();
  EXPECT_EQ(reply.status, 303);
  EXPECT_EQ(reply.header("Location"), "/users/1");
  EXPECT_EQ(count("SELECT count(*) FROM sessions"), 1);
  EXPECT_EQ(count("SELECT count(*) FROM users WHERE last_seen_at IS NOT NULL"), 1);
  const auto page = browser_.follow(reply);
  EXPECT_THAT(page.body, HasSubstr("You have been signed in."));
  EXPECT_THAT(page.body, HasSubstr("Sign out"));
  EXPECT_THAT(page.body, HasSubstr("Sessions: 1"));
  EXPECT_THAT(browser_.get("/").body, Not(HasSubstr("You have been signed in.")));
}

TEST_F(LoremNews, RefusesAWrongPasswordAndAnUnknownNameAlike) {
  for (const auto& [name, password] : {std::pair{"alice", "wrong"}, {"nobody", "password"}, {"alice", ""}}) {
    const auto reply = sign_in(name, password);
    EXPECT_EQ(reply.status, 302);
    EXPECT_EQ(reply.header("Location"), "/sign_in?screen_name_hint=" + std::string(name));
    const auto page = browser_.follow(reply);
    EXPECT_THAT(page.body, HasSubstr("That email or password is incorrect"));
    EXPECT_THAT(page.body, HasSubstr("value=\"" + std::string(name) + "\""));
  }
  EXPECT_EQ(count("SELECT count(*) FROM sessions"), 0);
}

TEST_F(LoremNews, SignsOutAndForgetsTheSession) {
  sign_in();
  const auto token = *browser_.cookie("session_token");
  const auto reply = post("/sessions/1", {{"_method", "delete"}}, "/");
  EXPECT_EQ(reply.status, 303);
  EXPECT_EQ(count("SELECT count(*) FROM sessions"), 0);
  EXPECT_THAT(browser_.follow(reply).body, HasSubstr("Sign in"));
  browser_.set_cookie("session_token", token);
  EXPECT_THAT(browser_.get("/").body, HasSubstr("Sign in"));
}

TEST_F(LoremNews, DoesNotEndSomebodyElsesSession) {
  sign_in("bob");
  browser_.forget_cookies();
  sign_in("alice");
  EXPECT_EQ(post("/sessions/1", {{"_method", "delete"}}, "/").status, 404);
  EXPECT_EQ(count("SELECT count(*) FROM sessions"), 2);
}

TEST_F(LoremNews, TreatsAForgedCookieAsAGuest) {
  sign_in();
  const auto token = *browser_.cookie("session_token");
  for (const std::string& forged : {std::string("1"), std::string("x"), token + "x", "2" + token}) {
    browser_.set_cookie("session_token", forged);
    const auto page = browser_.get("/");
    EXPECT_EQ(page.status, 200);
    EXPECT_THAT(page.body, HasSubstr("Sign in")) << forged;
  }
}

TEST_F(LoremNews, WritesAPost) {
  sign_in();
  const auto reply = post(
      "/posts", {{"post[title]", "Héllo wörld 🚀 日本"}, {"post[description]", "One.\n\nTwo."}, {"post[user_id]", "2"}},
      "/posts/new");
  EXPECT_EQ(reply.status, 302);
  EXPECT_EQ(reply.header("Location"), "/posts/2");
  const auto page = browser_.follow(reply);
  EXPECT_THAT(page.body, HasSubstr("Post was successfully created."));
  EXPECT_THAT(page.body, HasSubstr("Héllo wörld 🚀 日本"));
  EXPECT_THAT(page.body, HasSubstr("by you"));
  EXPECT_EQ(count("SELECT posts_count FROM users WHERE id = 1"), 2);
}

TEST_F(LoremNews, ShowsWhatIsWrongWithAPost) {
  sign_in();
  auto page = post("/posts", {{"post[title]", "  "}, {"post[description]", "kept"}}, "/posts/new");
  EXPECT_EQ(page.status, 422);
  EXPECT_THAT(page.body, HasSubstr("2 errors prohibited this post from being saved:"));
  EXPECT_THAT(page.body, HasSubstr("kept"));
  page = post("/posts", {{"post[title]", "A first post"}}, "/posts/new");
  EXPECT_EQ(page.status, 422);
  EXPECT_THAT(page.body, HasSubstr("Title has already been taken"));
  EXPECT_EQ(post("/posts", {{"title", "no key"}}, "/posts/new").status, 400);
  EXPECT_EQ(count("SELECT count(*) FROM posts"), 1);
}

TEST_F(LoremNews, WritesAComment) {
  sign_in();
  const auto reply = post("/posts/1/comments", {{"comment[body]", "Well <said>"}}, "/posts/1");
  EXPECT_EQ(reply.status, 302);
  EXPECT_EQ(reply.header("Location"), "/posts/1#comment_2");
  EXPECT_EQ(count("SELECT comments_count FROM posts WHERE id = 1"), 2);
  EXPECT_THAT(browser_.get("/posts/1").body, HasSubstr("Well &lt;said&gt;"));
}

TEST_F(LoremNews, ShowsThePostAgainWhenACommentIsTooShort) {
  sign_in();
  const auto page = post("/posts/1/comments", {{"comment[body]", "hey"}}, "/posts/1");
  EXPECT_EQ(page.status, 422);
  EXPECT_THAT(page.body, HasSubstr("1 error prohibited this comment from being saved:"));
  EXPECT_THAT(page.body, HasSubstr("hey</textarea>"));
  EXPECT_THAT(page.body, HasSubstr("A first comment"));
}

TEST_F(LoremNews, AnswersACommentOnADeletedPostWith404) {
  sign_in();
  const auto token = token_on("/posts/1");
  db().write([](db::WriteSession& tx) { Post::destroy(tx, 1); });
  EXPECT_EQ(browser_.post("/posts/1/comments", {{"comment[body]", "too late"}, {"authenticity_token", token}}).status,
            404);
  EXPECT_EQ(count("SELECT count(*) FROM comments"), 0);
  EXPECT_EQ(count("SELECT posts_count FROM users WHERE id = 1"), 0);
}

TEST_F(LoremNews, RefusesFormsWithoutAToken) {
  sign_in();
  EXPECT_EQ(browser_.post("/posts", {{"post[title]", "Forged post"}}).status, 422);
  EXPECT_EQ(browser_.post("/posts", {{"post[title]", "Forged post"}, {"authenticity_token", "x"}}).status, 422);
  EXPECT_EQ(count("SELECT count(*) FROM posts"), 1);
}

TEST_F(LoremNews, IsGreenUnderUp) {
  const auto page = browser_.get("/up");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("green"));
}

TEST_F(LoremNews, AnswersEveryBenchmarkingActionAndSignsInEachTime) {
  std::int64_t sessions = 0;
  for (const auto& entry : BenchmarkingController::kActions) {
    const std::string name(entry.name);  // clang 14 cannot capture a structured binding
    browser_.forget_cookies();
    // Two destroy: there must be something left for the others.
    db().write([&](db::WriteSession& tx) {
      const auto id = Post::create(tx, 1, "Spare " + name, "", clock_.now());
      for (int i = 0; i < 5; ++i) Comment::create(tx, id, 2, "Spare comment", clock_.now());
    });
    const auto page = browser_.post("/benchmarking/" + name);
    EXPECT_EQ(page.status, 200) << name;
    EXPECT_TRUE(browser_.cookie("session_token")) << name;
    EXPECT_EQ(count("SELECT count(*) FROM sessions"), ++sessions) << name;
  }
  EXPECT_THAT(browser_.errors(), testing::IsEmpty());
  EXPECT_EQ(count("SELECT count(*) FROM posts WHERE comments_count <> (SELECT count(*) FROM comments WHERE post_id = "
                  "posts.id)"),
            0);
  EXPECT_EQ(
      count("SELECT count(*) FROM users WHERE posts_count <> (SELECT count(*) FROM posts WHERE user_id = users.id)"),
      0);
}

TEST_F(LoremNews, RefusesARepeatedRequestIdInPostCreate) {
  const http::Headers id = [] {
    http::Headers headers;
    headers.set("X-Request-Id", "same-id");
    return headers;
  }();
  EXPECT_EQ(browser_.send(http::Method::kPost, "/benchmarking/post_create", {}, id).status, 200);
  EXPECT_EQ(browser_.send(http::Method::kPost, "/benchmarking/post_create", {}, id).status, 422);
}

TEST_F(LoremNews, EverySqlLiteralFitsTheSchema) {
  const auto check = app_.check_sql();
  EXPECT_GT(check.literals, 30u);
  for (const auto& problem : check.problems) {
    ADD_FAILURE() << problem.site.file << ":" << problem.site.line << ": " << problem.what;
  }
}

TEST_F(LoremNews, MigrationsGoDownAndUpAgain) {
  EXPECT_EQ(app_.migrator().rollback(4).size(), 4u);
  EXPECT_EQ(count("SELECT count(*) FROM sqlite_schema WHERE name = 'users'"), 0);
  EXPECT_EQ(app_.migrator().migrate().size(), 4u);
  EXPECT_TRUE(app_.migrator().is_current());
}

TEST_F(LoremNews, SeedsByTheRulesAndOnlyOnce) {
  db().write([](db::WriteSession& tx) {
    for (const auto& sql : {"DELETE FROM comments"_sql, "DELETE FROM posts"_sql, "DELETE FROM users"_sql}) tx.exec(sql);
  });
  EXPECT_TRUE(app::prepare(app_, application_, {}));
  EXPECT_FALSE(app::prepare(app_, application_, {}));
  EXPECT_EQ(count("SELECT count(*) FROM users"), 100);
  EXPECT_GT(count("SELECT count(*) FROM posts"), 950);
  EXPECT_NEAR(static_cast<double>(count("SELECT count(*) FROM comments")), 10'000, 600);
  EXPECT_EQ(
      count("SELECT count(*) FROM posts JOIN users ON users.id = user_id WHERE posts.created_at < users.created_at"),
      0);
  EXPECT_EQ(count("SELECT count(*) FROM comments JOIN posts ON posts.id = post_id WHERE comments.created_at < "
                  "posts.created_at"),
            0);
  EXPECT_EQ(count("SELECT sum(posts_count) FROM users"), count("SELECT count(*) FROM posts"));
  EXPECT_EQ(sign_in(db().read([](db::ReadSession& s) {
              return s.scalar<std::string>("SELECT min(screen_name) FROM users"_sql);
            })).status,
            303);
}

TEST(Forms, CountCodePointsNotBytes) {
  EXPECT_TRUE((PostForm{"日本語です", ""}).errors().empty());
  EXPECT_EQ((PostForm{"abcd", ""}).errors().size(), 1u);
  EXPECT_EQ((PostForm{"", ""}).errors().size(), 2u);
}

/// No state lies outside an App: two of them serve two databases in one process.
TEST(TwoApps, ServeTwoDatabasesInOneProcess) {
  base::SystemClock clock;
  base::SystemRng rng;
  const auto definition = application();
  const std::array<base::TemporaryFolder, 2> folders;
  std::vector<std::unique_ptr<app::App>> apps;
  for (const auto& folder : folders) {
    apps.push_back(std::make_unique<app::App>(definition, config_in(folder, app::Environment::kTest),
                                              app::World{clock, rng, base::Log::silent()},
                                              db::sqlite::CreateFile::kIfMissing));
    apps.back()->migrator().migrate();
  }
  apps[0]->primary().write([&](db::WriteSession& tx) {
    tx.exec("INSERT INTO users (screen_name, password_digest, created_at, updated_at) VALUES ('a', 'x', ?, ?)"_sql,
            clock.now(), clock.now());
    Post::create(tx, 1, "Only in the first", "", clock.now());
  });
  http::testing::Client first(apps[0]->handler());
  http::testing::Client second(apps[1]->handler());
  EXPECT_THAT(first.get("/").body, HasSubstr("Only in the first"));
  EXPECT_THAT(second.get("/").body, HasSubstr("No posts yet"));
}

}  // namespace
}  // namespace lorem_news
