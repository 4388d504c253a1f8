#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

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

void run(Connection& connection, base::FunctionRef<void(ReadSession&)> reads) {
  const base::NoSwitch no_switch;
  ReadSession session(connection);
  reads(session);
}

}  // namespace

/// A connection inside of a read transaction, given back at the end of the scope.
class ReaderPool::Borrowed {
 public:
  explicit Borrowed(ReaderPool& pool) : pool_(pool), connection_(pool.take()) {
    try {
      transaction_.emplace(*connection_);
    } catch (...) {  // no destructor runs after this
      pool_.give_back(std::move(connection_));
      throw;
    }
  }
  ~Borrowed() {
    transaction_.reset();
    pool_.give_back(std::move(connection_));
  }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;

  Connection& connection() noexcept { return *connection_; }

 private:
  ReaderPool& pool_;
  std::unique_ptr<Connection> connection_;
  std::optional<ReadTransaction> transaction_;
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

  void before_switch() noexcept override { delete this; }

  /// Gives the connection back; the listener itself stays registered until the switch.
  void end() noexcept { borrowed_.reset(); }

  /// The connection of the last read, or a new one.
  Connection& connection() {
    if (!borrowed_) borrowed_.emplace(pool_);
    return borrowed_->connection();
  }

  static Snapshot* of(const ReaderPool& pool) noexcept {
    const auto found = std::ranges::find_if(open_, [&](const Snapshot* s) { return &s->pool_ == &pool; });
    return found == open_.end() ? nullptr : *found;
  }

 private:
  // What the task that runs right now has open; emptied before any other task can run on this thread.
  static inline thread_local std::vector<Snapshot*> open_;

  ReaderPool& pool_;
  std::optional<Borrowed> borrowed_;
};

ReaderPool::ReaderPool(Opener opener, std::size_t most_for_threads)
    : opener_(std::move(opener)), most_for_threads_(most_for_threads) {}

ReaderPool::~ReaderPool() = default;

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
  run(snapshot->connection(), reads);
}

void ReaderPool::read_on_thread(base::FunctionRef<void(ReadSession&)> reads) {
  await_turn();
  struct EndTurn {
    ~EndTurn() { pool.end_turn(); }
    ReaderPool& pool;
  } const end_turn{*this};
  Borrowed borrowed(*this);
  run(borrowed.connection(), reads);
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
