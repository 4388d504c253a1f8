#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include <sqlite3.h>

#include <monolite/db/errors.h>
#include <monolite/db/sqlite/detail/reader_pool.h>

namespace monolite::db::sqlite {
namespace {

constexpr auto kPatience = std::chrono::seconds(5);

/// A read transaction: ends with the scope, also when a query threw.
class ReadTransaction {
 public:
  explicit ReadTransaction(Connection& connection) : connection_(connection) {
    connection_.set_lock_deadline(base::Deadline::after(kPatience));
    connection_.control(Control::kBeginRead);
  }
  ~ReadTransaction() {
    try {
      connection_.control(Control::kCommit);
    } catch (const std::exception&) {  // a read has nothing to lose: leave the transaction the other way
      connection_.recover();
    }
  }
  ReadTransaction(const ReadTransaction&) = delete;
  ReadTransaction& operator=(const ReadTransaction&) = delete;

 private:
  Connection& connection_;
};

[[noreturn]] void throw_too_old() {
  throw base::Error({.code = base::ErrorCode::kBusy,
                     .scope = base::ErrorScope::kCaller,
                     .what = "the read was interrupted: its snapshot was open for too long and kept the WAL growing",
                     .hint = "read in smaller pieces, or raise snapshot_limit in config/database.yml"});
}

}  // namespace

/// A connection inside of a read transaction, given back at the end of its life.
class ReaderPool::Borrowed {
 public:
  Borrowed(ReaderPool& pool, AgeLimit limit)
      : pool_(pool), commits_(pool.commits_.load(std::memory_order_acquire)), connection_(pool.take()) {
    try {
      entry_.emplace(pool.watchers_.snapshots, *connection_, limit);
      transaction_.emplace(*connection_);
    } catch (...) {  // no destructor runs after this
      entry_.reset();
      pool_.give_back(std::move(connection_));
      throw;
    }
  }
  ~Borrowed() {
    entry_.reset();  // first: an interrupt must not meet the end of the transaction
    transaction_.reset();
    pool_.give_back(std::move(connection_));
  }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;

  void run(base::FunctionRef<void(ReadSession&)> reads) {
    if (is_too_old()) throw_too_old();
    try {
      pool_.run(*connection_, reads);
    } catch (const base::Error& error) {
      if (is_too_old() && (error.system_code() & 0xff) == SQLITE_INTERRUPT) throw_too_old();
      throw;
    }
  }

  bool is_too_old() const noexcept { return entry_->is_interrupted(); }
  const ReaderPool& pool() const noexcept { return pool_; }

  /// True while nobody on this loop can know of a commit that the snapshot lacks. On a loop's thread only.
  bool is_current() const {
    return !connection_->is_broken() && !is_too_old() && commits_ == pool_.commits_.load(std::memory_order_acquire) &&
           handed_to_loop_ == base::handed_to_loop();
  }

 private:
  ReaderPool& pool_;
  // Read before the transaction began: it shows these commits, and maybe more.
  const std::uint64_t commits_;
  const std::uint64_t handed_to_loop_ = base::on_loop() ? base::handed_to_loop() : 0;
  std::unique_ptr<Connection> connection_;
  std::optional<Snapshots::Entry> entry_;
  std::optional<ReadTransaction> transaction_;
};

/// The snapshot that a task left to the next ones on its loop. Deletes itself at the end of the loop's turn.
class ReaderPool::Kept final : public base::TurnListener {
 public:
  /// Takes over `borrowed`. On a loop's thread only.
  static void keep(std::unique_ptr<Borrowed> borrowed) {
    Kept* kept = of(borrowed->pool());
    if (!kept) {
      kept = new Kept(borrowed->pool());
      base::on_turn_end(*kept);
    }
    kept->borrowed_ = std::move(borrowed);
  }

  /// What the last task on this thread left, if it is still current; else that ends, and null.
  static std::unique_ptr<Borrowed> take(const ReaderPool& pool) {
    Kept* const kept = of(pool);
    if (!kept || !kept->borrowed_) return nullptr;
    auto borrowed = std::move(kept->borrowed_);
    if (!borrowed->is_current()) borrowed.reset();
    return borrowed;
  }

  void turn_ended() noexcept override { delete this; }

 private:
  explicit Kept(const ReaderPool& pool) : pool_(pool) { of_this_thread_.push_back(this); }
  ~Kept() { std::erase(of_this_thread_, this); }

  static Kept* of(const ReaderPool& pool) noexcept {
    const auto found = std::ranges::find_if(of_this_thread_, [&](const Kept* k) { return &k->pool_ == &pool; });
    return found == of_this_thread_.end() ? nullptr : *found;
  }

  static inline thread_local std::vector<Kept*> of_this_thread_;

