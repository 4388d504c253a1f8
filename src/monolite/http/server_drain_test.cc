#include <future>
#include <thread>

#include <gmock/gmock.h>

#include <monolite/base/error.h>
#include <monolite/http/detail/test_server.h>

namespace monolite::http {
namespace {

using std::chrono::seconds;
using testing::TestServer;
using testing::Wire;

constexpr std::string_view kHello = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr std::string_view kSlow = "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n";

/// A server whose /slow says when it has begun and ends when it is told to.
struct Drain : ::testing::TestWithParam<base::TaskMode> {
  Drain() : server([this](Request& request) { return handle(request); }, one_loop()) {}

  /// With one loop, what one connection shows has happened to the others too.
  static ServerOptions one_loop() {
    ServerOptions options = testing::test_options(GetParam());
    options.threads = 1;
    return options;
  }

  Response handle(Request& request) {
    if (request.path() == "/slow") {
      begun.set_value();
      release.wait();
    }
    return text("done");
  }
  void stop_in_background(base::Monotonic::duration grace) {
    stopping = std::async(std::launch::async, [this, grace] { server->stop(grace); });
  }

  std::promise<void> begun;
  base::Signal release;
  TestServer server;
  std::future<void> stopping;
};

INSTANTIATE_TEST_SUITE_P(TaskModes, Drain, ::testing::ValuesIn(testing::waiting_modes()),
                         [](const auto& mode) { return testing::mode_name(mode.param); });

TEST_P(Drain, IdleConnectionsCloseAtOnce) {
  Wire used(server.port());
  used.ask(kHello);
  Wire fresh(server.port());
  server->stop(seconds(60));
  EXPECT_TRUE(used.ends());
  EXPECT_TRUE(fresh.ends());
  EXPECT_EQ(server->open_connections(), 0U);
}

TEST_P(Drain, RequestsInFlightFinish) {
  Wire wire(server.port());
  wire.send(kSlow);
  begun.get_future().wait();
  Wire idle(server.port());
  idle.ask(kHello);
  stop_in_background(seconds(60));
  EXPECT_TRUE(idle.ends());  // so the drain has begun
  release.set();
  const auto reply = wire.read();
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->body, "done");
  EXPECT_EQ(reply->header("Connection"), "close");
  EXPECT_TRUE(wire.ends());
  stopping.get();
}

TEST_P(Drain, ARequestThatIsBeingSentIsStillServed) {
  Wire wire(server.port());
  wire.ask(kHello);
  wire.send(kHello.substr(0, 10));
  Wire other(server.port());
  other.ask(kHello);
  stop_in_background(seconds(60));
  EXPECT_TRUE(other.ends());  // so the drain has begun
  const auto reply = wire.ask(kHello.substr(10));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("Connection"), "close");
  stopping.get();
}

TEST_P(Drain, NobodyNewIsWelcome) {
  const std::uint16_t port = server.port();
  server->stop(seconds(60));
  EXPECT_THROW(Wire wire(port), base::Error);
}

TEST_P(Drain, WhatOutlastsTheGraceIsCut) {
  Wire wire(server.port());
  wire.send(kSlow);
  begun.get_future().wait();
  stop_in_background(seconds(0));
  EXPECT_TRUE(wire.ends());  // while the handler still runs
  release.set();
  stopping.get();
  EXPECT_EQ(server->open_connections(), 0U);
}

TEST_P(Drain, AStuckClientIsCutAfterTheGrace) {
  Wire wire(server.port());
  wire.ask(kHello);
  wire.send(kHello.substr(0, 10));
  server->stop(std::chrono::milliseconds(30));
  EXPECT_EQ(server->open_connections(), 0U);
}

TEST_P(Drain, StoppingTwiceIsFine) {
  server->stop();
  server->stop();
  EXPECT_EQ(server->open_connections(), 0U);
}

TEST_P(Drain, ADestroyedServerHasNoConnections) {
  auto brief = std::make_unique<TestServer>([](Request&) { return text("x"); }, testing::test_options(GetParam()));
  Wire wire(brief->port());
  wire.ask(kHello);
  brief.reset();
  EXPECT_TRUE(wire.ends());
}

TEST(ServerLife, AServerThatWasNeverStartedGoesQuietly) {
  base::SystemRng rng;
  base::SystemClock clock;
  const Server server(testing::test_options(), [](Request&) { return text("x"); },
                      {.log = base::Log::silent(), .rng = rng, .clock = clock});
  EXPECT_EQ(server.port(), 0);
}

TEST(ServerLife, TwoServersServeSideBySide) {
  TestServer first([](Request&) { return text("first"); });
  TestServer second([](Request&) { return text("second"); });
  Wire to_first(first.port());
  Wire to_second(second.port());
  EXPECT_EQ(to_first.ask(kHello).body, "first");
  EXPECT_EQ(to_second.ask(kHello).body, "second");
}

}  // namespace
}  // namespace monolite::http
