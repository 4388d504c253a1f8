#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <monolite/base/clock.h>
#include <monolite/base/log.h>
#include <monolite/base/rng.h>
#include <monolite/http/server.h>
#include <monolite/http/testing.h>

/// A server on a free port with everything a test wants to look at. Only for the tests of this room.
namespace monolite::http::testing {

/// Keeps finished log lines. Threads: any.
class LogLines final : public base::Log::Sink {
 public:
  void write(base::LogLevel, std::string_view line) override {
    const std::lock_guard lock(mutex_);
    lines_.emplace_back(line);
  }
  /// The lines that hold `text`.
  std::vector<std::string> with(std::string_view text) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> found;
    for (const auto& line : lines_)
      if (line.find(text) != std::string::npos) found.push_back(line);
    return found;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

/// What RequestFinished told, in order. Threads: any.
class FinishedRequests {
 public:
  struct Line {
    std::string text;  ///< "GET /posts 200"
    std::string route;
    std::string request_id;
    std::uint64_t bytes = 0;
    std::chrono::microseconds duration{0};
  };

  explicit FinishedRequests(Server& server)
      : subscription_(server.events().finished.listen([this](const RequestFinished& finished) { add(finished); })) {}

  /// The line of that number, from 0; waits until it is there. Throws when none comes within five seconds.
  Line at(std::size_t index) {
    if (!comes_within(std::chrono::seconds(5), index)) throw std::runtime_error("no such RequestFinished came");
    const std::lock_guard lock(mutex_);
    return lines_[index];
  }

  bool comes_within(std::chrono::milliseconds patience, std::size_t index) {
    std::unique_lock lock(mutex_);
    return came_.wait_for(lock, patience, [&] { return lines_.size() > index; });
  }

 private:
  void add(const RequestFinished& finished) {
    const std::lock_guard lock(mutex_);
    lines_.push_back({.text = std::string(name_of(finished.method)) + " " + std::string(finished.path) + " " +
                              std::to_string(finished.status),
                      .route = std::string(finished.route),
                      .request_id = std::string(finished.request_id()),
                      .bytes = finished.bytes,
                      .duration = finished.duration});
    came_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<Line> lines_;
  base::Subscription subscription_;
};

/// Two loops in the given mode, an ephemeral port, no access log unless asked for.
inline ServerOptions test_options(base::TaskMode mode = base::default_task_mode()) {
  ServerOptions options;
  options.port = 0;
  options.threads = 2;
  options.loop.mode = mode;
  options.access_log = AccessLog::kOff;
  return options;
}

class TestServer {
 public:
  explicit TestServer(Handler handler, ServerOptions options = test_options(), base::WorkerPool* workers = nullptr)
      : server_(std::move(options), std::move(handler),
                {.log = base::Log({.level = base::LogLevel::kDebug}, log_),
                 .rng = rng_,
                 .clock = clock_,
                 .workers = workers}) {
    server_.start();
  }

  Server& operator*() noexcept { return server_; }
  Server* operator->() noexcept { return &server_; }
  std::uint16_t port() const noexcept { return server_.port(); }
  const LogLines& log() const noexcept { return *log_; }
  base::ManualClock& clock() noexcept { return clock_; }

 private:
  std::shared_ptr<LogLines> log_ = std::make_shared<LogLines>();
  base::SystemRng rng_;
  // 2026-11-20 13:59:00 UTC
  base::ManualClock clock_{base::Timestamp(std::chrono::seconds(1'795'183'140))};
  Server server_;
};

/// The task modes that this build can run: the thread sanitizer cannot follow fibers.
inline std::vector<base::TaskMode> task_modes() {
  if (base::default_task_mode() == base::TaskMode::kThread) return {base::TaskMode::kThread};
  return {base::TaskMode::kFiber, base::TaskMode::kThread, base::TaskMode::kInline};
}

/// Those in which a waiting handler does not block its loop.
inline std::vector<base::TaskMode> waiting_modes() {
  auto modes = task_modes();
  std::erase(modes, base::TaskMode::kInline);
  return modes;
}

inline std::string mode_name(base::TaskMode mode) {
  switch (mode) {
    case base::TaskMode::kFiber:
      return "Fiber";
    case base::TaskMode::kThread:
      return "Thread";
    case base::TaskMode::kInline:
      return "Inline";
  }
  return "Unknown";
}

}  // namespace monolite::http::testing
