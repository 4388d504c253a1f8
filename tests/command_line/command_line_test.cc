#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <monolite/base/temporary_folder.h>

namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

struct Outcome {
  int exit_code = -1;
  std::string output;  ///< standard output and standard error
};

/// An empty folder to run the program in, as its application's folder.
class CommandLine : public testing::Test {
 protected:
  /// Runs `lorem_news <arguments>` through the shell, with `variables` (NAME=value …) in its environment and the file
  /// `input` as its standard input.
  Outcome run(const std::string& arguments, const std::string& variables = "",
              const std::string& input = "/dev/null") const {
    const std::string command = "cd '" + folder_.string() + "' && env -u MONOLITE_ENV -u PORT -u LOG_LEVEL " +
                                variables + " '" LOREM_NEWS "' " + arguments + " 2>&1 <" + input;
    FILE* const pipe = popen(command.c_str(), "r");
    Outcome outcome;
    std::array<char, 4096> bytes;
    while (const auto size = std::fread(bytes.data(), 1, bytes.size(), pipe)) outcome.output.append(bytes.data(), size);
    const int status = pclose(pipe);
    outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return outcome;
  }

  void write(const std::string& path, const std::string& content) const {
    std::filesystem::create_directories((folder_ / path).parent_path());
    std::ofstream(folder_ / path) << content;
  }

  std::string read(const std::string& path) const {
    std::ifstream file(folder_ / path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  const monolite::base::TemporaryFolder temporary_;
  const std::filesystem::path& folder_ = temporary_.path();
};

TEST_F(CommandLine, EveryCommandExplainsItself) {
  for (const char* command : {"",
                              "server",
                              "db",
                              "db prepare",
                              "db migrate",
                              "db rollback",
                              "db status",
                              "db seed",
                              "db check",
                              "db explain",
                              "db backup",
                              "db console",
                              "db integrity",
                              "db schema",
                              "db schema dump",
                              "db schema load",
                              "routes",
                              "config",
                              "config explain",
                              "version"}) {
    const auto help = run(std::string(command) + " --help");
    EXPECT_EQ(help.exit_code, 0) << command;
    EXPECT_THAT(help.output, AllOf(HasSubstr("Usage:"), HasSubstr("--help"))) << command;
  }
}

TEST_F(CommandLine, WrongUsageIsTwo) {
  for (const char* wrong : {"", "nonsense", "server --nonsense", "db", "db nonsense", "version extra"}) {
    const auto outcome = run(wrong);
    EXPECT_EQ(outcome.exit_code, 2) << wrong << "\n" << outcome.output;
    EXPECT_THAT(outcome.output, Not(IsEmpty())) << wrong;
  }
}

TEST_F(CommandLine, PreparesSeedsAndReports) {
  const auto prepared = run("db prepare");
  EXPECT_EQ(prepared.exit_code, 0) << prepared.output;
  EXPECT_TRUE(std::filesystem::exists(folder_ / "storage/development.sqlite3"));
  const auto status = run("db status");
  EXPECT_EQ(status.exit_code, 0);
  EXPECT_THAT(status.output, HasSubstr("create_comments"));
  EXPECT_EQ(run("db check").exit_code, 0);
  EXPECT_EQ(run("db prepare").exit_code, 0);  // again: nothing to do
  EXPECT_EQ(run("db rollback").exit_code, 0);
  const auto unready = run("server --port 0");
  EXPECT_EQ(unready.exit_code, 1);
  EXPECT_THAT(unready.output, HasSubstr("run: db prepare"));
}

TEST_F(CommandLine, DumpsTheSchemaAndLoadsItIntoANewDatabase) {
  ASSERT_EQ(run("db prepare").exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "db"));  // nobody asked for one
  const auto dump = run("db schema dump -");
  EXPECT_EQ(dump.exit_code, 0);
  EXPECT_THAT(dump.output, AllOf(HasSubstr("CREATE TABLE posts ("), HasSubstr("'create_comments'")));
  EXPECT_EQ(run("db schema dump").exit_code, 0);
  EXPECT_EQ(read("db/structure.sql"), dump.output);
  const auto over = run("db schema load");
  EXPECT_EQ(over.exit_code, 1);
  EXPECT_THAT(over.output, AllOf(HasSubstr("not empty"), HasSubstr("hint:")));

  const auto loaded = run("db schema load db/structure.sql", "MONOLITE_ENV=test");
  EXPECT_EQ(loaded.exit_code, 0) << loaded.output;
  EXPECT_EQ(run("db schema dump -", "MONOLITE_ENV=test").output, dump.output);
  EXPECT_THAT(run("db migrate", "MONOLITE_ENV=test").output, HasSubstr("nothing to migrate"));
}

TEST_F(CommandLine, AMissingDumpMakesNoDatabase) {
  const auto outcome = run("db schema load nothing.sql");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, HasSubstr("cannot read nothing.sql"));
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(CommandLine, MigratingKeepsTheDumpOfAFolderThatIsThereInDevelopment) {
  std::filesystem::create_directories(folder_ / "db");
  ASSERT_EQ(run("db prepare", "MONOLITE_ENV=test").exit_code, 0);
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "db"));
  ASSERT_EQ(run("db prepare").exit_code, 0);
  const auto whole = read("db/structure.sql");
  EXPECT_THAT(whole, HasSubstr("CREATE TABLE comments"));
  EXPECT_THAT(run("db rollback").output, HasSubstr("db/structure.sql"));
  EXPECT_THAT(read("db/structure.sql"), Not(HasSubstr("CREATE TABLE comments")));
  EXPECT_EQ(run("db migrate").exit_code, 0);
  EXPECT_EQ(read("db/structure.sql"), whole);
}

