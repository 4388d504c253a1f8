#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <monolite/base/attached.h>
#include <monolite/db/errors.h>
#include <monolite/db/sqlite/detail/errors.h>
#include <monolite/db/sqlite/detail/foreign_keys.h>
#include <monolite/db/sqlite/detail/writer_lane.h>
#include <monolite/db/sqlite/failpoints.h>

namespace monolite::db::sqlite {

struct WriterLane::Unit {
  Unit(base::FunctionRef<void(WriteSession&)> own_work, const WriteOptions& options)
      : work(own_work),
        deadline(base::Deadline::after(options.timeout)),
        grouping(options.grouping),
        foreign_keys(options.foreign_keys) {}

  base::FunctionRef<void(WriteSession&)> work;
  base::Attachments attachments = base::Attachments::here();
  base::Deadline deadline;
  Grouping grouping;
  ForeignKeys foreign_keys;
  std::exception_ptr error;
  WriteSession::AfterCommit after_commit;
  base::Signal done;
};

/// Marks the thread that runs units, so that a call back into the database from inside is recognised.
class WriterLane::UnitScope {
 public:
  explicit UnitScope(WriterLane& lane) noexcept : lane_(lane) {
    lane_.unit_thread_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  }
  ~UnitScope() { lane_.unit_thread_.store(std::thread::id(), std::memory_order_relaxed); }
  UnitScope(const UnitScope&) = delete;
  UnitScope& operator=(const UnitScope&) = delete;

 private:
  WriterLane& lane_;
};

/// Ends a batch with foreign keys enforced, whatever became of it.
class WriterLane::EnforceAgain {
 public:
  explicit EnforceAgain(WriterLane& lane) noexcept : lane_(lane) {}
  ~EnforceAgain() {
    if (lane_.foreign_keys_off_) lane_.enforce_foreign_keys();
  }
  EnforceAgain(const EnforceAgain&) = delete;
  EnforceAgain& operator=(const EnforceAgain&) = delete;

 private:
  WriterLane& lane_;
};

namespace {

[[noreturn]] void throw_queue_full(std::size_t limit) {
  throw Busy({.code = base::ErrorCode::kBusy,
              .scope = base::ErrorScope::kRetry,
              .what = fmt::format("{} writes are waiting already", limit),
              .hint = "writes arrive faster than the disk takes them: try again later"});
}

Busy undone_by_another() {
  return Busy(
      {.code = base::ErrorCode::kBusy,
       .scope = base::ErrorScope::kRetry,
       .what = "another write of the same commit rolled the whole transaction back",
       .hint = "try again; the other write's error names the statement: OR ROLLBACK, RAISE(ROLLBACK), or too long"});
}

Busy too_late(const std::string& holder) {
  return Busy({.code = base::ErrorCode::kBusy,
               .scope = base::ErrorScope::kRetry,
               .what = holder.empty() ? "the write did not begin before its deadline"
                                      : fmt::format("the write did not begin before its deadline: {}", holder),
               .hint = holder.empty()
                           ? "the queue is long, or the lock was held by a process that cannot be seen: try again later"
                           : "end its transaction, or try again later"});
}

ConstraintViolation dangling_reference() {
  return ConstraintViolation({.code = base::ErrorCode::kConflict,
                              .what = "a deferred foreign key is not satisfied at the end of the write",
                              .hint = "insert the referenced row in the same write"},
                             ConstraintKind::kForeignKey, "", {});
}

/// Runs every effect; gives the first exception.
std::exception_ptr run_effects(const WriteSession::AfterCommit& effects) {
  std::exception_ptr first;
  for (const auto& effect : effects) {
    try {
      effect();
    } catch (...) {  // the others have a right to run: thrown by `write`
      if (!first) first = std::current_exception();
    }
  }
  return first;
}

}  // namespace

WriterLane::WriterLane(LaneParts parts, LaneOptions options, const Database& database, Quarantine& quarantine)
    : options_(options),
      database_(database),
      quarantine_(quarantine),
      connection_(std::move(parts.connection)),
      checkpointer_(std::move(parts.checkpointer)),
      turn_(std::move(parts.turn)),
      thread_([this] { serve(); }) {
  report_damage();  // met while it was opened
}

WriterLane::~WriterLane() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    closing_by_ = base::Deadline::after(options_.close_grace);
  }
  wake_.notify_all();
  thread_.join();
  reach(options_.failpoints, "lane.drained");
  checkpointer_->before_close(*connection_);
}

void WriterLane::require_outside_unit(const char* note) const {
  ML_REQUIRE(unit_thread_.load(std::memory_order_relaxed) != std::this_thread::get_id(), note);
}

