#pragma once

#include <cstddef>
#include <future>
#include <thread>

#include <monolite/db/database.h>

namespace monolite::db::sqlite::testing {

/// Holds the writer lane of a database inside of a unit of its own, so that a test can fill the queue behind it and
/// knows which units share the next commit. Opens at the end of the scope.
class LaneGate {
 public:
  explicit LaneGate(Database& database) : database_(database) {
    std::promise<void> entered;
    thread_ = std::thread([this, &entered] {
      database_.write(
          [&](WriteSession&) {
            entered.set_value();
            opened_.get_future().wait();
          },
          {.timeout = std::chrono::minutes(1), .grouping = Grouping::kAlone});
    });
    entered.get_future().wait();
  }
  ~LaneGate() { open(); }
  LaneGate(const LaneGate&) = delete;
  LaneGate& operator=(const LaneGate&) = delete;

  /// Returns when `count` units wait behind the gate.
  void await_queued(std::size_t count) const {
    while (database_.status().queued_writes != count) std::this_thread::yield();
  }

  void open() {
    if (!thread_.joinable()) return;
    opened_.set_value();
    thread_.join();
  }

 private:
  Database& database_;
  std::promise<void> opened_;
  std::thread thread_;
};

}  // namespace monolite::db::sqlite::testing