TEST_F(CommandLine, ExplainsAStatementWithoutRunningIt) {
  ASSERT_EQ(run("db prepare").exit_code, 0);
  const auto by_id = run("db explain 'SELECT title FROM posts WHERE id = ?'");
  EXPECT_EQ(by_id.exit_code, 0) << by_id.output;
  EXPECT_THAT(by_id.output, AllOf(HasSubstr("`--SEARCH posts USING INTEGER PRIMARY KEY"), Not(HasSubstr("note:"))));
  EXPECT_THAT(run("db explain 'SELECT * FROM posts ORDER BY description'").output,
              AllOf(HasSubstr("|--SCAN posts"), HasSubstr("note: every row of posts is read"),
                    HasSubstr("note: ORDER BY needs a sort")));
  EXPECT_EQ(run("db explain 'DELETE FROM posts'").exit_code, 0);
  EXPECT_THAT(run("db check").output, HasSubstr("fit the schema"));
  const auto typo = run("db explain 'SELECT titel FROM posts'");
  EXPECT_EQ(typo.exit_code, 1);
  EXPECT_THAT(typo.output, AllOf(HasSubstr("no such column: titel"), HasSubstr("hint: ")));
  EXPECT_EQ(run("db explain").exit_code, 2);
}

TEST_F(CommandLine, BacksUpIntoANewFile) {
  ASSERT_EQ(run("db prepare").exit_code, 0);
  EXPECT_EQ(run("db integrity").exit_code, 0);
  const auto backup = run("db backup copy.sqlite3");
  EXPECT_EQ(backup.exit_code, 0) << backup.output;
  EXPECT_THAT(backup.output,
              AllOf(ContainsRegex("pages: [0-9]+ of [0-9]+ \\([1-9][0-9] %\\)\n"), HasSubstr("holds a copy")));
  EXPECT_LE(std::count(backup.output.begin(), backup.output.end(), '\n'), 11) << backup.output;  // tenths, not percents
  EXPECT_FALSE(std::filesystem::exists(folder_ / "copy.sqlite3.part"));
  write("config/database.yml", "development:\n  database: copy.sqlite3\n");
  EXPECT_THAT(run("db integrity").output, HasSubstr("copy.sqlite3 is sound"));
  const auto again = run("db backup copy.sqlite3");
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.output, HasSubstr("exists already"));
}

