// Random units from several threads and tasks against a model: what was acknowledged is there, what was refused is not,
// nobody fails for a fault of somebody else except where the whole transaction was lost, and order is kept.

#include <algorithm>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/base/loop.h>
#include <monolite/base/rng.h>
#include <monolite/db/errors.h>
#include <monolite/db/sqlite/fault_vfs.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db::sqlite {
namespace {

using ::testing::IsEmpty;
using testing::TemporaryDatabase;

enum class Step {
  kInsert,
  kKeptSavepoint,
  kUndoneSavepoint,
  kNestedSavepoints,
  kCaughtViolation,
  kRepairedReference,
  // From here on the unit must be refused.
  kThrow,
  kViolation,
  kDanglingReference,
  kRollback,        // OR ROLLBACK: takes the transaction of everybody along
  kCaughtRollback,  // and the unit goes on as if nothing had happened
};

bool dooms(Step step) { return step >= Step::kThrow; }

/// A unit of work: what it does, and the rows that are there when it was acknowledged.
struct Plan {
  std::int64_t first_id;
  std::vector<Step> steps;

  bool is_doomed() const { return std::ranges::any_of(steps, dooms); }
};

/// What became of a unit.
struct Outcome {
  std::vector<std::int64_t> rows;  // that it leaves when acknowledged
  bool doomed = false;
  int effects = 0;  // after_commit effects that ran
  bool acknowledged = false;
  std::string refusal = {};
  base::ErrorCode code = {};
};

struct OwnFailure : std::runtime_error {
  OwnFailure() : std::runtime_error("the unit failed by itself") {}
};

/// Runs a plan inside of a unit and notes the rows that it means to leave.
class Performance {
 public:
  Performance(WriteSession& tx, const Plan& plan, std::vector<std::int64_t>& rows)
      : tx_(tx), next_id_(plan.first_id), rows_(rows) {
    for (const Step step : plan.steps) perform(step);
  }

 private:
  void perform(Step step) {
    switch (step) {
      case Step::kInsert:
        return keep(insert());
      case Step::kKeptSavepoint:
        return tx_.savepoint([&] { keep(insert()); });
      case Step::kUndoneSavepoint:
        return undone([&] { insert(); });
      case Step::kNestedSavepoints:
        return tx_.savepoint([&] {
          keep(insert());
          undone([&] {
            insert();
            tx_.savepoint([&] { insert(); });
          });
        });
      case Step::kCaughtViolation:
        return violate_caught("INSERT INTO t (id) VALUES (0)"_sql);
      case Step::kRepairedReference: {
        const auto id = next_id_;
        tx_.exec("INSERT INTO child VALUES (?)"_sql, id);
        return keep(insert());
      }
      case Step::kThrow:
        insert();
        throw OwnFailure();
      case Step::kViolation:
        insert();
        tx_.exec("INSERT INTO t (id) VALUES (0)"_sql);
        return;
      case Step::kDanglingReference:
        tx_.exec("INSERT INTO child VALUES (-1)"_sql);
        return;
      case Step::kRollback:
        insert();
        tx_.exec("INSERT OR ROLLBACK INTO t (id) VALUES (0)"_sql);
        return;
      case Step::kCaughtRollback:
        insert();
        return violate_caught("INSERT OR ROLLBACK INTO t (id) VALUES (0)"_sql);
    }
  }

  std::int64_t insert() {
    tx_.exec("INSERT INTO t (id, position) SELECT ?, coalesce(max(position), 0) + 1 FROM t"_sql, next_id_);
    return next_id_++;
  }

  void keep(std::int64_t id) { rows_.push_back(id); }

  void undone(const std::function<void()>& change) {
    try {
      tx_.savepoint([&] {
        change();
        throw OwnFailure();
      });
    } catch (const OwnFailure&) {  // as planned
    }
  }

  void violate_caught(const Sql& sql) {
    try {
      tx_.exec(sql);
    } catch (const ConstraintViolation&) {  // as planned
    }
  }

  WriteSession& tx_;
  std::int64_t next_id_;
  std::vector<std::int64_t>& rows_;
};

enum class Disk { kGood, kFillsUp };

class Schedule {
 public:
  Schedule(std::uint64_t seed, Disk disk) : seed_(seed), disk_(disk), database_(options()) {
    database_->write([](WriteSession& tx) {
      tx.run(R"sql(
        CREATE TABLE t (id INTEGER PRIMARY KEY NOT NULL, position INTEGER) STRICT;
        CREATE TABLE child (t_id INTEGER REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED) STRICT;
        INSERT INTO t (id) VALUES (0);
      )sql"_script);
    });
  }

  void run() {
    constexpr int kWriters = 3;
    std::vector<std::thread> threads;
    for (int writer = 0; writer < kWriters; ++writer) threads.emplace_back([this, writer] { act(writer); });
    base::Loop loop;
    int left = kWriters;
    for (int writer = 0; writer < kWriters; ++writer) {
      loop.spawn([this, writer] { act(kWriters + writer); },
                 [&] {
                   if (--left == 0) loop.stop();
                 });
    }
    loop.run();
    for (auto& thread : threads) thread.join();
    vfs_.heal();
  }

  void check() {
    check_outcomes();
    check_rows();
    EXPECT_THAT(database_->integrity_problems(), IsEmpty());
    database_.reopen();
    check_rows();
  }

 private:
  Options options() const {
    Options options;
    options.vfs = vfs_.name();
    options.writer_cache_kib = 64;
    options.checkpoint_frames = 20;
    return options;
  }

