#include <gmock/gmock.h>

#include <monolite/base/error.h>
#include <monolite/http/detail/test_server.h>

namespace monolite::http {
namespace {

using std::chrono::milliseconds;
using testing::TestServer;
using testing::Wire;

constexpr std::string_view kHello = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr milliseconds kShort{40};

Response hello(Request&) { return text("hello"); }

struct ServerLimits : ::testing::Test {
  ServerOptions options = testing::test_options();
};

TEST_F(ServerLimits, TooManyHeaderBytesAre431) {
  options.limits.header_bytes = 1000;
  TestServer server(hello, options);
  const std::string large = "GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(2000, 'a') + "\r\n\r\n";
  Wire whole(server.port());
  EXPECT_EQ(whole.ask(large).status, 431);
  EXPECT_TRUE(whole.ends());
  Wire endless(server.port());
  EXPECT_EQ(endless.ask(large.substr(0, 1500)).status, 431);
  Wire fits(server.port());
  EXPECT_EQ(fits.ask("GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(900, 'a') + "\r\n\r\n").status, 200);
}

TEST_F(ServerLimits, TheDefaultsAreThoseOfTheDocumentation) {
  TestServer server(hello, options);
  Wire fits(server.port());
  EXPECT_EQ(fits.ask("GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(16'000, 'a') + "\r\n\r\n").status, 200);
  Wire over(server.port());
  EXPECT_EQ(over.ask("GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(17'000, 'a') + "\r\n\r\n").status, 431);
  Wire large(server.port());
  EXPECT_EQ(large.ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8388609\r\n\r\n").status, 413);
}

TEST_F(ServerLimits, ALargeBodyIs413HoweverItIsFramed) {
  options.limits.body_bytes = 10;
  TestServer server(hello, options);
  Wire length(server.port());
  EXPECT_EQ(length.ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n").status, 413);
  EXPECT_TRUE(length.ends());
  Wire chunks(server.port());
  EXPECT_EQ(chunks.ask("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n012345\r\n6\r\n").status,
            413);
}

TEST_F(ServerLimits, TheAnswerArrivesAlthoughTheClientKeepsSending) {
  options.limits.body_bytes = 10;
  TestServer server(hello, options);
  for (int i = 0; i < 20; ++i) {
    Wire wire(server.port());
    // More than the kernel's buffers hold would block; this much sits unread when the server is done with us.
    EXPECT_EQ(
        wire.ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n" + std::string(100'000, 'x')).status,
        413);
  }
}

TEST_F(ServerLimits, OneConnectionTooManyIs503) {
  options.limits.connections = 2;
  TestServer server(hello, options);
  Wire first(server.port());
  Wire second(server.port());
  EXPECT_EQ(first.ask(kHello).status, 200);
  EXPECT_EQ(second.ask(kHello).status, 200);
  {
    Wire third(server.port());
    const auto reply = third.ask(kHello);
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.header("Retry-After"), "1");
    EXPECT_TRUE(third.ends());
  }
  EXPECT_EQ(first.ask(kHello).status, 200);
}

TEST_F(ServerLimits, ASlowHeadIs408) {
  options.timeouts.header = kShort;
  TestServer server(hello, options);
  Wire wire(server.port());
  const auto reply = wire.ask("GET / HTTP/1.1\r\nHost:");
  EXPECT_EQ(reply.status, 408);
  EXPECT_TRUE(wire.ends());
}

TEST_F(ServerLimits, ADrippingHeadIs408All) {
  // Every byte is in time by itself; the head as a whole is not.
  options.timeouts.header = milliseconds(100);
  TestServer server(hello, options);
  testing::FinishedRequests finished(*server);
  Wire wire(server.port());
  for (int drips = 0; drips < 1000 && !finished.comes_within(milliseconds(5), 0); ++drips) wire.send("a");
  EXPECT_EQ(finished.at(0).text, "GET  408");
}

TEST_F(ServerLimits, AConnectionThatSaysNothingIsClosedSilently) {
  options.timeouts.header = kShort;
  TestServer server(hello, options);
  Wire wire(server.port());
  EXPECT_TRUE(wire.ends());
}

TEST_F(ServerLimits, AnIdleConnectionIsClosedSilently) {
  options.timeouts.idle = kShort;
  TestServer server(hello, options);
  Wire wire(server.port());
  EXPECT_EQ(wire.ask(kHello).status, 200);
  EXPECT_TRUE(wire.ends());
}

TEST_F(ServerLimits, AStuckBodyIs408) {
  options.timeouts.body = kShort;
  TestServer server(hello, options);
  Wire wire(server.port());
  EXPECT_EQ(wire.ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe").status, 408);
  EXPECT_TRUE(wire.ends());
}

TEST_F(ServerLimits, AClientThatTakesNothingIsCut) {
  options.timeouts.write = kShort;
  constexpr std::size_t kSize = 100'000'000;  // more than the kernel keeps for anybody
  TestServer server([](Request&) { return text(std::string(kSize, 'x')); }, options);
  testing::FinishedRequests finished(*server);
  Wire wire(server.port());
  wire.send(kHello);
  EXPECT_LT(finished.at(0).bytes, kSize);
}

TEST_F(ServerLimits, ASlowHandlerIsNoReasonToCut) {
  options.timeouts = {.header = kShort, .body = kShort, .idle = kShort, .write = kShort};
  TestServer server(
      [](Request&) {
        base::sleep_for(kShort * 5);
        return text("late");
      },
      options);
  Wire wire(server.port());
  EXPECT_EQ(wire.ask(kHello).body, "late");
}

TEST_F(ServerLimits, NonsenseIsAConfigurationError) {
  const auto refused = [](ServerOptions bad) {
    try {
      TestServer server(hello, std::move(bad));
    } catch (const base::Error& error) {
      return error.code() == base::ErrorCode::kConfig;
    }
    return false;
  };
  ServerOptions bad = options;
  bad.timeouts.idle = milliseconds(0);
  EXPECT_TRUE(refused(bad));
  bad = options;
  bad.limits.connections = 0;
  EXPECT_TRUE(refused(bad));
  bad = options;
  bad.gzip.level = 10;
  EXPECT_TRUE(refused(bad));
  bad = options;
  bad.host = "not an address";
  EXPECT_TRUE(refused(bad));
}

TEST_F(ServerLimits, AServedPortIsTaken) {
  TestServer first(hello, options);
  options.port = first.port();
  try {
    TestServer second(hello, options);
    FAIL() << "two servers share a port";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ErrorCode::kIo);
    EXPECT_THAT(error.hint(), ::testing::HasSubstr("another program serves there already"));
  }
  Wire wire(first.port());
  EXPECT_EQ(wire.ask(kHello).status, 200);
}

}  // namespace
}  // namespace monolite::http