std::size_t WriterLane::queued() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void WriterLane::write(std::span<const base::FunctionRef<void(WriteSession&)>> works, const WriteOptions& options) {
  ML_REQUIRE(options.foreign_keys == ForeignKeys::kEnforced || options.grouping == Grouping::kAlone,
             "a unit that sees foreign keys differently needs a transaction of its own: .grouping = kAlone");
  base::require_may_wait();  // before a unit can be seen by the lane: it is this call's
  if (works.size() == 1) {   // nearly every call: nothing is allocated for it
    Unit unit(works.front(), options);
    Unit* alone = &unit;
    return complete({&alone, 1});
  }
  std::deque<Unit> units;  // a unit does not move
  for (const auto& work : works) units.emplace_back(work, options);
  std::vector<Unit*> pointers(units.size());
  std::ranges::transform(units, pointers.begin(), [](Unit& unit) { return &unit; });
  complete(pointers);
}

/// Returns when all units have ended, or throws what the first failed with.
void WriterLane::complete(Units units) {
  base::Failpoints* const failpoints = options_.failpoints;  // a lane that is closed may be gone when it has answered
  if (enter_or_enqueue(units) == Entry::kEntered) {
    run_directly(units);
  } else {
    for (Unit* unit : units) {
      await(*unit);
      reach(failpoints, "lane.answered");
    }
  }
  std::exception_ptr first;
  for (const Unit* unit : units) {
    const auto error = unit->error ? unit->error : run_effects(unit->after_commit);
    if (!first) first = error;
  }
  if (first) std::rethrow_exception(std::move(first));
}

/// Makes a lone caller on a plain thread the owner of an idle lane; queues the units in every other case: all of them
/// or, with an exception, none.
WriterLane::Entry WriterLane::enter_or_enqueue(Units units) {
  const bool may_enter = units.size() == 1 && !base::in_task();
  bool idle = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      throw base::Error({.code = base::ErrorCode::kClosed, .what = "the database is closing", .hint = ""});
    }
    idle = queue_.empty() && !active_;
    if (idle && may_enter) {
      active_ = true;
      return Entry::kEntered;
    }
    if (queue_.size() + units.size() > options_.max_queued) throw_queue_full(options_.max_queued);
    queue_.insert(queue_.end(), units.begin(), units.end());
  }
  if (idle) wake_.notify_one();
  return Entry::kQueued;
}

void WriterLane::run_directly(Units units) {
  run(units);
  std::unique_lock lock(mutex_, std::defer_lock);
  end_turn_if_due(lock);
  active_ = false;
  const bool was_idle = !idle_work_at_.has_value();
  idle_work_at_ = checkpointer_->idle_work_at();
  // Under the lock: a stopping lane is gone right after it.
  if (!queue_.empty() || stopping_ || (was_idle && idle_work_at_)) wake_.notify_one();
}

/// Returns when the lane is through with the unit. Throws nothing: the units beside it are still in the lane's hands.
void WriterLane::await(Unit& unit) {
  if (unit.done.wait(unit.deadline)) return;
  if (!withdraw(unit)) unit.done.wait();  // the lane has it and decides: its answer comes
}

/// Takes the unit back and answers it.
bool WriterLane::withdraw(Unit& unit) {
  const std::lock_guard lock(mutex_);
  if (std::erase(queue_, &unit) == 0) return false;
  unit.error = std::make_exception_ptr(too_late(holder_));
  return true;
}

void WriterLane::serve() {
  std::unique_lock lock(mutex_);
  while (await_work(lock)) {
    take_batch();
    active_ = true;
    lock.unlock();
    run(batch_);
    end_turn_if_due(lock);
    active_ = false;
    idle_work_at_ = checkpointer_->idle_work_at();
  }
}

/// True when there may be a batch, false when the lane has ended.
bool WriterLane::await_work(std::unique_lock<std::mutex>& lock) {
  const auto called = [&] { return !active_ && (!queue_.empty() || stopping_ || turn_->is_kept()); };
  while (!called()) {
    const auto idle_work_at = idle_work_at_;  // a direct write moves it while this thread waits
    if (!idle_work_at) {
      wake_.wait(lock, [&] { return called() || idle_work_at_; });
    } else if (!wake_.wait_until(lock, *idle_work_at, called)) {
      work_while_idle(lock);
    }
  }
  return !queue_.empty() || !stopping_;
}

void WriterLane::work_while_idle(std::unique_lock<std::mutex>& lock) {
  if (active_) {  // a direct write: its end sets the time anew
    idle_work_at_.reset();
    return;
  }
  if (!base::Deadline(*idle_work_at_).passed()) return;  // one has moved it
  active_ = true;
  lock.unlock();
  checkpointer_->when_idle(*connection_);
  if (options_.guard) options_.guard->worked(*connection_, checkpointer_->status());
  report_damage();
  lock.lock();
  active_ = false;
  idle_work_at_ = checkpointer_->idle_work_at();
}

