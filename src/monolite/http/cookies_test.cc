#include <functional>

#include <gmock/gmock.h>

#include <monolite/base/error.h>
#include <monolite/http/cookie_jar.h>
#include <monolite/http/cookies.h>
#include <monolite/http/request.h>

namespace monolite::http {
namespace {

using std::chrono::seconds;

bool throws(const std::function<void()>& call, base::ErrorCode code) {
  try {
    call();
  } catch (const base::Error& error) {
    return error.code() == code;
  }
  return false;
}

Cookies parse(std::string_view header) {
  Cookies cookies;
  cookies.parse(header);
  return cookies;
}

TEST(SetCookie, DefaultsAreTheCautiousOnes) {
  EXPECT_EQ(set_cookie_value({"a", "1", {}}), "a=1; Path=/; HttpOnly; SameSite=Lax");
}

TEST(SetCookie, WritesEveryAttribute) {
  const CookieOptions options{.max_age = seconds(3600),
                              .path = "/admin",
                              .domain = "news.example",
                              .same_site = SameSite::kNone,
                              .secure = Secure::kYes,
                              .script = Script::kAllowed};
  EXPECT_EQ(set_cookie_value({"a", "1", options}),
            "a=1; Path=/admin; Domain=news.example; Max-Age=3600; Secure; SameSite=None");
}

TEST(SetCookie, AnExpiredOneDeletesItself) {
  EXPECT_EQ(set_cookie_value(Cookie::expired("a", {.path = "/x"})), "a=; Path=/x; Max-Age=0; HttpOnly; SameSite=Lax");
}

TEST(SetCookie, RefusesWhatBrowsersWouldReadDifferently) {
  for (const std::string_view value : {"a;b", "a,b", "a b", "a\"b", "a\\b", "a\nb", "\xC3\xA9"}) {
    EXPECT_TRUE(throws(
        [&] {
          static_cast<void>(set_cookie_value({"n", std::string(value), {}}));
        },
        base::ErrorCode::kInvalid))
        << value;
  }
  EXPECT_TRUE(throws([] { static_cast<void>(set_cookie_value({"a b", "", {}})); }, base::ErrorCode::kInvalid));
  EXPECT_TRUE(throws([] { static_cast<void>(set_cookie_value({"", "", {}})); }, base::ErrorCode::kInvalid));
  EXPECT_TRUE(throws(
      [] {
        static_cast<void>(set_cookie_value({"a", "", {.path = "/;x"}}));
      },
      base::ErrorCode::kInvalid));
  EXPECT_TRUE(throws(
      [] {
        static_cast<void>(set_cookie_value({"a", "", {.domain = "x\r\n"}}));
      },
      base::ErrorCode::kInvalid));
  EXPECT_TRUE(throws(
      [] {
        static_cast<void>(set_cookie_value({"a", "", {.same_site = SameSite::kNone}}));
      },
      base::ErrorCode::kInvalid));
}

TEST(Cookies, ReadsPairsAndSkipsBrokenOnes) {
  const auto cookies = parse("a=1; b = \"two\" ;; broken; =x; c=; a=second; d=x=y");
  EXPECT_EQ(cookies.find("a"), "1");
  EXPECT_EQ(cookies.find("b"), "two");
  EXPECT_EQ(cookies.find("c"), "");
  EXPECT_EQ(cookies.find("d"), "x=y");
  EXPECT_EQ(cookies.find("broken"), std::nullopt);
  EXPECT_EQ(cookies.size(), 5U);
}

struct CookieJarTest : ::testing::Test {
  Request with_cookie(std::string_view name, std::string_view value) {
    RequestParts parts;
    parts.headers.add("Cookie", std::string(name) + "=" + std::string(value));
    return Request(std::move(parts), context);
  }

  base::SystemRng rng;
  base::SystemClock clock;
  RequestContext context{.log = base::Log::silent(), .rng = rng, .clock = clock};
  CookieJar jar{"0123456789abcdef0123456789abcdef", rng};
};

TEST_F(CookieJarTest, ASignedCookieComesBack) {
  const Cookie cookie = jar.signed_cookie("session_token", "42");
  EXPECT_EQ(jar.read_signed(with_cookie(cookie.name, cookie.value), "session_token"), "42");
  EXPECT_NO_THROW(static_cast<void>(set_cookie_value(cookie)));
}

TEST_F(CookieJarTest, ASignedCookieIsWorthlessUnderAnotherNameOrKey) {
  const Cookie cookie = jar.signed_cookie("session_token", "42");
  EXPECT_EQ(jar.read_signed(with_cookie("admin_token", cookie.value), "admin_token"), std::nullopt);
  EXPECT_EQ(jar.read_encrypted(with_cookie(cookie.name, cookie.value), cookie.name), std::nullopt);
  const CookieJar other("another secret that is long enough", rng);
  EXPECT_EQ(other.read_signed(with_cookie(cookie.name, cookie.value), "session_token"), std::nullopt);
}

TEST_F(CookieJarTest, EveryChangedCharacterSpoilsTheSignature) {
  const Cookie cookie = jar.signed_cookie("t", "42");
  for (std::size_t i = 0; i < cookie.value.size(); ++i) {
    std::string forged = cookie.value;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(jar.read_signed(with_cookie("t", forged), "t"), std::nullopt) << i;
  }
}

TEST_F(CookieJarTest, AnEncryptedCookieHidesItsText) {
  const Cookie cookie = jar.encrypted_cookie("s", "secret");
  EXPECT_EQ(cookie.value.find("secret"), std::string::npos);
  EXPECT_NE(jar.encrypted_cookie("s", "secret").value, cookie.value);
  EXPECT_EQ(jar.read_encrypted(with_cookie("s", cookie.value), "s"), "secret");
  EXPECT_EQ(jar.read_encrypted(with_cookie("other", cookie.value), "other"), std::nullopt);
  EXPECT_NO_THROW(static_cast<void>(set_cookie_value(cookie)));
}

TEST_F(CookieJarTest, AMissingCookieIsNone) {
  const Request request(RequestParts{}, context);
  EXPECT_EQ(jar.read_signed(request, "t"), std::nullopt);
  EXPECT_EQ(jar.read_encrypted(request, "t"), std::nullopt);
}

TEST_F(CookieJarTest, AShortSecretIsAConfigurationError) {
  EXPECT_TRUE(throws([&] { CookieJar("too short", rng); }, base::ErrorCode::kConfig));
}

}  // namespace
}  // namespace monolite::http
