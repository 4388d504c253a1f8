#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <monolite/app/app.h>
#include <monolite/base/temporary_folder.h>
#include <monolite/db/sqlite/testing/lane_gate.h>
#include <monolite/http/testing.h>

namespace monolite::app {
namespace {

using namespace std::chrono_literals;
using db::operator""_sql;
using db::operator""_script;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Lines final : public base::Log::Sink {
 public:
  void write(base::LogLevel, std::string_view line) override {
    const std::lock_guard lock(mutex_);
    if (line.find("db.shared_with") != std::string_view::npos) about_sharing_.emplace_back(line);
  }
  std::vector<std::string> about_sharing() const {
    const std::lock_guard lock(mutex_);
    return about_sharing_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> about_sharing_;
};

http::Response write(App& app) {
  app.primary().write([](db::WriteSession& tx) { tx.exec("INSERT INTO t VALUES (1)"_sql); }, {.timeout = 20ms});
  return http::text("written");
}

http::Response read(App& app) {
  return http::text(std::to_string(
      app.primary().read([](db::ReadSession& s) { return s.scalar<int>("SELECT count(*) FROM t"_sql); })));
}

/// An application and, beside it, somebody else who has its database open.
struct SharedDatabase : ::testing::Test {
  void start(std::optional<App>& app) {
    Config config;
    config.root = folder.path();
    config.primary.path = folder.file("test.sqlite3");
    config.secret_key_base = std::string(64, 's');
    app.emplace(application, std::move(config), World{clock, rng, base::Log({}, lines)},
                db::sqlite::CreateFile::kIfMissing);
    app->tell_who_shares();
  }

  base::TemporaryFolder folder;
  base::SystemClock clock;
  base::SystemRng rng;
  std::shared_ptr<Lines> lines = std::make_shared<Lines>();
  Application application{.name = "test", .build = [](App& built) {
                            built.router().get("/write", [&built](http::Request&) { return write(built); });
                            built.router().get("/read", [&built](http::Request&) { return read(built); });
                          }};
};

// F5: a lock that somebody holds for long costs writes an honest answer, and reads nothing.
TEST_F(SharedDatabase, WhenItsLockIsHeldWritesGet503AndReadsAreServed) {
  std::optional<App> app;
  start(app);
  app->primary().write([](db::WriteSession& tx) { tx.run("CREATE TABLE t (id INTEGER) STRICT"_script); });
  http::testing::Client browser(app->handler());
  const auto other = db::sqlite::open({.path = app->config().primary.path});
  {
    const db::sqlite::testing::LaneGate gate(*other);
    const auto refused = browser.get("/write");
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.header("Retry-After"), "1");
    EXPECT_THAT(browser.errors(), ElementsAre(HasSubstr("holds the write lock")));
    EXPECT_EQ(browser.get("/read").body, "0");
  }
  EXPECT_EQ(browser.get("/write").status, 200);
  EXPECT_EQ(browser.get("/read").body, "1");
}

// F18: two instances by mistake.
TEST_F(SharedDatabase, TheSecondInstanceSaysSoInOneLine) {
  std::optional<App> first, second;
  start(first);
  EXPECT_THAT(lines->about_sharing(), IsEmpty());
  start(second);
  EXPECT_THAT(lines->about_sharing(), ElementsAre(HasSubstr("(pid " + std::to_string(getpid()) + ")")));
}

}  // namespace
}  // namespace monolite::app
