#include <thread>

#include <gmock/gmock.h>

#include <monolite/base/error.h>
#include <monolite/http/detail/test_server.h>
#include <monolite/http/router.h>

namespace monolite::http {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using testing::TestServer;
using testing::Wire;
using Body = Wire::Body;

constexpr std::string_view kHello = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";

/// Says what it was asked: good for everything that only moves bytes.
Response echo(Request& request) {
  std::string said(name_of(request.method()));
  said.append(" ").append(request.target()).append(" ").append(request.body());
  return text(std::move(said));
}

/// All of it holds however the handlers run.
struct ServerModes : ::testing::TestWithParam<base::TaskMode> {
  ServerOptions options = testing::test_options(GetParam());
};

INSTANTIATE_TEST_SUITE_P(TaskModes, ServerModes, ::testing::ValuesIn(testing::task_modes()),
                         [](const auto& mode) { return testing::mode_name(mode.param); });

TEST_P(ServerModes, AnswersAndKeepsTheConnection) {
  TestServer server(echo, options);
  Wire wire(server.port());
  for (int i = 0; i < 3; ++i) {
    const auto reply = wire.ask(kHello);
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "GET /hello ");
    EXPECT_EQ(reply.header("Date"), "Fri, 20 Nov 2026 13:59:00 GMT");
    EXPECT_FALSE(reply.headers.has("Connection"));
  }
  server.clock().advance(std::chrono::seconds(1));
  EXPECT_EQ(wire.ask(kHello).header("Date"), "Fri, 20 Nov 2026 13:59:01 GMT");
}

TEST_P(ServerModes, PipelinedRequestsAreAnsweredInOrder) {
  TestServer server(echo, options);
  Wire wire(server.port());
  std::string burst;
  for (int i = 0; i < 500; ++i) burst.append("GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n");
  wire.send(burst);
  for (int i = 0; i < 500; ++i) EXPECT_EQ(wire.read().value().body, "GET /" + std::to_string(i) + " ");
}

TEST_P(ServerModes, RequestsMayArriveByteByByte) {
  TestServer server(echo, options);
  Wire wire(server.port());
  for (const char c :
       std::string("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")) {
    wire.send({&c, 1});
  }
  EXPECT_EQ(wire.read().value().body, "POST /a abc");
}

