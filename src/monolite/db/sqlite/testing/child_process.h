#pragma once

#include <cerrno>
#include <csignal>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace monolite::db::sqlite::testing {

/// A program started anew (never a mere fork, which would carry open databases along), with pipes on its standard input
/// and output. Killed and reaped at the end of the scope.
class ChildProcess {
 public:
  explicit ChildProcess(std::vector<std::string> command) {
    int to_child[2], from_child[2];
    require(pipe2(to_child, O_CLOEXEC) == 0 && pipe2(from_child, O_CLOEXEC) == 0, "pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to_child[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, from_child[1], STDOUT_FILENO);
    std::vector<char*> arguments;
    for (auto& word : command) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const int failed = posix_spawn(&pid_, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(to_child[0]);
    close(from_child[1]);
    in_ = to_child[1];
    out_ = from_child[0];
    if (failed != 0) throw std::system_error(failed, std::generic_category(), arguments[0]);
  }
  ~ChildProcess() {
    if (pid_ > 0) {
      kill();
      waitpid(pid_, nullptr, 0);  // not wait(): nothing is left to do about a failure here
    }
    close_input();
    close(out_);
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const noexcept { return pid_; }
  int output() const noexcept { return out_; }

  /// The next line it writes, without its end; "" at the end of its output.
  std::string read_line() {
    std::string line;
    for (char c = 0; read(out_, &c, 1) == 1 && c != '\n';) line += c;
    return line;
  }

  void write_line(std::string line) {
    line += '\n';
    require(write(in_, line.data(), line.size()) == static_cast<ssize_t>(line.size()), "write to child");
  }

  void close_input() noexcept {
    if (in_ >= 0) close(std::exchange(in_, -1));
  }

  void kill() noexcept { ::kill(pid_, SIGKILL); }

  /// Its exit code, or minus the signal that ended it.
  int wait() {
    int status = 0;
    require(waitpid(pid_, &status, 0) == pid_, "waitpid");
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  static void require(bool fine, const char* what) {
    if (!fine) throw std::system_error(errno, std::generic_category(), what);
  }

  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
};

}  // namespace monolite::db::sqlite::testing