TEST_F(CommandLine, TellsTheStateOfTheDatabase) {
  ASSERT_EQ(run("db prepare").exit_code, 0);
  const auto shown = run("db status");
  EXPECT_THAT(shown.output, AllOf(HasSubstr("synchronous    full"), HasSubstr("locks and shared memory work"),
                                  HasSubstr("turns          fifo"), HasSubstr("others         none seen"),
                                  HasSubstr("frames of the log copied"), HasSubstr("none open in this process")));
  const auto json = run("db status --json --tables");
  EXPECT_EQ(json.exit_code, 0);
  EXPECT_THAT(json.output, AllOf(HasSubstr(R"("journal":"wal")"), HasSubstr(R"("foreign_keys":true)"),
                                 HasSubstr(R"("warnings":[])"), HasSubstr(R"("name":"posts")")));
  EXPECT_THAT(json.output, AllOf(HasSubstr(R"("turns":"fifo")"), HasSubstr(R"("others":[])"),
                                 HasSubstr(R"("checkpoint":{"wal_frames":)"), HasSubstr(R"("copied_frames":)"),
                                 HasSubstr(R"("oldest_snapshot_us":null)")));
  EXPECT_EQ(std::count(json.output.begin(), json.output.end(), '\n'), 1) << json.output;
}

TEST_F(CommandLine, ChecksTheIntegrityQuicklyOrFully) {
  ASSERT_EQ(run("db prepare").exit_code, 0);
  for (const char* command : {"db integrity", "db integrity --quick"}) {
    const auto checked = run(command);
    EXPECT_EQ(checked.exit_code, 0) << checked.output;
    EXPECT_THAT(checked.output, AllOf(HasSubstr("tables: "), HasSubstr("is sound"))) << command;
  }
}

TEST_F(CommandLine, TheConsoleNeverMakesADatabase) {
  const auto outcome = run("db console --write");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, HasSubstr("db prepare"));
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

/// A prepared database, and statements for its console.
class ConsoleOf : public CommandLine {
 protected:
  ConsoleOf() { EXPECT_EQ(run("db prepare").exit_code, 0); }

  Outcome console(const std::string& flags, const std::string& input, const std::string& variables = "") const {
    write("input.sql", input);
    return run("db console " + flags, variables, "input.sql");
  }

  /// The same where a person types: on a terminal of that many columns. What is typed is seen in the output as well.
  Outcome on_terminal(const std::string& flags, const std::string& typed, unsigned short columns) const {
    const winsize size{.ws_row = 25, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    const std::string command = "cd '" + folder_.string() + "' && exec '" LOREM_NEWS "' db console " + flags;
    int terminal = -1;
    const pid_t child = forkpty(&terminal, nullptr, nullptr, &size);
    if (child == 0) {
      execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
      _exit(127);
    }
    Outcome outcome;
    if (child < 0 || ::write(terminal, typed.data(), typed.size()) != static_cast<ssize_t>(typed.size()))
      return outcome;
    std::array<char, 4096> bytes;
    for (ssize_t got = 0; (got = ::read(terminal, bytes.data(), bytes.size())) > 0;) {
      outcome.output.append(bytes.data(), static_cast<std::size_t>(got));
    }
    int status = 0;
    waitpid(child, &status, 0);
    close(terminal);
    outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return outcome;
  }
};

TEST_F(ConsoleOf, OurOwnPrintsTablesOfWhatItReads) {
  const auto outcome = console("--builtin",
                               "-- a comment; which is none\n"
                               "SELECT 7 AS seven,\n NULL AS absent, 1.0 AS one, x'00ff' AS bytes, 'a;\nb' AS text\n"
                               "; SELECT 'second' AS s; SELECT 1 AS never WHERE 0;\n"
                               "SELECT 'without its end' AS last");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.output,
            "seven  absent  one  bytes    text\n"
            "-----  ------  ---  -------  -----\n"
            "    7  NULL    1.0  x'00ff'  a;\\nb\n"
            "s\n------\nsecond\n"
            "never\n-----\n"
            "last\n---------------\nwithout its end\n");
}

TEST_F(ConsoleOf, OurOwnPrintsMoreRowsThanItKeeps) {
  const auto outcome = console("--builtin",
                               "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1203) "
                               "SELECT i FROM n;");
  EXPECT_EQ(std::count(outcome.output.begin(), outcome.output.end(), '\n'), 1205);
  EXPECT_THAT(outcome.output, EndsWith("1203\n"));
}