/// The lane keeps its turn for units that came while it wrote, which saves a hand-over per commit, but not for longer
/// than its slice when another process waits. Units that its own answers bring are behind those of other processes.
///
/// Leaves `lock` locked, and the turn kept only for units that are queued. When they are withdrawn before the lane's
/// thread takes them, it ends the turn with an empty batch.
void WriterLane::end_turn_if_due(std::unique_lock<std::mutex>& lock) {
  if (!more_came_ || turn_->is_used_up()) turn_->end();
  lock.lock();
  if (!queue_.empty()) return;
  lock.unlock();  // waking the next process is a system call
  turn_->end();
  lock.lock();
}

void WriterLane::take_batch() {
  batch_.clear();
  if (queue_.empty()) return;
  std::size_t size = 1;
  if (queue_.front()->grouping == Grouping::kGrouped) {
    const auto most = std::min(queue_.size(), options_.max_batch);
    while (size < most && queue_[size]->grouping == Grouping::kGrouped) ++size;
  }
  const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(size);
  batch_.assign(queue_.begin(), end);
  queue_.erase(queue_.begin(), end);
}

/// Every unit of the batch gets its answer in here, whatever happens.
void WriterLane::run(Units batch) {
  const base::NoSwitch no_switch;  // a unit that waits would hold the write lock of the whole application
  const EnforceAgain foreign_keys(*this);
  more_came_ = true;
  do {
    batch = reject_late(batch);
    if (batch.empty()) return;
  } while (!begin(batch));
  if (batch.empty()) return;
  run_transaction(batch);
  report_damage();
  more_came_ = queued() != 0;
  answer(batch);
  checkpointer_->after_batch(*connection_);
  if (options_.guard) options_.guard->worked(*connection_, checkpointer_->status());
  report_damage();
}

/// Answers those that nobody waits for any more, and everybody in quarantine. The rest keep their order.
WriterLane::Units WriterLane::reject_late(Units batch) {
  if (options_.guard) {
    if (const auto loss = options_.guard->loss(*connection_)) quarantine_.report(loss);
  }
  const auto quarantine = quarantine_.cause();
  const auto end = std::stable_partition(batch.begin(), batch.end(),
                                         [&](const Unit* unit) { return !quarantine && !is_late(*unit); });
  const Units rejected(end, batch.end());
  for (Unit* unit : rejected) {
    unit->error = quarantine ? copy_of(quarantine) : std::make_exception_ptr(too_late(holder_));
  }
  answer(rejected);
  return {batch.begin(), end};
}

bool WriterLane::is_late(const Unit& unit) const { return unit.deadline.passed() || closing_by_.load().passed(); }

/// True when the batch is over its BEGIN, or answered and empty; false when the lock is held by somebody else.
bool WriterLane::begin(Units& batch) {
  const auto impatient = std::ranges::min_element(batch, {}, [](const Unit* unit) { return unit->deadline.at(); });
  bool begun = true;
  try {
    switch_foreign_keys_for(batch);
    begun = turn_->begin(*connection_, (*impatient)->deadline);
    note_holder(begun ? "" : turn_->holder());  // those whose deadline passed are answered, the others go on trying
  } catch (...) {                               // nobody's write began: this is everybody's answer
    give_up_batch(batch, nullptr, std::current_exception());
    connection_->recover();
    answer(batch);
    batch = {};
  }
  return begun;
}

/// For the answers of those who do not get to write, here and in the queue.
void WriterLane::note_holder(std::string holder) {
  if (holder == holder_) return;  // only the owner of `active_` changes it
  const std::lock_guard lock(mutex_);
  holder_ = std::move(holder);
}

/// Before BEGIN: inside of a transaction SQLite ignores the switch.
void WriterLane::switch_foreign_keys_for(Units batch) {
  if (foreign_keys_off_ || batch.front()->foreign_keys != ForeignKeys::kCheckedAtEnd) return;
  foreign_keys_off_ = true;  // first: what fails half way is put right as well
  set_foreign_keys(*connection_, Enforcement::kOff);
}

void WriterLane::enforce_foreign_keys() noexcept {
  try {
    set_foreign_keys(*connection_, Enforcement::kOn);
    foreign_keys_off_ = false;
  } catch (...) {  // a write without foreign keys would store what nobody can trust: this is the answer to all others
    quarantine_.report(std::current_exception());
  }
}