  const ReaderPool& pool_;
  std::unique_ptr<Borrowed> borrowed_;
};

/// The open snapshot of the task that runs on this thread. Deletes itself at the task's next wait or end.
class ReaderPool::Snapshot final : public base::SwitchListener {
 public:
  explicit Snapshot(ReaderPool& pool) : pool_(pool) { open_.push_back(this); }
  ~Snapshot() {
    std::erase(open_, this);
    end();
  }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  void before_switch(base::Switch reason) noexcept override {
    if (reason == base::Switch::kEnd && borrowed_ && base::on_loop()) Kept::keep(std::move(borrowed_));
    delete this;
  }

  /// Gives the connection back; the listener itself stays registered until the switch.
  void end() noexcept { borrowed_.reset(); }

  /// On the connection of the last read, or on a new one. One that is too old tells its task once, and then ends.
  void run(base::FunctionRef<void(ReadSession&)> reads) {
    if (!borrowed_) borrowed_ = Kept::take(pool_);
    if (!borrowed_) borrowed_ = std::make_unique<Borrowed>(pool_, AgeLimit::kEnforced);
    struct EndIfTooOld {
      ~EndIfTooOld() {
        if (snapshot.borrowed_ && snapshot.borrowed_->is_too_old()) snapshot.end();
      }
      Snapshot& snapshot;
    } const end_if_too_old{*this};
    borrowed_->run(reads);
  }

  static Snapshot* of(const ReaderPool& pool) noexcept {
    const auto found = std::ranges::find_if(open_, [&](const Snapshot* s) { return &s->pool_ == &pool; });
    return found == open_.end() ? nullptr : *found;
  }

 private:
  // What the task that runs right now has open; emptied before any other task can run on this thread.
  static inline thread_local std::vector<Snapshot*> open_;

  ReaderPool& pool_;
  std::unique_ptr<Borrowed> borrowed_;
};

ReaderPool::ReaderPool(Opener opener, const std::atomic<std::uint64_t>& commits, Watchers watchers,
                       std::size_t most_for_threads)
    : opener_(std::move(opener)), commits_(commits), watchers_(watchers), most_for_threads_(most_for_threads) {}

// A task may have read from a database of its own, which goes before the task ends.
ReaderPool::~ReaderPool() {
  end_snapshot();
  Kept::take(*this).reset();
}

void ReaderPool::read(base::FunctionRef<void(ReadSession&)> reads) {
  base::in_task() ? read_on_task(reads) : read_on_thread(reads);
}

void ReaderPool::read_on_task(base::FunctionRef<void(ReadSession&)> reads) {
  Snapshot* snapshot = Snapshot::of(*this);
  if (!snapshot) {
    auto opened = std::make_unique<Snapshot>(*this);
    base::on_next_switch(*opened);
    snapshot = opened.release();
  }
  snapshot->run(reads);
}

void ReaderPool::read_on_thread(base::FunctionRef<void(ReadSession&)> reads) {
  await_turn();
  struct EndTurn {
    ~EndTurn() { pool.end_turn(); }
    ReaderPool& pool;
  } const end_turn{*this};
  Borrowed(*this, AgeLimit::kEnforced).run(reads);
}

void ReaderPool::read_at_length(base::FunctionRef<void(ReadSession&)> reads) {
  Borrowed(*this, AgeLimit::kExempt).run(reads);
}

void ReaderPool::run(Connection& connection, base::FunctionRef<void(ReadSession&)> reads) {
  const base::NoSwitch no_switch;
  ReadSession session(connection);
  try {
    reads(session);
  } catch (...) {  // the caller's answer
    report_damage(connection);
    throw;
  }
  report_damage(connection);  // the closure may have caught it
  connection.require_no_open_statement();
}

void ReaderPool::report_damage(const Connection& connection) {
  if (connection.corruption()) [[unlikely]]
    watchers_.quarantine.report(connection.corruption());
}

void ReaderPool::await_turn() {
  std::unique_lock lock(mutex_);
  if (!freed_.wait_for(lock, kPatience, [&] { return reading_threads_ < most_for_threads_; })) {
    throw Busy({.code = base::ErrorCode::kBusy,
                .scope = base::ErrorScope::kRetry,
                .what = "every read connection is in use",
                .hint = "look for slow queries, or raise readers in config/database.yml"});
  }
  ++reading_threads_;
}

void ReaderPool::end_turn() noexcept {
  {
    const std::lock_guard lock(mutex_);
    --reading_threads_;
  }
  freed_.notify_one();
}

void ReaderPool::end_snapshot() noexcept {
  if (!base::in_task()) return;
  if (Snapshot* snapshot = Snapshot::of(*this)) snapshot->end();
}

std::size_t ReaderPool::free_connections() const {
  const std::lock_guard lock(mutex_);
  return free_.size();
}

std::unique_ptr<Connection> ReaderPool::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      auto connection = std::move(free_.back());
      free_.pop_back();
      return connection;
    }
  }
  return opener_();
}

void ReaderPool::give_back(std::unique_ptr<Connection> connection) noexcept {
  if (connection->is_broken()) return;  // closed here, outside of the lock
  const std::lock_guard lock(mutex_);
  free_.push_back(std::move(connection));
}

}  // namespace monolite::db::sqlite
