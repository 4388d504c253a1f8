// Row F9 of docs/internals/faults.md: nothing but SQLite opens the files of an open database. Programs run unchanged
// with the watcher preloaded (open_watcher.cc), which ends one that breaks the rule with 117.

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <monolite/base/temporary_folder.h>
#include <monolite/db/sqlite/testing/child_process.h>

namespace monolite {
namespace {

using db::sqlite::testing::ChildProcess;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr int kBrokenRule = 117;

class OpenWatcher : public ::testing::Test {
 protected:
  /// How the program ends that does `deed` while its database is open.
  int run(const std::string& deed) const { return shell("exec '" MONOLITE_WATCHED_PROGRAM "' . " + deed).wait(); }

  int lorem_news(const std::string& arguments) const { return shell("exec '" LOREM_NEWS "' " + arguments).wait(); }

  /// Runs `script` in the folder, watched from the start of what it executes.
  ChildProcess shell(const std::string& script) const {
    const auto folder = "cd '" + folder_.path().string() + "' && ";
    return ChildProcess({"/bin/sh", "-c", folder + "export LD_PRELOAD='" MONOLITE_OPEN_WATCHER "' && " + script});
  }

  const base::TemporaryFolder folder_;
};

TEST_F(OpenWatcher, FindsNothingInAProgramThatDoesEverything) { EXPECT_EQ(run("nothing"), 0); }

TEST_F(OpenWatcher, LetsPassWhatDropsNoLock) {
  for (const char* const deed : {"wal_once", "path_only", "another_file", "after"}) {
    EXPECT_EQ(run(deed), 0) << deed;
    std::filesystem::remove_all(folder_.file("watched.sqlite3"));
  }
}

class OpenWatcherCatches : public OpenWatcher, public ::testing::WithParamInterface<const char*> {};

TEST_P(OpenWatcherCatches, AProgramThatBreaksTheRule) { EXPECT_EQ(run(GetParam()), kBrokenRule); }

INSTANTIATE_TEST_SUITE_P(Deed, OpenWatcherCatches,
                         ::testing::Values("open", "openat", "creat", "stream", "fopen", "copy", "shm", "link",
                                           "wal_twice", "early"),
                         [](const auto& deed) { return std::string(deed.param); });

TEST_F(OpenWatcher, FindsNothingInTheCommandsOfAnApplication) {
  for (const char* const command :
       {"db prepare", "db seed", "db status", "db check", "db backup copy", "db integrity"}) {
    EXPECT_EQ(lorem_news(command), 0) << command;
  }
}

/// The whole answer to a GET.
std::string get(std::uint16_t port, const std::string& path) {
  const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    const std::string request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    if (write(connection, request.data(), request.size()) > 0) {
      char bytes[4096];
      for (ssize_t got = 0; (got = read(connection, bytes, sizeof bytes)) > 0;) {
        answer.append(bytes, static_cast<std::size_t>(got));
      }
    }
  }
  close(connection);
  return answer;
}

/// 0 when the server ended without naming one.
std::uint16_t port_told_by(ChildProcess& server) {
  const std::string before_port = "http://localhost:";
  for (std::string line = server.read_line(); !line.empty(); line = server.read_line()) {
    const auto at = line.find(before_port);
    if (at != std::string::npos) return static_cast<std::uint16_t>(std::stoi(line.substr(at + before_port.size())));
  }
  return 0;
}

TEST_F(OpenWatcher, FindsNothingInAServerThatAnswers) {
  ASSERT_EQ(lorem_news("db prepare"), 0);
  auto server = shell("'" LOREM_NEWS "' server --port 0 2>&1 & pid=$!; read go; kill -TERM $pid; wait $pid");
  const std::uint16_t port = port_told_by(server);
  ASSERT_NE(port, 0);
  for (const char* const path : {"/up", "/", "/", "/login"}) EXPECT_THAT(get(port, path), StartsWith("HTTP/1.1 "));
  EXPECT_THAT(get(port, "/"), HasSubstr("Lorem News"));
  server.write_line("go");
  EXPECT_EQ(server.wait(), 0);
}

}  // namespace
}  // namespace monolite
