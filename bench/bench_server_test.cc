#include <array>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <monolite/base/temporary_folder.h>
#include <monolite/db/sqlite/open.h>
#include <monolite/http/testing.h>

namespace bench {
namespace {

namespace db = monolite::db;
namespace json = boost::json;
using db::operator""_sql;
using monolite::http::testing::Reply;
using monolite::http::testing::Wire;
using ::testing::HasSubstr;

/// bench_server as a process of its own, its standard output in a pipe.
class Program {
 public:
  explicit Program(std::vector<std::string> arguments) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    arguments.insert(arguments.begin(), {BENCH_SERVER, "--root", BENCH_ROOT});
    std::vector<char*> pointers;
    for (auto& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);

    posix_spawn_file_actions_t actions{};
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    EXPECT_EQ(posix_spawn(&process_, BENCH_SERVER, &actions, nullptr, pointers.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    output_ = ::fdopen(ends[0], "r");
  }
  ~Program() {
    if (process_ > 0) {
      ::kill(process_, SIGKILL);
      ::waitpid(process_, nullptr, 0);
    }
    std::fclose(output_);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// The next line it prints, as JSON; null when it ended without one.
  json::value line() {
    std::string text;
    for (int c = std::fgetc(output_); c != EOF && c != '\n'; c = std::fgetc(output_)) text += static_cast<char>(c);
    return text.empty() ? json::value() : json::parse(text);
  }

  void stop() const { ::kill(process_, SIGTERM); }

  int exit_code() {
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t process_ = 0;
  std::FILE* output_ = nullptr;
};

class BenchServer : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(Program({"--prepare", "tiny", "--extra-posts", "4", "--database", database()}).exit_code(), 0);
  }

  std::string database() const { return folder_.file("tiny.sqlite3"); }

  static Reply ask(Wire& wire, std::string_view method, std::string_view path) {
    return wire.ask(fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", method, path));
  }

  static std::int64_t grown(const json::value& report, std::string_view table) {
    const auto& rows = report.at("rows");
    return rows.at("after").at(table).as_int64() - rows.at("before").at(table).as_int64();
  }

 private:
  const monolite::base::TemporaryFolder folder_;
};

TEST_F(BenchServer, AnswersItsRoutesAndAccountsForThem) {
  Program server({"--database", database(), "--threads", "2"});
  const auto port = static_cast<std::uint16_t>(server.line().at("port").as_int64());
  {
    Wire wire(port);
    EXPECT_EQ(ask(wire, "GET", "/bench/hello").body, "Hello, world!");
    EXPECT_THAT(ask(wire, "GET", "/bench/index").body, HasSubstr("Extra post 4"));
    EXPECT_THAT(ask(wire, "GET", "/bench/show").body, HasSubstr("comment"));
    EXPECT_EQ(ask(wire, "POST", "/bench/create").body, "8\n");
    EXPECT_EQ(ask(wire, "POST", "/benchmarking/post_create").status, 200);
    EXPECT_EQ(ask(wire, "GET", "/bench/none").status, 404);
  }
  server.stop();
  const auto report = server.line();
  EXPECT_EQ(server.exit_code(), 0);

  EXPECT_EQ(report.at("statuses"), json::value({{"200", 5}, {"404", 1}}));
  EXPECT_EQ(grown(report, "posts"), 2);
  EXPECT_EQ(grown(report, "sessions"), 1);
  EXPECT_EQ(grown(report, "comments"), 0);
  EXPECT_EQ(report.at("counters"), "exact");
  EXPECT_EQ(report.at("quick_check"), "ok");
  EXPECT_EQ(report.at("units").as_int64(), 4);  // a post; a session, its user's last visit, and a post
}

TEST_F(BenchServer, NoticesACounterThatIsWrong) {
  db::sqlite::Options options;
  options.path = database();
  db::sqlite::open(options)->write(
      [](db::WriteSession& tx) { tx.exec("UPDATE users SET posts_count = posts_count + 1 WHERE id = 1"_sql); });

  Program server({"--database", database()});
  server.line();
  server.stop();
  const auto report = server.line();
  EXPECT_EQ(report.at("counters"), "wrong");
  EXPECT_EQ(report.at("wrong_counters").as_int64(), 1);
}

TEST_F(BenchServer, CeilingCountsWhatItWrote) {
  Program ceiling({"--ceiling", "create", "--clients", "3", "--seconds", "0.05", "--database", database()});
  const auto report = ceiling.line();
  EXPECT_EQ(ceiling.exit_code(), 0);
  EXPECT_GE(report.at("requests").as_int64(), 3);
  EXPECT_EQ(grown(report, "posts"), report.at("requests").as_int64());
  EXPECT_EQ(report.at("counters"), "exact");
}

TEST_F(BenchServer, RefusesToSeedTwice) {
  EXPECT_EQ(Program({"--prepare", "tiny", "--database", database()}).exit_code(), 1);
}

TEST(BenchServerUsage, UnknownFlagIsAUsageError) { EXPECT_EQ(Program({"--no-such-flag"}).exit_code(), 2); }

}  // namespace
}  // namespace bench