TEST_F(ConsoleOf, OurOwnSaysWhatFailedAndGoesOn) {
  const auto outcome = console("--builtin", "SELECT titel FROM posts; SELECT 'went on';\n.nonsense\n.schema usres\n");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("error: no such column: titel"), HasSubstr("hint: .schema shows"),
                                    HasSubstr("\nwent on\n"), HasSubstr("there is no command .nonsense"),
                                    HasSubstr("did you mean users?")));
  EXPECT_EQ(console("--builtin", "SELECT 1").exit_code, 0);
  EXPECT_EQ(console("--builtin", "SELECT 'no end").exit_code, 1);
}

TEST_F(ConsoleOf, OurOwnWritesOnlyWhenAllowed) {
  const std::string change = "PRAGMA query_only = off; UPDATE users SET about = 'changed' WHERE id <= 2 RETURNING id;";
  const auto refused = console("--builtin", change);
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.output, AllOf(HasSubstr("would change the database: UPDATE users"), HasSubstr("--write")));
  const std::string count = "SELECT 'they are ' || count(*) FROM users WHERE about = 'changed';";
  EXPECT_THAT(console("--builtin", count).output, HasSubstr("they are 0"));

  const auto allowed = console("--builtin --write", change + "CREATE TABLE t (a INTEGER) STRICT;");
  EXPECT_EQ(allowed.exit_code, 0) << allowed.output;
  EXPECT_EQ(allowed.output, "id\n--\n 1\n 2\n2 rows changed\n0 rows changed\n");
  EXPECT_THAT(console("--builtin", count).output, HasSubstr("they are 2"));
}

TEST_F(ConsoleOf, OurOwnUndoesAChangeThatFails) {
  const auto outcome = console("--builtin --write",
                               "UPDATE users SET screen_name = 'same';\nBEGIN;\n"
                               "SELECT 'they are ' || count(*) FROM users WHERE screen_name = 'same';");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("UNIQUE constraint failed"), HasSubstr("BEGIN, COMMIT and SAVEPOINT"),
                                    HasSubstr("they are 0")));
}

TEST_F(ConsoleOf, OurOwnHasCommands) {
  const auto outcome = console("--builtin", ".help\n.tables\n.schema users\n.quit\nSELECT 'unreached';");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.output, AllOf(HasSubstr(".schema [TABLE]"), HasSubstr("\nposts\n"),
                                    HasSubstr("CREATE TABLE users ("), HasSubstr("INDEX users_by_screen_name"),
                                    Not(HasSubstr("CREATE TABLE posts")), Not(HasSubstr("unreached"))));
  EXPECT_THAT(console("--builtin", ".schema").output, HasSubstr("CREATE TABLE posts"));
}

TEST_F(ConsoleOf, OurOwnCutsLongTextOnATerminalOnly) {
  const std::string statement = "SELECT 1 AS n, printf('%.*c', 100, 'x') AS long, 'end' AS e;\n";
  const auto shown = on_terminal("--builtin", statement + "SELECT wrong;\n.quit\n", 30);
  EXPECT_EQ(shown.exit_code, 0);  // a person has seen the error
  EXPECT_THAT(shown.output, AllOf(HasSubstr("sql> "), HasSubstr("no such column: wrong"),
                                  HasSubstr("\n1  " + std::string(21, 'x') + "…  end\r\n")));
  const auto piped = console("--builtin", statement);
  EXPECT_THAT(piped.output, AllOf(HasSubstr("\n1  " + std::string(100, 'x') + "  end\n"), Not(HasSubstr("sql>"))));
}

TEST_F(ConsoleOf, OursTakesThePlaceOfAShellThatIsNotInstalled) {
  const auto outcome = console("", "SELECT 'ours' AS whose;", "PATH=/nowhere");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.output, "whose\n-----\nours\n");
}