  /// One writer: a stream of single units and pairs, now and then with a disk that fills up.
  void act(int writer) {
    constexpr int kCalls = 25;
    base::SeededRng rng(seed_ * 64 + static_cast<std::uint64_t>(writer));
    std::vector<std::vector<Outcome>> own;
    for (int call = 0; call < kCalls; ++call) {
      if (disk_ == Disk::kFillsUp) disturb(rng);
      const std::int64_t first_id = 1 + (std::int64_t{writer} * kCalls + call) * 200;
      std::vector<Plan> plans{plan(rng, first_id)};
      if (rng.between(0, 3) == 0) plans.push_back(plan(rng, first_id + 100));
      own.push_back(perform(plans));
    }
    const std::lock_guard lock(mutex_);
    for (auto& call : own) calls_.push_back(std::move(call));
  }

  void disturb(base::Rng& rng) {
    switch (rng.between(0, 7)) {
      case 0:
        return vfs_.fail({.operation = FaultVfs::Operation::kWrite,
                          .fault = FaultVfs::Fault::kNoSpace,
                          .file = "-wal",
                          .after = static_cast<std::uint64_t>(rng.between(0, 5)),
                          .times = 3});
      case 1:
        return vfs_.fail({.operation = FaultVfs::Operation::kSync, .file = "-wal", .times = 1});
      default:
        return;
    }
  }

  static Plan plan(base::Rng& rng, std::int64_t first_id) {
    Plan plan{.first_id = first_id, .steps = {}};
    const auto steps = rng.between(1, 6);
    for (int i = 0; i < steps; ++i) plan.steps.push_back(step(rng));
    return plan;
  }

  static Step step(base::Rng& rng) {
    const bool harmless = rng.between(0, 9) < 9;
    return static_cast<Step>(
        harmless ? rng.between(0, static_cast<int>(Step::kThrow) - 1)
                 : rng.between(static_cast<int>(Step::kThrow), static_cast<int>(Step::kCaughtRollback)));
  }

  std::vector<Outcome> perform(const std::vector<Plan>& plans) {
    std::vector<Outcome> outcomes(plans.size());
    const auto unit = [&](std::size_t i) {
      return [&, i](WriteSession& tx) {
        outcomes[i].doomed = plans[i].is_doomed();
        tx.after_commit([&, i] { ++outcomes[i].effects; });
        Performance(tx, plans[i], outcomes[i].rows);
      };
    };
    const auto first = unit(0);
    const auto second = unit(1);
    try {
      plans.size() == 1 ? database_->write(first) : database_->write_each({first, second});
      for (auto& outcome : outcomes) outcome.acknowledged = true;
    } catch (const base::Error& error) {
      note(outcomes, error.what(), error.code());
    } catch (const OwnFailure& error) {
      note(outcomes, error.what(), base::ErrorCode::kInvalid);
    }
    return outcomes;
  }

  /// One exception came out of the call: it is that of the first unit without an effect; the effects tell of the rest.
  static void note(std::vector<Outcome>& outcomes, const std::string& refusal, base::ErrorCode code) {
    for (auto& outcome : outcomes) {
      outcome.acknowledged = outcome.effects > 0;
      if (!outcome.acknowledged) {
        outcome.refusal = refusal;
        outcome.code = code;
      }
    }
  }

  void check_outcomes() {
    for (const auto& call : calls_) {
      for (const auto& outcome : call) {
        EXPECT_EQ(outcome.effects, outcome.acknowledged ? 1 : 0);
        EXPECT_FALSE(outcome.doomed && outcome.acknowledged);
      }
      // The exception of a call is that of its first unit which was refused.
      const auto refused = std::ranges::find(call, false, &Outcome::acknowledged);
      if (refused == call.end() || refused->doomed) continue;
      EXPECT_TRUE(may_hit_anybody(refused->code)) << refused->refusal;
    }
  }

  /// A healthy unit is refused only when the whole transaction was lost: by somebody's rollback, or by the disk.
  bool may_hit_anybody(base::ErrorCode code) const {
    if (code == base::ErrorCode::kBusy) return true;
    return disk_ == Disk::kFillsUp && (code == base::ErrorCode::kFull || code == base::ErrorCode::kIo);
  }

  void check_rows() {
    std::vector<std::int64_t> expected{0};
    for (const auto& call : calls_) {
      for (const auto& outcome : call) {
        if (outcome.acknowledged) expected.insert(expected.end(), outcome.rows.begin(), outcome.rows.end());
      }
    }
    std::ranges::sort(expected);
    const auto stored =
        database_->read([](ReadSession& s) { return s.all<std::int64_t>("SELECT id FROM t ORDER BY id"_sql); });
    EXPECT_EQ(stored, expected);
    // Ids of one writer ascend in the order of its calls; so must the positions, which the units gave in turn.
    const auto misplaced = database_->read([](ReadSession& s) {
      return s.all<std::int64_t>(
          "SELECT a.id FROM t a JOIN t b ON b.id > a.id AND (b.id - 1) / 5000 = (a.id - 1) / 5000 "
          "WHERE a.position >= b.position"_sql);
    });
    EXPECT_THAT(misplaced, IsEmpty());
  }

  const std::uint64_t seed_;
  const Disk disk_;
  FaultVfs vfs_{"property"};
  TemporaryDatabase database_;
  std::mutex mutex_;
  std::vector<std::vector<Outcome>> calls_;
};

class RandomUnits : public ::testing::TestWithParam<Disk> {};

TEST_P(RandomUnits, AgreeWithTheModel) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Schedule schedule(seed, GetParam());
    schedule.run();
    schedule.check();
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(OnADisk, RandomUnits, ::testing::Values(Disk::kGood, Disk::kFillsUp),
                         [](const auto& disk) { return disk.param == Disk::kGood ? "Good" : "ThatFillsUp"; });

}  // namespace
}  // namespace monolite::db::sqlite
