#include <gmock/gmock.h>

#include <monolite/http/csrf.h>
#include <monolite/http/session.h>
#include <monolite/http/testing.h>

namespace monolite::http {
namespace {

struct CsrfTest : ::testing::Test {
  explicit CsrfTest(CsrfMode mode = CsrfMode::kOn) : csrf(mode, rng) {
    router.before(csrf.guard());
    router.get("/token", [this](Request& r) { return text(csrf.token(r)); });
    router.get("/reset", [](Request& r) {
      r.session().reset();
      return text("");
    });
    router.post("/posts", [](Request&) { return text("created"); });
    router.delete_("/posts/:id", [](Request&) { return text("destroyed"); });
    router.post("/hook", [](Request&) { return text("hooked"); }).without_csrf();
  }

  int post(const testing::Form& form, const Headers& headers = {}) {
    return client.send(Method::kPost, "/posts", form, headers).status;
  }
  static Headers header(std::string_view name, std::string_view value) {
    Headers headers;
    headers.add(name, value);
    return headers;
  }

  base::SystemRng rng;
  CookieJar jar{"0123456789abcdef0123456789abcdef", rng};
  Sessions sessions{{}, jar};
  Csrf csrf;
  Router router;
  testing::Client client{stack({sessions.layer()}, [this](Request& request) { return router.handle(request); })};
};

struct CsrfOff : CsrfTest {
  CsrfOff() : CsrfTest(CsrfMode::kOff) {}
};

TEST_F(CsrfTest, AFormWithTheTokenPasses) {
  const std::string token = client.get("/token").body;
  EXPECT_EQ(post({{"authenticity_token", token}}), 200);
}

TEST_F(CsrfTest, AHeaderWithTheTokenPasses) {
  const std::string token = client.get("/token").body;
  EXPECT_EQ(post({}, header("X-CSRF-Token", token)), 200);
  // Either one valid is enough.
  EXPECT_EQ(post({{"authenticity_token", token}}, header("X-CSRF-Token", "wrong")), 200);
}

TEST_F(CsrfTest, WithoutATokenNothingChanges) {
  client.get("/token");
  const auto reply = client.post("/posts", {{"title", "x"}});
  EXPECT_EQ(reply.status, 422);
  EXPECT_THAT(reply.body, ::testing::HasSubstr("The change was refused."));
  EXPECT_EQ(client.send(Method::kDelete, "/posts/1").status, 422);
  EXPECT_EQ(client.post("/posts/1", {{"_method", "delete"}}).status, 422);
}

TEST_F(CsrfTest, ATokenIsMaskedAnewEachTime) {
  const std::string first = client.get("/token").body;
  const std::string second = client.get("/token").body;
  EXPECT_NE(first, second);
  EXPECT_EQ(post({{"authenticity_token", first}}), 200);
  EXPECT_EQ(post({{"authenticity_token", second}}), 200);
}

TEST_F(CsrfTest, WrongTokensAreRefused) {
  const std::string token = client.get("/token").body;
  std::string flipped = token;
  flipped.back() = flipped.back() == 'A' ? 'Q' : 'A';
  std::string zeros(token.size(), 'A');
  for (const std::string& wrong : {std::string(), flipped, zeros, token.substr(1), token + "A", std::string("%%%")}) {
    EXPECT_EQ(post({{"authenticity_token", wrong}}), 422) << wrong;
  }
}

TEST_F(CsrfTest, ATokenOfAnotherVisitorIsRefused) {
  const std::string token = client.get("/token").body;
  client.forget_cookies();
  EXPECT_EQ(post({{"authenticity_token", token}}), 422);
  client.get("/token");
  EXPECT_EQ(post({{"authenticity_token", token}}), 422);
}

TEST_F(CsrfTest, ResettingTheSessionInvalidatesItsTokens) {
  const std::string token = client.get("/token").body;
  client.get("/reset");
  EXPECT_EQ(post({{"authenticity_token", token}}), 422);
}

TEST_F(CsrfTest, AnOriginMustNameOurHost) {
  const std::string token = client.get("/token").body;
  const testing::Form form{{"authenticity_token", token}};
  // The client's Host is "test.host".
  for (const std::string_view good :
       {"http://test.host", "https://test.host", "http://test.host:80", "https://test.host:443", "http://TEST.host"}) {
    EXPECT_EQ(post(form, header("Origin", good)), 200) << good;
  }
  for (const std::string_view bad : {"http://evil.example", "null", "", "http://", "http://test.host.evil.example",
                                     "http://test.host:8080", "https://test.host:80", "test.host"}) {
    EXPECT_EQ(post(form, header("Origin", bad)), 422) << bad;
  }
}

TEST_F(CsrfTest, AnOriginWithAPortMustMatchIt) {
  const std::string token = client.get("/token").body;
  Headers headers = header("Host", "localhost:3000");
  headers.add("Origin", "http://localhost:3000");
  EXPECT_EQ(post({{"authenticity_token", token}}, headers), 200);
  headers.set("Origin", "http://localhost:3001");
  EXPECT_EQ(post({{"authenticity_token", token}}, headers), 422);
}

TEST_F(CsrfTest, ReadingAndExemptRoutesNeedNothing) {
  EXPECT_EQ(client.get("/token").status, 200);
  EXPECT_EQ(client.send(Method::kHead, "/token").status, 200);
  EXPECT_EQ(client.post("/hook").body, "hooked");
}

TEST_F(CsrfOff, LetsEverythingPass) { EXPECT_EQ(post({}), 200); }

}  // namespace
}  // namespace monolite::http