TEST_F(ConsoleOf, TheInstalledShellIsToldWhatTheDatabaseNeeds) {
  write("programs/sqlite3", "#!/bin/sh\nprintf '<%s>' \"$@\"\ncat\nexit 3\n");
  std::filesystem::permissions(folder_ / "programs/sqlite3", std::filesystem::perms::owner_all);
  const auto reading = console("", "the input", "PATH=\"$PWD/programs:$PATH\"");
  EXPECT_EQ(reading.exit_code, 3);  // the shell's own
  EXPECT_EQ(reading.output,
            "<-cmd><PRAGMA foreign_keys=on><-cmd><.timeout 5000><-readonly><storage/development.sqlite3>the input");
  const auto writing = console("--write", "", "PATH=\"$PWD/programs:$PATH\"");
  EXPECT_THAT(writing.output, AllOf(HasSubstr("foreign_keys=on"), Not(HasSubstr("-readonly"))));
}

TEST_F(ConsoleOf, TheRealShellReadsInAPipe) {
  const auto outcome = console("", "SELECT name FROM ml_db_migrations WHERE version = 1;\nDELETE FROM posts;\n");
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_THAT(outcome.output, AllOf(StartsWith("create_users\n"), HasSubstr("readonly database")));
}

TEST_F(CommandLine, ARefusedPragmaIsNamedWithItsReason) {
  write("config/database.yml", "development:\n  pragmas:\n    foreign_keys: off\n");
  const auto outcome = run("db prepare");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("config/database.yml:3"), HasSubstr("must be on")));
}

TEST_F(CommandLine, ADatabaseForReadingIsNotMigrated) {
  ASSERT_EQ(run("db prepare").exit_code, 0);
  write("config/database.yml", "development:\n  readonly: true\n");
  EXPECT_EQ(run("db status").exit_code, 0);
  const auto outcome = run("db rollback");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, HasSubstr("is open for reading only"));
}

TEST_F(CommandLine, ListsRoutesWithoutADatabase) {
  const auto routes = run("routes");
  EXPECT_EQ(routes.exit_code, 0);
  EXPECT_THAT(routes.output, AllOf(HasSubstr("/posts/:id"), HasSubstr("/benchmarking/post_create"), HasSubstr("/up")));
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(CommandLine, TellsItsVersion) {
  const auto version = run("version");
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_THAT(version.output, HasSubstr("SQLite 3."));
}

TEST_F(CommandLine, ExplainsItsConfiguration) {
  write("config/database.yml", "development:\n  timeout: ${PATIENCE}\n");
  const auto explained = run("config explain", "PATIENCE=1234 PORT=4321");
  EXPECT_EQ(explained.exit_code, 0) << explained.output;
  EXPECT_THAT(explained.output, AllOf(HasSubstr("1234"), HasSubstr("4321"), HasSubstr("PORT")));
}

TEST_F(CommandLine, ReportsEveryConfigurationProblemAtOnce) {
  write("config/database.yml", "development:\n  synchronus: full\n  timeout: soon\n");
  write("config/server.yml", "development:\n  port: 99999\n");
  const auto outcome = run("server");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output,
              AllOf(HasSubstr("synchronus"), HasSubstr("synchronous"), HasSubstr("timeout"), HasSubstr("port")));
}

TEST_F(CommandLine, AMissingDatabaseNamesTheNextStep) {
  const auto outcome = run("server --port 0");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, HasSubstr("db prepare"));
}

/// A port of this machine that somebody listens on.
class TakenPort {
 public:
  TakenPort() : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (bind(socket_, any, size) != 0 || listen(socket_, 1) != 0 || getsockname(socket_, any, &size) != 0) {
      throw std::runtime_error("no port");
    }
    number_ = ntohs(address.sin_port);
  }
  ~TakenPort() { close(socket_); }
  TakenPort(const TakenPort&) = delete;
  TakenPort& operator=(const TakenPort&) = delete;

  int number() const { return number_; }

 private:
  int socket_;
  int number_ = 0;
};

TEST_F(CommandLine, APortInUseIsNamed) {
  ASSERT_EQ(run("db prepare").exit_code, 0);
  const TakenPort taken;
  const auto outcome = run("server --port " + std::to_string(taken.number()));
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.output, HasSubstr(std::to_string(taken.number())));
  EXPECT_EQ(std::count(outcome.output.begin(), outcome.output.end(), '\n'), 2) << outcome.output;  // error and hint
}

}  // namespace
