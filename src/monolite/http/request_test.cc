#include <gmock/gmock.h>

#include <monolite/base/error.h>
#include <monolite/http/detail/test_server.h>
#include <monolite/http/request.h>

namespace monolite::http {
namespace {

struct RequestTest : ::testing::Test {
  Request make(std::string target, std::string body = "", std::string_view type = "application/x-www-form-urlencoded") {
    RequestParts parts{.method = Method::kPost, .target = std::move(target), .body = std::move(body)};
    parts.headers.add("Content-Type", type);
    return Request(std::move(parts), context);
  }
  Request with_header(std::string_view name, std::string_view value) {
    RequestParts parts;
    parts.headers.add(name, value);
    return Request(std::move(parts), context);
  }

  std::shared_ptr<testing::LogLines> lines = std::make_shared<testing::LogLines>();
  base::SystemRng rng;
  base::SystemClock clock;
  RequestContext context{.log = base::Log({}, lines), .rng = rng, .clock = clock};
};

TEST_F(RequestTest, SplitsTheTarget) {
  const Request request = make("/posts/1?page=2&x=%20");
  EXPECT_EQ(request.path(), "/posts/1");
  EXPECT_EQ(request.query_string(), "page=2&x=%20");
  EXPECT_EQ(request.query().find("x"), " ");
  EXPECT_EQ(make("/posts").query_string(), "");
  EXPECT_EQ(make("/?a=?b").query_string(), "a=?b");
}

TEST_F(RequestTest, ReadsFormsOnlyFromUrlencodedBodies) {
  EXPECT_EQ(make("/", "a=1").form().find("a"), "1");
  EXPECT_EQ(make("/", "a=1", "Application/X-WWW-Form-Urlencoded; charset=utf-8").form().find("a"), "1");
  EXPECT_TRUE(make("/", "a=1", "text/plain").form().empty());
}

TEST_F(RequestTest, AMalformedFormThrowsEachTimeItIsAsked) {
  const Request request = make("/", "a=%zz");
  EXPECT_THROW(static_cast<void>(request.form()), base::Error);
  EXPECT_THROW(static_cast<void>(request.form()), base::Error);
}

TEST_F(RequestTest, TypedParamsAreNotFoundWhenMalformed) {
  for (const std::string_view bad : {"new", "", "1x", " 1", "+1", "99999999999999999999", "1.5"}) {
    Request request = make("/");
    request.params().add("id", std::string(bad));
    EXPECT_THROW(static_cast<void>(request.param<std::int64_t>("id")), base::NotFound) << bad;
  }
  Request request = make("/");
  request.params().add("id", "-7");
  request.params().add("slug", "a-b");
  EXPECT_EQ(request.param<std::int64_t>("id"), -7);
  EXPECT_EQ(request.param<std::string>("slug"), "a-b");
  EXPECT_THROW(static_cast<void>(request.param<std::uint32_t>("id")), base::NotFound);
}

TEST_F(RequestTest, AParamThatTheRouteDoesNotHaveIsABug) {
  const Request request = make("/");
  try {
    static_cast<void>(request.params()["id"]);
    FAIL() << "nothing was thrown";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.scope(), base::ErrorScope::kBug);
  }
}

TEST_F(RequestTest, HonoursASaneRequestId) {
  EXPECT_EQ(with_header("X-Request-Id", "abc-1_2.3@x").request_id(), "abc-1_2.3@x");
  for (const std::string& bad : {std::string(), std::string("a b"), std::string("a\"b"), std::string(129, 'a')}) {
    EXPECT_THAT(with_header("X-Request-Id", bad).request_id(),
                ::testing::MatchesRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"))
        << bad;
  }
}

TEST_F(RequestTest, MakesItsIdOnce) {
  const Request request = make("/");
  EXPECT_EQ(&request.request_id(), &request.request_id());
  EXPECT_NE(request.request_id(), make("/").request_id());
}

TEST_F(RequestTest, ItsLogCarriesTheId) {
  const Request request = with_header("X-Request-Id", "r-1");
  request.log().info("posts.shown", {{"id", 5}});
  EXPECT_EQ(lines->with("request_id=r-1").size(), 1U);
}

TEST_F(RequestTest, SlotsHoldOneValuePerType) {
  struct Viewer {
    int id = 0;
  };
  Request request = make("/");
  EXPECT_EQ(request.find_slot<Viewer>(), nullptr);
  request.slot<Viewer>().id = 5;
  EXPECT_EQ(request.slot<Viewer>().id, 5);
  request.emplace_slot<std::string>("text");
  EXPECT_EQ(request.slot<std::string>(), "text");
  request.emplace_slot<Viewer>(Viewer{7});
  EXPECT_EQ(request.slot<Viewer>().id, 7);
}

TEST_F(RequestTest, SlotsSurviveAMoveAndDieWithTheRequest) {
  const auto alive = std::make_shared<int>(1);
  {
    Request first = make("/");
    first.emplace_slot<std::shared_ptr<int>>(alive);
    const Request second = std::move(first);
    EXPECT_EQ(alive.use_count(), 2);
  }
  EXPECT_EQ(alive.use_count(), 1);
}

TEST_F(RequestTest, SessionsNeedTheirLayer) {
  Request request = make("/");
  try {
    request.session();
    FAIL() << "nothing was thrown";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.scope(), base::ErrorScope::kBug);
  }
}

}  // namespace
}  // namespace monolite::http
