// Eight writing processes of three programs share a database; one of them is killed every second and started again.
// Nobody gets Busy, no acknowledged row is lost, the Monolite writers come to equal shares, and nobody is stuck.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include <monolite/db/sqlite/testing/child_process.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db::sqlite {
namespace {

using base::Monotonic;
using testing::ChildProcess;
using testing::TemporaryDatabase;

/// A place at the table: one process after the other, of the same program. Its thread listens to the process and starts
/// the next one when it was killed.
class Seat {
 public:
  Seat(std::vector<std::string> command) : command_(std::move(command)), thread_([this] { serve(); }) {}

  void kill() {
    const std::lock_guard lock(mutex_);
    if (!child_ || killed_) return;
    killed_ = true;
    child_->kill();
  }

  /// Lets the process end by itself.
  void finish() {
    {
      const std::lock_guard lock(mutex_);
      finishing_ = true;
      if (child_) child_->close_input();
    }
    thread_.join();
  }

  std::size_t rows() const noexcept { return rows_; }
  // After finish():
  const std::vector<std::int64_t>& acknowledged() const noexcept { return acknowledged_; }
  double per_second() const { return static_cast<double>(acknowledged_.size()) / alive_.count(); }
  const std::vector<int>& unexpected_ends() const noexcept { return unexpected_; }

 private:
  void serve() {
    while (start()) {
      listen();
      end();
    }
  }

  bool start() {
    const std::lock_guard lock(mutex_);
    if (finishing_) return false;
    killed_ = false;
    child_ = std::make_unique<ChildProcess>(command_);
    return true;
  }

  /// Until its output ends. It counts as alive from its first row on.
  void listen() {
    std::int64_t id = 0;
    Monotonic::time_point first;
    while (read_id(id)) {
      if (first == Monotonic::time_point()) first = Monotonic::now();
      acknowledged_.push_back(id);
      ++rows_;
    }
    if (first != Monotonic::time_point()) alive_ += Monotonic::now() - first;
  }

  bool read_id(std::int64_t& id) const {
    std::size_t have = 0;
    while (have < sizeof id) {
      const auto got = read(child_->output(), reinterpret_cast<char*>(&id) + have, sizeof id - have);
      if (got <= 0) return false;
      have += static_cast<std::size_t>(got);
    }
    return true;
  }

  void end() {
    const std::lock_guard lock(mutex_);
    const int how = child_->wait();
    child_.reset();
    if (how != (killed_ ? -SIGKILL : 0)) unexpected_.push_back(how);
    if (how != 0 && how != -SIGKILL) finishing_ = true;  // it said why; do not repeat it
  }

  const std::vector<std::string> command_;
  std::vector<std::int64_t> acknowledged_;
  std::vector<int> unexpected_;
  std::atomic<std::size_t> rows_{0};
  std::chrono::duration<double> alive_{0};
  std::mutex mutex_;
  std::unique_ptr<ChildProcess> child_;
  bool killed_ = false;
  bool finishing_ = false;
  std::thread thread_;  // last
};

class Contention : public ::testing::Test {
 protected:
  Contention() {
    database_->write([](WriteSession& tx) {
      tx.run("CREATE TABLE work (id INTEGER PRIMARY KEY AUTOINCREMENT, seat INTEGER NOT NULL) STRICT"_script);
    });
    for (const char* program : {MONOLITE_CONTENTION_THREADS, MONOLITE_CONTENTION_TASKS, MONOLITE_CONTENTION_THREADS,
                                MONOLITE_CONTENTION_TASKS, MONOLITE_CONTENTION_THREADS, MONOLITE_CONTENTION_TASKS,
                                MONOLITE_CONTENTION_PLAIN, MONOLITE_CONTENTION_PLAIN}) {
      seats_.push_back(
          std::make_unique<Seat>(std::vector<std::string>{program, database_.path(), std::to_string(seats_.size())}));
    }
  }

  std::size_t rows() const {
    std::size_t rows = 0;
    for (const auto& seat : seats_) rows += seat->rows();
    return rows;
  }

  void await_rows_of_everybody() const {
    for (const auto& seat : seats_) {
      while (seat->rows() == 0) std::this_thread::yield();
    }
  }

  void expect_all_stored() {
    std::unordered_set<std::int64_t> stored;
    database_->read([&](ReadSession& s) {
      for (const auto id : s.each<std::int64_t>("SELECT id FROM work"_sql)) stored.insert(id);
    });
    std::size_t lost = 0;
    for (const auto& seat : seats_) {
      for (const auto id : seat->acknowledged()) lost += stored.contains(id) ? 0 : 1;
    }
    EXPECT_EQ(lost, 0u) << "of " << stored.size();
    EXPECT_GE(stored.size(), rows());
  }

  /// Each Monolite writer has one row in line at a time, so turns are rows.
  void expect_fair() const {
    std::vector<double> shares;
    for (std::size_t i = 0; i < kMonoliteSeats; ++i) shares.push_back(seats_[i]->per_second());
    const auto [least, most] = std::ranges::minmax(shares);
    EXPECT_LE(most, 2 * least) << ::testing::PrintToString(shares);
  }

  static constexpr std::size_t kMonoliteSeats = 6;
  TemporaryDatabase database_;
  std::vector<std::unique_ptr<Seat>> seats_;
};

TEST_F(Contention, EightWritersOfThreeProgramsOneKilledEverySecond) {
  await_rows_of_everybody();
  auto at = Monotonic::now();
  for (std::size_t second = 0; second < MONOLITE_CONTENTION_SECONDS; ++second) {
    seats_[second % seats_.size()]->kill();
    const auto before = rows();
    std::this_thread::sleep_until(at += std::chrono::seconds(1));  // the pace of the killer
    EXPECT_GT(rows(), before) << "everybody is stuck";
  }
  for (const auto& seat : seats_) seat->finish();
  for (const auto& seat : seats_) {
    EXPECT_EQ(seat->unexpected_ends(), std::vector<int>{});
    EXPECT_GT(seat->rows(), 0u);
  }
  expect_all_stored();
  expect_fair();
  EXPECT_EQ(database_->integrity_problems(), std::vector<std::string>{});
  EXPECT_EQ(database_->status().others, std::vector<std::string>{});
  database_->write([](WriteSession& tx) { tx.exec("DELETE FROM work"_sql); });  // nobody left the turn behind
}

}  // namespace
}  // namespace monolite::db::sqlite
