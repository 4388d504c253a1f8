#include <array>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/app/app.h>
#include <monolite/base/temporary_folder.h>
#include <monolite/http/testing.h>

namespace monolite::app {
namespace {

using db::operator""_sql;
using db::operator""_script;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr auto kOne = "SELECT a FROM t WHERE a = ?"_sql;
constexpr auto kCount =
    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT ?) SELECT count(*) FROM n"_sql;
constexpr std::array kSites{db::SqlSite{kOne.text(), "lists_controller.cc", 31}};

class Lines final : public base::Log::Sink {
 public:
  void write(base::LogLevel, std::string_view line) override {
    const std::lock_guard lock(mutex_);
    lines_.emplace_back(line);
  }
  std::vector<std::string> with(std::string_view text) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> found;
    for (const auto& line : lines_) {
      if (line.find(text) != std::string::npos) found.push_back(line);
    }
    return found;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

http::Response count_to(App& app, std::int64_t rows) {
  const auto count = app.primary().read([&](db::ReadSession& s) { return s.scalar<std::int64_t>(kCount, rows); });
  return http::text(std::to_string(count));
}

http::Response one_by_one(App& app) {
  app.primary().read([](db::ReadSession& s) {
    for (int i = 0; i < 6; ++i) s.find<std::int64_t>(kOne, i);
  });
  return http::text("ok");
}

/// An application whose handlers read too much.
struct RequestQueries : ::testing::Test {
  void start(const db::QueryLimits& limits) {
    Config config;
    config.root = folder.path();
    config.primary.path = folder.file("storage/test.sqlite3");
    config.primary.slow_query = std::chrono::milliseconds(1);
    config.queries = limits;
    config.secret_key_base = std::string(64, 's');
    app.emplace(application, std::move(config), World{clock, rng, base::Log({}, lines)},
                db::sqlite::CreateFile::kIfMissing);
    app->primary().write([](db::WriteSession& tx) { tx.run("CREATE TABLE t (a INTEGER) STRICT"_script); });
    browser.emplace(app->handler());
  }

  base::TemporaryFolder folder;
  base::ManualClock clock{base::Timestamp(std::chrono::seconds(1'795'183'140))};
  base::SystemRng rng;
  std::shared_ptr<Lines> lines = std::make_shared<Lines>();
  Application application{
      .name = "test",
      .build =
          [](App& built) {
            auto& router = built.router();
            router.get("/slow", [&built](http::Request&) { return count_to(built, 300'000); }).label("lists#slow");
            router.get("/list", [&built](http::Request&) { return one_by_one(built); }).label("lists#index");
          },
      .sql = kSites};
  std::optional<App> app;
  std::optional<http::testing::Client> browser;
};

TEST_F(RequestQueries, ASlowOneIsLoggedWithItsHandler) {
  start({});
  http::Headers headers;
  headers.set("X-Request-Id", "r-1");
  EXPECT_EQ(browser->send(http::Method::kGet, "/slow", {}, headers).body, "300000");
  EXPECT_THAT(lines->with("db.slow_query"),
              ElementsAre(AllOf(HasSubstr("handler=lists#slow"), HasSubstr("request_id=r-1"), HasSubstr("rows=1"),
                                HasSubstr("vm_steps="), HasSubstr("SCAN n"))));
}

TEST_F(RequestQueries, OneThatExceedsItsBudgetIsAnswered503) {
  start({.steps = 50'000});
  EXPECT_EQ(browser->get("/slow").status, 503);
  EXPECT_THAT(browser->errors(), ElementsAre(HasSubstr("query_steps in config/database.yml")));
  EXPECT_EQ(browser->get("/list").status, 200) << "the next request has a budget of its own";
}

TEST_F(RequestQueries, ALiteralThatRunsAgainAndAgainIsOneLine) {
  start({.repeats = 5});
  browser->get("/list");
  EXPECT_THAT(lines->with("db.repeated_query"),
              ElementsAre(AllOf(HasSubstr("handler=lists#index"), HasSubstr("times=6"),
                                HasSubstr("at=lists_controller.cc:31"), HasSubstr("preload"))));
}

TEST_F(RequestQueries, AreNotCountedUnlessAskedFor) {
  start({.repeats = 0});
  browser->get("/list");
  EXPECT_THAT(lines->with("db.repeated_query"), IsEmpty());
}

TEST_F(RequestQueries, EndWhenTheClientHasGone) {
  if (base::default_task_mode() != base::TaskMode::kFiber) GTEST_SKIP() << "needs tasks on the loop's thread";
  std::promise<void> begun;
  start({});
  app->router().get("/endless", [&](http::Request&) {
    begun.set_value();
    return count_to(*app, -1);
  });
  http::Server server({.port = 0, .threads = 1}, app->handler(), {base::Log({}, lines), rng, clock});
  server.start();
  {
    http::testing::Wire wire(server.port());
    wire.send("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n");
    begun.get_future().wait();
  }
  server.stop();  // waits for the handler
  EXPECT_THAT(lines->with("http.client_gone"), ElementsAre(HasSubstr("nobody waits for the answer any more")));
}

}  // namespace
}  // namespace monolite::app
