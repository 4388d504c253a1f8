#include <chrono>
#include <thread>

#include <bench/locks/bare.h>
#include <bench/locks/writer.h>

#include <monolite/base/clock.h>

namespace bench::locks {
namespace {

using monolite::base::Monotonic;

constexpr auto kPatience = std::chrono::seconds(5);
constexpr auto kPoll = std::chrono::milliseconds(1);

/// One connection, one transaction per row, and what a policy adds to that.
class Baseline final : public Writer {
 public:
  explicit Baseline(const Round& round)
      : policy_(round.policy),
        connection_(open_bare(round.file, round.synchronous)),
        begin_(prepare(handle(), round.policy == Policy::kDeferred ? "BEGIN" : "BEGIN IMMEDIATE")),
        read_(prepare(handle(), "SELECT max(id) FROM rows")),
        insert_(prepare(handle(), "INSERT INTO rows (worker, number, body) VALUES (?, ?, ?)")),
        commit_(prepare(handle(), "COMMIT")) {
    if (policy_ == Policy::kConstant) sqlite3_busy_handler(handle(), ask_again, this);
  }

  bool write(const Row& row) override {
    waiting_since_ = {};
    sqlite3_bind_int(insert_.get(), 1, row.worker());
    sqlite3_bind_int64(insert_.get(), 2, row.number());
    sqlite3_bind_text64(insert_.get(), 3, row.text().data(), row.text().size(), SQLITE_STATIC, SQLITE_UTF8);
    const bool stored = done(begin_) && (policy_ != Policy::kDeferred || done(read_)) && done(insert_) && done(commit_);
    if (!stored && sqlite3_get_autocommit(handle()) == 0) execute(handle(), "ROLLBACK");
    return stored;
  }

 private:
  sqlite3* handle() const noexcept { return connection_.get(); }

  /// Runs a statement to its end; false when the database is busy.
  bool done(const BareStatement& statement) {
    int result = sqlite3_step(statement.get());
    while (result == SQLITE_ROW) result = sqlite3_step(statement.get());
    sqlite3_reset(statement.get());
    if (result == SQLITE_DONE) return true;
    if ((result & 0xff) != SQLITE_BUSY) fail(handle(), sqlite3_sql(statement.get()));
    return false;
  }

  static int ask_again(void* self, int attempts) {
    auto& own = *static_cast<Baseline*>(self);
    if (attempts == 0) own.waiting_since_ = Monotonic::now();
    if (Monotonic::now() - own.waiting_since_ > kPatience) return 0;
    std::this_thread::sleep_for(kPoll);
    return 1;
  }

  const Policy policy_;
  Monotonic::time_point waiting_since_;
  BareConnection connection_;
  BareStatement begin_, read_, insert_, commit_;  // last: finalised before the connection is closed
};

}  // namespace

std::unique_ptr<Writer> make_baseline(const Round& round) { return std::make_unique<Baseline>(round); }

}  // namespace bench::locks