TEST_P(ServerModes, BodiesComeInAnyFraming) {
  TestServer server(echo, options);
  Wire wire(server.port());
  EXPECT_EQ(wire.ask("POST /l HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello").body, "POST /l hello");
  EXPECT_EQ(wire.ask("PUT /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "5\r\nhello\r\n1;x=y\r\n!\r\n0\r\nTrailer: t\r\n\r\n")
                .body,
            "PUT /c hello!");
  EXPECT_EQ(wire.ask("DELETE /n HTTP/1.1\r\nHost: x\r\n\r\n").body, "DELETE /n ");
}

TEST_P(ServerModes, LargeBodiesGoBothWays) {
  TestServer server(echo, options);
  Wire wire(server.port());
  const std::string large(6'000'000, 'b');
  // The client sends all before it reads: what the kernel cannot hold must be taken off it.
  wire.send("POST /l HTTP/1.1\r\nHost: x\r\nContent-Length: 6000000\r\n\r\n" + large);
  EXPECT_TRUE(wire.read().value().body == "POST /l " + large);
  EXPECT_EQ(wire.ask(kHello).status, 200);
}

TEST_P(ServerModes, HeadHasTheHeadersOfGet) {
  TestServer server(echo, options);
  Wire wire(server.port());
  const auto reply = wire.ask("HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n", Body::kNone);
  EXPECT_EQ(reply.header("Content-Length"), "12");
  EXPECT_EQ(wire.ask(kHello).body, "GET /hello ");
}

struct WaitingHandlers : ServerModes {};

INSTANTIATE_TEST_SUITE_P(TaskModes, WaitingHandlers, ::testing::ValuesIn(testing::waiting_modes()),
                         [](const auto& mode) { return testing::mode_name(mode.param); });

TEST_P(WaitingHandlers, HoldUpNobodyElse) {
  base::Signal release;
  options.threads = 1;
  TestServer server(
      [&release](Request& request) {
        if (request.path() == "/slow") release.wait();
        return echo(request);
      },
      options);
  Wire slow(server.port());
  slow.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  slow.send(kHello);
  Wire fast(server.port());
  EXPECT_EQ(fast.ask(kHello).status, 200);
  release.set();
  EXPECT_EQ(slow.read().value().body, "GET /slow ");
  EXPECT_EQ(slow.read().value().body, "GET /hello ");
}

TEST_P(ServerModes, AClientThatLeavesEarlyHurtsNobody) {
  TestServer server([](Request&) { return text(std::string(3'000'000, 'x')); }, options);
  testing::FinishedRequests finished(*server);
  for (int i = 0; i < 5; ++i) {
    Wire wire(server.port());
    wire.send(kHello);
  }
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(finished.at(i).text, "GET /hello 200");
  Wire wire(server.port());
  EXPECT_THAT(wire.ask(kHello).body, SizeIs(3'000'000));
}

TEST_P(ServerModes, ManyClientsAtOnce) {
  TestServer server(echo, options);
  std::atomic<int> right{0};
  std::vector<std::thread> clients;
  for (int c = 0; c < 8; ++c) {
    clients.emplace_back([&server, &right, c] {
      for (int connection = 0; connection < 5; ++connection) {
        Wire wire(server.port());
        for (int i = 0; i < 20; ++i) {
          const std::string target = "/" + std::to_string(c) + "/" + std::to_string(i);
          if (wire.ask("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n").body == "GET " + target + " ") ++right;
        }
      }
    });
  }
  for (auto& client : clients) client.join();
  EXPECT_EQ(right, 8 * 5 * 20);
}

Response fail_as_told(Request& request) {
  const std::string_view wish = request.path();
  const auto fail = [](base::ErrorCode code, base::ErrorScope scope = base::ErrorScope::kCaller) -> Response {
    throw base::Error({.code = code, .scope = scope, .what = "told to fail", .hint = "ask for something else"});
  };
  if (wish == "/invalid") return fail(base::ErrorCode::kInvalid);
  if (wish == "/forbidden") return fail(base::ErrorCode::kForbidden);
  if (wish == "/not_found") return fail(base::ErrorCode::kNotFound);
  if (wish == "/busy") return fail(base::ErrorCode::kBusy, base::ErrorScope::kRetry);
  if (wish == "/closed") return fail(base::ErrorCode::kClosed);
  if (wish == "/bug") return fail(base::ErrorCode::kInvalid, base::ErrorScope::kBug);
  if (wish == "/get") throw base::NotFound({.code = base::ErrorCode::kNotFound, .what = "no post 5", .hint = ""});
  if (wish == "/std") throw std::runtime_error("secret detail");
  if (wish == "/int") throw 42;
  return echo(request);
}

TEST_P(ServerModes, ExceptionsBecomeAnswersAndTheConnectionStays) {
  TestServer server(fail_as_told, options);
  Wire wire(server.port());
  const auto status = [&](std::string_view path) {
    return wire.ask("GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n\r\n").status;
  };
  EXPECT_EQ(status("/invalid"), 400);
  EXPECT_EQ(status("/forbidden"), 403);
  EXPECT_EQ(status("/not_found"), 404);
  EXPECT_EQ(status("/get"), 404);
  EXPECT_EQ(status("/busy"), 503);
  EXPECT_EQ(status("/closed"), 500);
  EXPECT_EQ(status("/bug"), 500);
  EXPECT_EQ(status("/std"), 500);
  EXPECT_EQ(status("/int"), 500);
  EXPECT_EQ(status("/fine"), 200);
}

TEST_P(ServerModes, TheErrorPageAndTheLogShareAnId) {
  TestServer server(fail_as_told, options);
  Wire wire(server.port());
  const auto reply = wire.ask("GET /std?password=hunter2 HTTP/1.1\r\nHost: x\r\nX-Request-Id: r-1\r\n\r\n");
  EXPECT_THAT(reply.body, Not(HasSubstr("secret detail")));
  const auto lines = server.log().with("http.error");
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_THAT(lines[0], HasSubstr("secret detail"));
  EXPECT_THAT(lines[0], HasSubstr("request_id=r-1"));
  EXPECT_THAT(lines[0], Not(HasSubstr("hunter2")));
  const auto at = lines[0].find("error_id=");
  ASSERT_NE(at, std::string::npos);
  const std::string id = lines[0].substr(at + 9, 8);
  EXPECT_THAT(id, ::testing::MatchesRegex("[0-9a-f]{8}"));
  EXPECT_THAT(reply.body, HasSubstr("<code>" + id + "</code>"));
}

TEST_P(ServerModes, ABusyServerSaysWhenToComeBack) {
  TestServer server(fail_as_told, options);
  Wire wire(server.port());
  EXPECT_EQ(wire.ask("GET /busy HTTP/1.1\r\nHost: x\r\n\r\n").header("Retry-After"), "1");
  EXPECT_THAT(server.log().with("http.busy"), SizeIs(1));
}

TEST(Server, FailuresAreEvents) {
  TestServer server(fail_as_told);
  Status seen = Status::kOk;
  std::string what;
  const auto listening = server->events().failed.listen([&](const RequestFailed& failed) {
    seen = failed.status;
    what = base::describe(failed.error) + " at " + std::string(failed.request.path());
  });
  Wire wire(server.port());
  wire.ask("GET /forbidden HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(seen, Status::kForbidden);
  EXPECT_EQ(what, "told to fail (hint: ask for something else) at /forbidden");
}

TEST(Server, TellsWhatItAnswered) {
  Router router;
  router.get("/posts/:id", echo).label("posts#show");
  TestServer server([&](Request& request) { return router.handle(request); });
  testing::FinishedRequests finished(*server);
  Wire wire(server.port());
  wire.ask("GET /posts/1?secret=1 HTTP/1.1\r\nHost: x\r\nX-Request-Id: r-1\r\n\r\n");
  const auto line = finished.at(0);
  EXPECT_EQ(line.text, "GET /posts/1 200");
  EXPECT_EQ(line.route, "posts#show");
  EXPECT_EQ(line.request_id, "r-1");
  EXPECT_EQ(line.bytes, std::string("GET /posts/1?secret=1 ").size());
  wire.ask("HEAD /posts/1 HTTP/1.1\r\nHost: x\r\n\r\n", Body::kNone);
  EXPECT_EQ(finished.at(1).bytes, 0U);
  wire.ask("broken\r\n\r\n");
  EXPECT_EQ(finished.at(2).text, "GET  400");
}

TEST(Server, TheAccessLogNamesNoValues) {
  ServerOptions options = testing::test_options();
  options.access_log = AccessLog::kOn;
  TestServer server(echo, options);
  {
    testing::FinishedRequests finished(*server);
    Wire wire(server.port());
    wire.ask("GET /posts?password=hunter2 HTTP/1.1\r\nHost: x\r\nX-Request-Id: r-1\r\n\r\n");
    finished.at(0);
  }
  const auto lines = server.log().with("http.request");
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_THAT(lines[0],
              ContainsRegex("http.request.* method=GET path=/posts status=200 duration_ms=[0-9.e-]+ bytes=[0-9]+ "
                            "request_id=r-1"));
  EXPECT_THAT(lines[0], Not(HasSubstr("hunter2")));
}

TEST(Server, GzipsWhenAsked) {
  base::WorkerPool workers(1);
  TestServer server([](Request&) { return text(std::string(100'000, 'x')); }, testing::test_options(), &workers);
  Wire wire(server.port());
  const auto packed = wire.ask("GET / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n");
  EXPECT_EQ(packed.header("Content-Encoding"), "gzip");
  EXPECT_LT(packed.body.size(), 1000U);
  EXPECT_EQ(packed.body.substr(0, 2), "\x1F\x8B");
  EXPECT_THAT(wire.ask(kHello).body, SizeIs(100'000));
  const auto head = wire.ask("HEAD / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n", Body::kNone);
  EXPECT_EQ(head.header("Content-Length"), packed.header("Content-Length"));
}

TEST(Server, KnowsWhoAsks) {
  TestServer server([](Request& request) {
    return text(std::string(request.remote_ip()) + " " + std::string(request.host()) +
                (request.scheme() == Scheme::kHttps ? " https" : " http"));
  });
  Wire wire(server.port());
  EXPECT_EQ(wire.ask("GET / HTTP/1.1\r\nHost: news.example:80\r\nX-Forwarded-For: 1.2.3.4\r\n"
                     "X-Forwarded-Proto: https\r\n\r\n")
                .body,
            "127.0.0.1 news.example:80 http");
}

TEST(Server, BelievesAProxyWhenToldTo) {
  ServerOptions options = testing::test_options();
  options.forwarded = Forwarded::kTrust;
  TestServer server(
      [](Request& request) {
        return text(std::string(request.remote_ip()) + (request.scheme() == Scheme::kHttps ? " https" : " http"));
      },
      options);
  Wire wire(server.port());
  EXPECT_EQ(wire.ask("GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 6.6.6.6, 1.2.3.4\r\n"
                     "X-Forwarded-Proto: https\r\n\r\n")
                .body,
            "1.2.3.4 https");
  EXPECT_EQ(wire.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").body, "127.0.0.1 http");
}

TEST(Server, OldClientsAreServed) {
  TestServer server(echo);
  Wire once(server.port());
  EXPECT_EQ(once.ask("GET /a HTTP/1.0\r\n\r\n").header("Connection"), "close");
  EXPECT_TRUE(once.ends());
  Wire kept(server.port());
  EXPECT_EQ(kept.ask("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").header("Connection"), "keep-alive");
  EXPECT_EQ(kept.ask("GET /b HTTP/1.0\r\n\r\n").body, "GET /b ");
}

TEST(Server, ClosesWhenEitherSideWantsTo) {
  TestServer server([](Request& request) {
    Response response = echo(request);
    if (request.path() == "/bye") response.headers().add("Connection", "close");
    return response;
  });
  Wire asked(server.port());
  EXPECT_EQ(asked.ask("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").header("Connection"), "close");
  EXPECT_TRUE(asked.ends());
  Wire told(server.port());
  EXPECT_EQ(told.ask("GET /bye HTTP/1.1\r\nHost: x\r\n\r\n").header("Connection"), "close");
  EXPECT_TRUE(told.ends());
}

TEST(Server, AClientMayEndItsSideAndStillReadTheAnswer) {
  TestServer server(echo);
  Wire wire(server.port());
  wire.send(kHello);
  wire.finish();
  EXPECT_EQ(wire.read().value().status, 200);
  EXPECT_TRUE(wire.ends());
}

TEST(Server, ContinuesWhenAsked) {
  TestServer server(echo);
  Wire wire(server.port());
  wire.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(wire.read_bytes(25), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(wire.ask("hello").body, "POST /a hello");
  // A client that does not wait is not told.
  EXPECT_EQ(wire.ask("POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nok").body,
            "POST /b ok");
  // The next one that waits is.
  wire.send("POST /c HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(wire.read_bytes(25), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(wire.ask("x").body, "POST /c x");
}

TEST(Server, DoesNotContinueWhatItWillRefuse) {
  TestServer server(echo);
  Wire large(server.port());
  EXPECT_EQ(large.ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n").status,
            413);
  Wire odd(server.port());
  EXPECT_EQ(odd.ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: tea\r\n\r\n").status, 417);
}

TEST(Server, RefusesMalformedRequestsAndCloses) {
  TestServer server(echo);
  for (const std::string_view bad :
       {"broken\r\n\r\n", "GET / HTTP/1.1\n\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n A: b\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03\n"}) {
    Wire wire(server.port());
    const auto reply = wire.ask(std::string(bad) + std::string(kHello));
    EXPECT_EQ(reply.status, 400) << bad;
    EXPECT_EQ(reply.header("Connection"), "close") << bad;
    EXPECT_EQ(reply.body, "") << bad;
    EXPECT_TRUE(wire.ends()) << bad;
  }
}

TEST(Server, AMalformedRequestDoesNotSpoilTheAnswersBeforeIt) {
  TestServer server(echo);
  Wire wire(server.port());
  wire.send(std::string(kHello) + "broken\r\n\r\n");
  EXPECT_EQ(wire.read().value().status, 200);
  EXPECT_EQ(wire.read().value().status, 400);
  EXPECT_TRUE(wire.ends());
}

}  // namespace
}  // namespace monolite::http