void WriterLane::run_transaction(Units units) {
  const auto begun = base::Monotonic::now();
  const Unit* at = nullptr;
  try {
    reach(options_.failpoints, "lane.begun");
    run_units(units, at);
    if (!connection_->in_transaction()) return;  // the only unit failed and was rolled back
    reach(options_.failpoints, "lane.committing");
    connection_->control(Control::kCommit);
    reach(options_.failpoints, "lane.committed");
    commits_.fetch_add(1, std::memory_order_release);
  } catch (...) {  // nothing of this batch is stored; becomes everybody's answer
    const auto cause = connection_->poison() ? connection_->poison() : std::current_exception();
    connection_->recover();
    give_up_batch(units, at, cause);
    return;
  }
  const auto failed = std::ranges::count_if(units, [](const Unit* unit) { return unit->error != nullptr; });
  const int stored = static_cast<int>(units.size()) - static_cast<int>(failed);
  database_.batch_committed.emit({stored, base::Monotonic::now() - begun});
}

/// Throws when the transaction is lost, with `at` on the unit during which that happened.
void WriterLane::run_units(Units units, const Unit*& at) {
  const UnitScope scope(*this);
  if (units.size() == 1) {  // no savepoint: what fails here is undone with the transaction
    at = units.front();
    run_work(*units.front());
    reach(options_.failpoints, "lane.unit_ran");
    if (units.front()->error) connection_->recover();
    at = nullptr;
    return;
  }
  for (Unit* unit : units) {
    at = unit;
    run_in_savepoint(*unit);
  }
  at = nullptr;
}

void WriterLane::run_in_savepoint(Unit& unit) {
  connection_->control(Control::kSavepoint);
  run_work(unit);
  reach(options_.failpoints, "lane.unit_ran");
  if (unit.error) {
    connection_->control(Control::kRollbackTo);
    reach(options_.failpoints, "lane.unit_undone");
  }
  connection_->control(Control::kRelease);
  reach(options_.failpoints, "lane.unit_kept");
}

/// Leaves the unit's own failure in `unit.error`; throws when the transaction or the database is lost.
void WriterLane::run_work(Unit& unit) {
  try {
    call_work(unit);
    connection_->require_no_open_statement();
    if (connection_->has_unresolved_foreign_keys()) unit.error = std::make_exception_ptr(dangling_reference());
  } catch (...) {  // this unit's own answer
    unit.error = std::current_exception();
  }
  // Asked here and not of the exception: the unit may have caught it.
  if (connection_->corruption()) std::rethrow_exception(connection_->corruption());
  if (connection_->poison()) std::rethrow_exception(connection_->poison());
}

/// On behalf of the task that wrote: what is attached there is found here, and told of a slow unit.
void WriterLane::call_work(Unit& unit) {
  const base::AdoptAttachments adopted(unit.attachments);
  const auto begun = base::coarse_now();
  const bool limited = options_.unit_timeout.count() > 0 && unit.grouping == Grouping::kGrouped;
  connection_->watch().stop_unit_at(limited ? begun + options_.unit_timeout : base::Monotonic::time_point::max());
  struct Tell {
    ~Tell() {
      const auto took = base::coarse_now() - begun;
      lane.connection_->watch().stop_unit_at(base::Monotonic::time_point::max());
      if (lane.options_.slow_unit.count() == 0 || took < lane.options_.slow_unit) return;
      lane.database_.slow_unit.emit({std::chrono::duration_cast<std::chrono::milliseconds>(took)});
    }
    const WriterLane& lane;
    base::Monotonic::time_point begun;
  } const tell{*this, begun};
  WriteSession session(*connection_, unit.after_commit);
  if (unit.foreign_keys == ForeignKeys::kDeferred) connection_->pragma("PRAGMA defer_foreign_keys=on");
  unit.work(session);
  if (unit.foreign_keys == ForeignKeys::kCheckedAtEnd) require_no_dangling_rows(session);
}

/// What spoils the disk or the file concerns everybody. What a single unit did (OR ROLLBACK, unit_timeout) is its own
/// answer; the others may try again.
void WriterLane::give_up_batch(Units units, const Unit* culprit, const std::exception_ptr& cause) {
  const bool is_own_fault = culprit && (is_constraint(cause) || is_interrupted(cause));
  for (Unit* unit : units) {
    unit->error = is_own_fault && unit != culprit ? std::make_exception_ptr(undone_by_another()) : copy_of(cause);
  }
}

void WriterLane::answer(Units units) {
  signals_.clear();
  for (Unit* unit : units) signals_.push_back(&unit->done);
  base::set_all(signals_);  // from here on the units belong to their callers
}

void WriterLane::report_damage() {
  if (connection_->corruption()) [[unlikely]]
    quarantine_.report(connection_->corruption());
}

}  // namespace monolite::db::sqlite
