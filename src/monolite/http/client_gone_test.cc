#include <future>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/base/error.h>
#include <monolite/http/detail/test_server.h>

namespace monolite::http {
namespace {

using testing::FinishedRequests;
using ::testing::SizeIs;
using testing::TestServer;
using testing::Wire;

/// Whether the client is gone can be asked on the loop's thread only, where tasks of the thread sanitizer do not run.
struct ClientGone : ::testing::Test {
  void SetUp() override {
    if (base::default_task_mode() != base::TaskMode::kFiber) GTEST_SKIP() << "needs tasks on the loop's thread";
  }
};

TEST_F(ClientGone, IsToldToAHandlerThatAsks) {
  std::promise<void> begun;
  TestServer server([&](Request& request) -> Response {
    begun.set_value();
    while (!request.is_client_gone()) std::this_thread::yield();
    throw base::Error({.code = base::ErrorCode::kCancelled, .what = "nobody reads it", .hint = ""});
  });
  FinishedRequests finished(*server);
  {
    Wire wire(server.port());
    wire.send("GET /long HTTP/1.1\r\nHost: x\r\n\r\n");
    begun.get_future().wait();
  }
  EXPECT_EQ(finished.at(0).text, "GET /long 499");
  EXPECT_THAT(server.log().with("http.client_gone"), SizeIs(1));
  EXPECT_THAT(server.log().with("http.error"), SizeIs(0));
}

TEST_F(ClientGone, AClientThatWaitsOrHasSentMoreIsThere) {
  TestServer server([](Request& request) { return text(request.is_client_gone() ? "gone" : "there"); });
  Wire wire(server.port());
  EXPECT_EQ(wire.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").body, "there");
  wire.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(wire.read().value().body, "there");
  EXPECT_EQ(wire.read().value().body, "there");
}

TEST_F(ClientGone, IsNeverTrueWithoutAServer) {
  testing::Client browser([](Request& request) { return text(request.is_client_gone() ? "gone" : "there"); });
  EXPECT_EQ(browser.get("/").body, "there");
}

}  // namespace
}  // namespace monolite::http
