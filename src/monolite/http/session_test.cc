#include <gmock/gmock.h>

#include <monolite/base/error.h>
#include <monolite/http/router.h>
#include <monolite/http/session.h>
#include <monolite/http/testing.h>

namespace monolite::http {
namespace {

constexpr std::string_view kCookie = "_monolite_session";

struct SessionTest : ::testing::Test {
  SessionTest() {
    router.get("/nothing", [](Request&) { return text("nothing"); });
    router.get("/read", [](Request& r) { return text(std::string(r.session().find("name").value_or("none"))); });
    router.get("/write/:id", [](Request& r) {
      r.session().set("name", r.param<std::string>("id"));
      return text("written");
    });
    router.get("/erase", [](Request& r) {
      r.session().erase("name");
      return text("erased");
    });
    router.get("/reset", [](Request& r) {
      r.session().reset();
      return text("reset");
    });
    router.get("/save", [](Request&) { return redirect("/show").notice("Saved <b>").alert("But"); });
    router.get("/show", [](Request& r) {
      return text(std::string(r.flash().notice().value_or("-")) + "," + std::string(r.flash().alert().value_or("-")));
    });
    router.get("/now", [](Request& r) {
      r.flash().now("notice", "now");
      return text(std::string(r.flash().notice().value_or("-")));
    });
    router.get("/large", [](Request& r) {
      r.session().set("large", std::string(4000, 'x'));
      return text("");
    });
  }

  base::SystemRng rng;
  CookieJar jar{"0123456789abcdef0123456789abcdef", rng};
  Sessions sessions{{}, jar};
  Router router;
  testing::Client client{stack({sessions.layer()}, [this](Request& request) { return router.handle(request); })};
};

TEST_F(SessionTest, KeepsValuesBetweenRequests) {
  EXPECT_EQ(client.get("/read").body, "none");
  client.get("/write/Ada");
  EXPECT_EQ(client.get("/read").body, "Ada");
}

TEST_F(SessionTest, TheCookieIsUnreadableAndCautious) {
  const std::string header = client.get("/write/Ada").header("Set-Cookie");
  EXPECT_EQ(header.find("Ada"), std::string::npos);
  EXPECT_THAT(header, ::testing::EndsWith("; Path=/; HttpOnly; SameSite=Lax"));
}

TEST_F(SessionTest, IsWrittenOnlyWhenItChanged) {
  EXPECT_EQ(client.get("/nothing").header("Set-Cookie"), "");
  EXPECT_EQ(client.get("/read").header("Set-Cookie"), "");
  EXPECT_NE(client.get("/write/Ada").header("Set-Cookie"), "");
  EXPECT_EQ(client.get("/write/Ada").header("Set-Cookie"), "");
  EXPECT_EQ(client.get("/read").header("Set-Cookie"), "");
}

TEST_F(SessionTest, AnEmptySessionTakesItsCookieAway) {
  client.get("/write/Ada");
  EXPECT_THAT(client.get("/erase").header("Set-Cookie"), ::testing::HasSubstr("Max-Age=0"));
  EXPECT_EQ(client.cookie(kCookie), std::nullopt);
  EXPECT_EQ(client.get("/erase").header("Set-Cookie"), "");
}

TEST_F(SessionTest, ResetForgetsEverything) {
  client.get("/write/Ada");
  client.get("/reset");
  EXPECT_EQ(client.get("/read").body, "none");
}

TEST_F(SessionTest, AForgedCookieIsNoSession) {
  client.get("/write/Ada");
  std::string forged = client.cookie(kCookie).value();
  forged[forged.size() / 2] = forged[forged.size() / 2] == 'x' ? 'y' : 'x';
  client.set_cookie(std::string(kCookie), forged);
  EXPECT_EQ(client.get("/read").body, "none");
}

TEST_F(SessionTest, ContentOfAnUnknownFormStartsAfresh) {
  for (const std::string_view stored : {"4:name", "4:name9:Ada", "x", "4name", "99999999999999999999:a"}) {
    const Cookie cookie = jar.encrypted_cookie(std::string(kCookie), stored);
    client.set_cookie(cookie.name, cookie.value);
    EXPECT_EQ(client.get("/read").body, "none") << stored;
  }
}

TEST_F(SessionTest, OneThatGrowsTooLargeIsABug) {
  EXPECT_EQ(client.get("/large").status, 500);
  EXPECT_THAT(client.errors(), ::testing::ElementsAre(::testing::HasSubstr("keep an id in it")));
}

TEST_F(SessionTest, AnErrorLeavesItAsItWas) {
  router.get("/fail", [](Request& r) -> Response {
    r.session().set("name", "Eve");
    throw base::Error({.code = base::ErrorCode::kForbidden, .what = "no", .hint = "none"});
  });
  client.get("/write/Ada");
  EXPECT_EQ(client.get("/fail").status, 403);
  EXPECT_EQ(client.get("/read").body, "Ada");
}

TEST_F(SessionTest, TheFlashIsShownOnceOnTheNextPage) {
  const auto reply = client.get("/save");
  EXPECT_EQ(client.follow(reply).body, "Saved <b>,But");
  EXPECT_EQ(client.get("/show").body, "-,-");
}

TEST_F(SessionTest, ARequestThatDoesNotLookLeavesTheFlash) {
  client.get("/save");
  client.get("/nothing");
  EXPECT_EQ(client.get("/show").body, "Saved <b>,But");
}

TEST_F(SessionTest, ANewFlashReplacesWhatIsShown) {
  router.get("/again", [](Request& r) {
    static_cast<void>(r.flash().notice());
    return redirect("/show").notice("second");
  });
  client.get("/save");
  client.get("/again");
  EXPECT_EQ(client.get("/show").body, "second,-");
}

TEST_F(SessionTest, FlashNowDoesNotOutliveItsRequest) {
  EXPECT_EQ(client.get("/now").body, "now");
  EXPECT_EQ(client.get("/show").body, "-,-");
}

TEST_F(SessionTest, AFlashWithoutSessionsIsABug) {
  testing::Client bare([](Request&) { return redirect("/").notice("lost"); });
  EXPECT_EQ(bare.get("/").status, 500);
  EXPECT_THAT(bare.errors(), ::testing::ElementsAre(::testing::HasSubstr("need a session layer")));
}

}  // namespace
}  // namespace monolite::http
