#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/base/loop.h>
#include <monolite/db/errors.h>
#include <monolite/db/sqlite/testing/lane_gate.h>
#include <monolite/db/sqlite/testing/temporary_database.h>

namespace monolite::db::sqlite {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::LaneGate;
using testing::TemporaryDatabase;

class Lane : public ::testing::Test {
 protected:
  explicit Lane(const Options& options = {}) : database_(options) {
    database_->write([](WriteSession& tx) {
      tx.run(
          "CREATE TABLE t (id INTEGER PRIMARY KEY NOT NULL, who TEXT) STRICT;"
          "CREATE TABLE child (t_id INTEGER REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED) STRICT"_script);
    });
  }

  static void insert(WriteSession& tx, std::int64_t id) { tx.exec("INSERT INTO t (id) VALUES (?)"_sql, id); }

  std::vector<int> ids() {
    return database_->read([](ReadSession& s) { return s.all<int>("SELECT id FROM t ORDER BY id"_sql); });
  }
  std::int64_t count() {
    return database_->read([](ReadSession& s) { return s.scalar<std::int64_t>("SELECT count(*) FROM t"_sql); });
  }

  /// Runs `works` as tasks on one loop.
  static void run_tasks(base::TaskMode mode, std::vector<std::function<void()>> works) {
    base::Loop loop({.mode = mode});
    auto left = works.size();
    for (auto& work : works) {
      loop.spawn(std::move(work), [&] {
        if (--left == 0) loop.stop();
      });
    }
    loop.run();
  }

  /// Starts a write on a thread of its own behind a closed gate; `then` runs when it has ended.
  template <class F>
  void start(LaneGate& gate, F unit, WriteOptions options = {}) {
    threads_.emplace_back([this, unit, options] {
      try {
        database_->write([&](WriteSession& tx) { unit(tx); }, options);
      } catch (const std::exception& error) {
        const std::lock_guard lock(mutex_);
        errors_.push_back(error.what());
      }
    });
    gate.await_queued(++queued_);
  }

  void finish(LaneGate& gate) {
    gate.open();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
    queued_ = 0;
  }

  TemporaryDatabase database_;
  std::mutex mutex_;
  std::vector<std::string> errors_;
  std::vector<std::thread> threads_;
  std::size_t queued_ = 0;
};

TEST_F(Lane, GivesTheResultOfTheUnit) {
  const auto id = database_->write(
      [](WriteSession& tx) { return tx.insert<std::int64_t>("INSERT INTO t (who) VALUES ('me') RETURNING id"_sql); });
  EXPECT_EQ(id, 1);
}

TEST_F(Lane, AThrowingUnitIsUndoneAndItsExceptionComesOut) {
  EXPECT_THROW(database_->write([](WriteSession& tx) {
    insert(tx, 1);
    throw std::out_of_range("mine");
  }),
               std::out_of_range);
  EXPECT_THAT(ids(), IsEmpty());
  database_->write([](WriteSession& tx) { insert(tx, 2); });
  EXPECT_THAT(ids(), ElementsAre(2));
}

TEST_F(Lane, UnitsOfOneCallShareACommit) {
  std::vector<int> batches;
  const auto subscription =
      database_->batch_committed.listen([&](const BatchCommitted& event) { batches.push_back(event.units); });
  std::int64_t last = 0;
  database_->write_each({[](WriteSession& tx) { insert(tx, 1); }, [](WriteSession& tx) { insert(tx, 2); },
                         [&](WriteSession& tx) { last = tx.scalar<std::int64_t>("SELECT max(id) FROM t"_sql); }});
  EXPECT_THAT(ids(), ElementsAre(1, 2));
  EXPECT_EQ(last, 2);
  EXPECT_THAT(batches, ElementsAre(3));
}

TEST_F(Lane, UnitsOfOneCallFailAlone) {
  std::vector<std::string> effects;
  const auto noted = [&](std::int64_t id, const char* effect) {
    return [&effects, id, effect](WriteSession& tx) {
      insert(tx, id);
      tx.after_commit([&effects, effect] { effects.emplace_back(effect); });
    };
  };
  EXPECT_THROW(database_->write_each({noted(1, "first"),
                                      [](WriteSession& tx) {
                                        insert(tx, 2);
                                        throw std::out_of_range("mine");
                                      },
                                      noted(3, "third"), [](WriteSession&) { throw std::runtime_error("later"); }}),
               std::out_of_range);
  EXPECT_THAT(ids(), ElementsAre(1, 3));
  EXPECT_THAT(effects, ElementsAre("first", "third"));
}

TEST_F(Lane, QueuedUnitsShareACommitInTheirOrder) {
  std::vector<int> batches;
  const auto subscription =
      database_->batch_committed.listen([&](const BatchCommitted& event) { batches.push_back(event.units); });
  std::vector<int> order;
  {
    LaneGate gate(*database_);
    for (int i = 1; i <= 5; ++i) {
      start(gate, [&order, i](WriteSession& tx) {
        insert(tx, i);
        order.push_back(i);
      });
    }
    finish(gate);
  }
  EXPECT_THAT(order, ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(batches, ElementsAre(1, 5));
  EXPECT_THAT(errors_, IsEmpty());
}

TEST_F(Lane, OneThrowingUnitAmongManyRollsBackAlone) {
  std::vector<int> batches;
  const auto subscription =
      database_->batch_committed.listen([&](const BatchCommitted& event) { batches.push_back(event.units); });
  {
    LaneGate gate(*database_);
    for (int i = 1; i <= 5; ++i) {
      start(gate, [i](WriteSession& tx) {
        insert(tx, i);
        if (i == 3) throw std::runtime_error("the third");
      });
    }
    finish(gate);
  }
  EXPECT_THAT(ids(), ElementsAre(1, 2, 4, 5));
  EXPECT_THAT(errors_, ElementsAre("the third"));
  EXPECT_THAT(batches, ElementsAre(1, 4));
}

TEST_F(Lane, ADeferredForeignKeyFailsOnlyItsUnit) {
  {
    LaneGate gate(*database_);
    start(gate, [](WriteSession& tx) { insert(tx, 1); });
    start(gate, [](WriteSession& tx) {
      insert(tx, 2);
      tx.exec("INSERT INTO child VALUES (99)"_sql);
    });
    start(gate, [](WriteSession& tx) {
      tx.exec("INSERT INTO child VALUES (3)"_sql);
      insert(tx, 3);
    });
    finish(gate);
  }
  EXPECT_THAT(ids(), ElementsAre(1, 3));
  EXPECT_THAT(errors_, ElementsAre(HasSubstr("deferred foreign key")));
}

TEST_F(Lane, AUnitThatRollsEverythingBackAsksTheOthersToTryAgain) {
  database_->write([](WriteSession& tx) { insert(tx, 1); });
  {
    LaneGate gate(*database_);
    start(gate, [](WriteSession& tx) { insert(tx, 2); });
    start(gate, [](WriteSession& tx) { tx.exec("INSERT OR ROLLBACK INTO t (id) VALUES (1)"_sql); });
    start(gate, [](WriteSession& tx) { insert(tx, 3); });
    finish(gate);
  }
  EXPECT_THAT(ids(), ElementsAre(1));
  EXPECT_THAT(errors_, ::testing::UnorderedElementsAre(HasSubstr("UNIQUE constraint failed"),
                                                       HasSubstr("another write of the same commit"),
                                                       HasSubstr("another write of the same commit")));
  database_->write([](WriteSession& tx) { insert(tx, 4); });
  EXPECT_THAT(ids(), ElementsAre(1, 4));
}

TEST_F(Lane, AnAloneUnitHasACommitOfItsOwn) {
  std::vector<int> batches;
  const auto subscription =
      database_->batch_committed.listen([&](const BatchCommitted& event) { batches.push_back(event.units); });
  {
    LaneGate gate(*database_);
    start(gate, [](WriteSession& tx) { insert(tx, 1); });
    start(gate, [](WriteSession& tx) { insert(tx, 2); });
    start(gate, [](WriteSession& tx) { insert(tx, 3); }, {.grouping = Grouping::kAlone});
    start(gate, [](WriteSession& tx) { insert(tx, 4); });
    finish(gate);
  }
  EXPECT_THAT(batches, ElementsAre(1, 2, 1, 1));
}

TEST_F(Lane, EffectsRunInOrderAfterTheCommitAndMayUseTheDatabase) {
  std::vector<std::string> seen;
  database_->write([&](WriteSession& tx) {
    insert(tx, 1);
    tx.after_commit([&] { seen.push_back("first sees " + std::to_string(count())); });
    tx.after_commit([&] { database_->write([](WriteSession& inner) { insert(inner, 2); }); });
    tx.after_commit([&] { seen.push_back("last sees " + std::to_string(count())); });
    seen.push_back("unit");
  });
  EXPECT_THAT(seen, ElementsAre("unit", "first sees 1", "last sees 2"));
}

TEST_F(Lane, EffectsOfAFailedUnitAreDropped) {
  bool ran = false;
  EXPECT_ANY_THROW(database_->write([&](WriteSession& tx) {
    tx.after_commit([&] { ran = true; });
    throw std::runtime_error("no");
  }));
  EXPECT_FALSE(ran);
}

TEST_F(Lane, AThrowingEffectStopsNoOtherAndUndoesNothing) {
  bool ran = false;
  EXPECT_THROW(database_->write([&](WriteSession& tx) {
    insert(tx, 1);
    tx.after_commit([] { throw std::out_of_range("effect"); });
    tx.after_commit([&] { ran = true; });
  }),
               std::out_of_range);
  EXPECT_TRUE(ran);
  EXPECT_THAT(ids(), ElementsAre(1));
}

TEST_F(Lane, AUnitCannotCallBackIntoItsDatabase) {
  const auto bug = [&](auto inside) -> std::string {
    try {
      database_->write([&](WriteSession& tx) {
        insert(tx, 1);
        inside();
      });
    } catch (const base::Error& error) {
      EXPECT_EQ(error.scope(), base::ErrorScope::kBug);
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(bug([&] { database_->write([](WriteSession&) {}); }), HasSubstr("a write unit cannot write again"));
  EXPECT_THAT(bug([&] { ids(); }), HasSubstr("a write unit reads through its WriteSession"));
  EXPECT_THAT(ids(), IsEmpty());
}

TEST_F(Lane, AReadClosureCannotWriteOnAnyKindOfTask) {
  const auto attempt = [&] {
    try {
      database_->read([&](ReadSession&) { database_->write([](WriteSession& tx) { insert(tx, 1); }); });
      ADD_FAILURE();
    } catch (const base::Error& error) {
      EXPECT_EQ(error.scope(), base::ErrorScope::kBug);
      EXPECT_THAT(error.what(), HasSubstr("waiting while a statement"));
    }
  };
  attempt();
  run_tasks(base::default_task_mode(), {attempt});
  run_tasks(base::TaskMode::kThread, {attempt});
  EXPECT_EQ(database_->status().queued_writes, 0u);
  database_->write([](WriteSession& tx) { insert(tx, 2); });
  EXPECT_THAT(ids(), ElementsAre(2));
}

TEST_F(Lane, ADeadlineThatPassesInTheQueueIsAnsweredOnTime) {
  bool ran = false;
  LaneGate gate(*database_);
  try {
    database_->write([&](WriteSession&) { ran = true; }, {.timeout = 1ms});
    FAIL();
  } catch (const Busy& error) {
    EXPECT_EQ(error.code(), base::ErrorCode::kBusy);
    EXPECT_EQ(error.scope(), base::ErrorScope::kRetry);
  }
  EXPECT_EQ(database_->status().queued_writes, 0u);  // it left the queue
  gate.open();
  EXPECT_FALSE(ran);
}

TEST_F(Lane, ATaskLeavesTheQueueAtItsDeadlineToo) {
  LaneGate gate(*database_);
  int busy = 0;
  run_tasks(base::default_task_mode(), {[&] {
              try {
                database_->write([](WriteSession&) { ADD_FAILURE(); }, {.timeout = 1ms});
              } catch (const Busy&) {
                ++busy;
              }
            }});
  EXPECT_EQ(busy, 1);
}

class ShortQueue : public Lane {
 protected:
  static Options options() {
    Options options;
    options.max_queued_writes = 2;
    options.max_batch = 2;
    return options;
  }
  ShortQueue() : Lane(options()) {}
};

TEST_F(ShortQueue, MoreThanFitAreAnsweredBusyAtOnce) {
  LaneGate gate(*database_);
  start(gate, [](WriteSession& tx) { insert(tx, 1); });
  start(gate, [](WriteSession& tx) { insert(tx, 2); });
  EXPECT_THROW(database_->write([](WriteSession&) { ADD_FAILURE(); }, {.timeout = 10min}), Busy);
  finish(gate);
  EXPECT_THAT(ids(), ElementsAre(1, 2));
}

TEST_F(ShortQueue, UnitsOfOneCallAreQueuedTogetherOrNotAtAll) {
  const auto unit = [](WriteSession&) { ADD_FAILURE(); };
  EXPECT_THROW(database_->write_each({unit, unit, unit}), Busy);
  EXPECT_THAT(ids(), IsEmpty());
}

class SmallBatches : public Lane {
 protected:
  static Options options() {
    Options options;
    options.max_batch = 3;
    return options;
  }
  SmallBatches() : Lane(options()) {}
};

TEST_F(SmallBatches, ABatchIsNoLargerThanItsLimit) {
  std::vector<int> batches;
  const auto subscription =
      database_->batch_committed.listen([&](const BatchCommitted& event) { batches.push_back(event.units); });
  LaneGate gate(*database_);
  for (int i = 0; i < 7; ++i) start(gate, [i](WriteSession& tx) { insert(tx, i); });
  finish(gate);
  EXPECT_THAT(batches, ElementsAre(1, 3, 3, 1));
}

TEST_F(Lane, ClosingRunsWhatIsQueued) {
  LaneGate gate(*database_);
  start(gate, [](WriteSession& tx) { insert(tx, 1); });
  start(gate, [](WriteSession& tx) { insert(tx, 2); });
  std::thread closer([&] { database_.close(); });
  finish(gate);
  closer.join();
  EXPECT_THAT(errors_, IsEmpty());
  database_.reopen();
  EXPECT_THAT(ids(), ElementsAre(1, 2));
}

/// Every kind of caller at once; each row and each failure is accounted for.
class ManyWriters : public Lane, public ::testing::WithParamInterface<base::TaskMode> {};

TEST_P(ManyWriters, LoseNothingAndStoreNothingTwice) {
  constexpr int kThreads = 6, kLoops = 2, kTasks = 10, kWrites = 40;
  std::atomic<int> stored{0}, refused{0}, largest{0};
  const auto subscription = database_->batch_committed.listen(
      [&](const BatchCommitted& event) { largest = std::max(largest.load(), event.units); });
  const auto writer = [&](int who) {
    for (int i = 0; i < kWrites; ++i) {
      const std::int64_t id = who * 1000 + i;
      try {
        database_->write([&](WriteSession& tx) {
          insert(tx, id);
          if (i % 10 == 7) throw std::runtime_error("every tenth");
        });
        ++stored;
      } catch (const std::runtime_error&) {
        ++refused;
      }
      const auto own = database_->read(
          [&](ReadSession& s) { return s.find<std::int64_t>("SELECT id FROM t WHERE id = ?"_sql, id); });
      EXPECT_EQ(own.has_value(), i % 10 != 7);  // it reads its own write
    }
  };
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) threads.emplace_back(writer, t);
  for (int l = 0; l < kLoops; ++l) {
    threads.emplace_back([&, l] {
      std::vector<std::function<void()>> works;
      for (int t = 0; t < kTasks; ++t) works.emplace_back([&, who = 100 + l * kTasks + t] { writer(who); });
      run_tasks(GetParam(), std::move(works));
    });
  }
  for (auto& thread : threads) thread.join();
  const int writers = kThreads + kLoops * kTasks;
  EXPECT_EQ(stored, writers * kWrites * 9 / 10);
  EXPECT_EQ(refused, writers * kWrites / 10);
  EXPECT_EQ(count(), stored);
  EXPECT_GT(largest, 1);
}

std::vector<base::TaskMode> task_modes() {
  if (base::default_task_mode() == base::TaskMode::kThread) return {base::TaskMode::kThread};  // thread sanitizer
  return {base::TaskMode::kFiber, base::TaskMode::kThread};
}

std::string mode_name(const ::testing::TestParamInfo<base::TaskMode>& info) {
  return info.param == base::TaskMode::kFiber ? "Fibers" : "Threads";
}

INSTANTIATE_TEST_SUITE_P(Modes, ManyWriters, ::testing::ValuesIn(task_modes()), mode_name);

/// One wait that surely happens and is over at once: what it waits for comes when the task is about to wait. A short
/// sleep would not do, as its time may have passed before it begins.
class OneWait : public base::SwitchListener {
 public:
  void wait() {
    base::on_next_switch(*this);
    over_.wait();
  }
  void before_switch(base::Switch /*reason*/) noexcept override { over_.set(); }

 private:
  base::Signal over_;
};

/// Snapshots of tasks and threads.
class Snapshots : public Lane, public ::testing::WithParamInterface<base::TaskMode> {};

TEST_P(Snapshots, ReadsOfATaskAgreeUntilItWaits) {
  run_tasks(GetParam(), {[&] {
              EXPECT_EQ(count(), 0);
              std::thread([&] { database_->write([](WriteSession& tx) { insert(tx, 1); }); }).join();
              EXPECT_EQ(count(), 0);  // the same snapshot
              base::Signal set;
              set.set();
              set.wait();  // no wait was necessary
              EXPECT_EQ(count(), 0);
              OneWait().wait();
              EXPECT_EQ(count(), 1);
            }});
}

TEST_P(Snapshots, ATaskReadsItsOwnWrite) {
  run_tasks(GetParam(), {[&] {
              EXPECT_EQ(count(), 0);
              database_->write([&](WriteSession& tx) {
                insert(tx, 1);
                tx.after_commit([&] { EXPECT_EQ(count(), 1); });
              });
              EXPECT_EQ(count(), 1);
            }});
}

TEST_P(Snapshots, ATaskThatWaitsHoldsNoSnapshot) {
  base::Signal has_read;
  base::Signal release;
  run_tasks(GetParam(), {[&] {
                           EXPECT_EQ(count(), 0);
                           has_read.set();
                           release.wait();
                         },
                         [&] {
                           has_read.wait();  // on threads of their own the tasks have no order
                           EXPECT_EQ(count(), 0);
                           database_->write([](WriteSession& tx) { insert(tx, 1); });
                           // With a reader left on the old snapshot the WAL could not be copied back completely.
                           const auto left = database_->read(
                               [](ReadSession& s) { return s.scalar<std::int64_t>("SELECT count(*) FROM t"_sql); });
                           EXPECT_EQ(left, 1);
                           release.set();
                         }});
}

// Tasks that follow each other in one turn of a loop may share a snapshot; what one of them can know of must be in it.
TEST_P(Snapshots, ATaskSeesWhatWasCommittedWhileTheOneBeforeItRan) {
  run_tasks(GetParam(), {[&] {
              EXPECT_EQ(count(), 0);
              std::thread([&] { database_->write([](WriteSession& tx) { insert(tx, 1); }); }).join();
            }});
  base::Signal first_is_over;
  run_tasks(GetParam(), {[&] {
                           EXPECT_EQ(count(), 1);
                           std::thread([&] { database_->write([](WriteSession& tx) { insert(tx, 2); }); }).join();
                           EXPECT_EQ(count(), 1);
                           first_is_over.set();
                         },
                         [&] {
                           first_is_over.wait();
                           EXPECT_EQ(count(), 2);
                         }});
}

TEST_P(Snapshots, AnotherProcessIsSeenFromTheNextTurnOfTheLoopOn) {
  const auto elsewhere = open({.path = database_.path()});  // as another process would, it tells this one nothing
  run_tasks(GetParam(), {[&] {
              EXPECT_EQ(count(), 0);
              elsewhere->write([](WriteSession& tx) { insert(tx, 1); });
            }});
  run_tasks(GetParam(), {[&] { EXPECT_EQ(count(), 1); }});
}

TEST_F(Lane, ATaskWokenByAnotherThreadSeesWhatThatThreadKnows) {
  const auto elsewhere = open({.path = database_.path()});
  base::Loop loop;
  base::Signal asked;
  base::Signal written;
  std::thread other([&] {
    asked.wait();
    elsewhere->write([](WriteSession& tx) { insert(tx, 1); });
    written.set();
  });
  int left = 2;
  const auto done = [&] {
    if (--left == 0) loop.stop();
  };
  loop.spawn(
      [&] {
        asked.set();
        written.wait();
        EXPECT_EQ(count(), 1);
      },
      done);
  loop.spawn(
      [&] {
        count();
        other.join();  // holds up the loop: the first task becomes ready in the turn of this snapshot
      },
      done);
  loop.run();
}

TEST_P(Snapshots, ATaskMayCloseWhatItReadFrom) {
  run_tasks(GetParam(), {[&] {
                           const auto own = open({.path = database_.path()});
                           own->read([](ReadSession& s) { s.scalar<int>("SELECT count(*) FROM t"_sql); });
                         },
                         [&] { EXPECT_EQ(count(), 0); }});
}

TEST_P(Snapshots, AFailedReadLeavesTheTaskUsable) {
  run_tasks(GetParam(), {[&] {
              EXPECT_THROW(database_->read([](ReadSession&) { throw std::runtime_error("mine"); }), std::runtime_error);
              EXPECT_THROW(database_->read([](ReadSession& s) { s.find<int>("SELECT nothing"_sql); }), base::Error);
              EXPECT_EQ(count(), 0);
            }});
}

INSTANTIATE_TEST_SUITE_P(Modes, Snapshots, ::testing::ValuesIn(task_modes()), mode_name);

TEST_F(Lane, AThreadReadsOneSnapshotPerCall) {
  database_->read([&](ReadSession& s) {
    EXPECT_EQ(s.scalar<int>("SELECT count(*) FROM t"_sql), 0);
    std::thread([&] { database_->write([](WriteSession& tx) { insert(tx, 1); }); }).join();
    EXPECT_EQ(s.scalar<int>("SELECT count(*) FROM t"_sql), 0);
  });
  EXPECT_EQ(count(), 1);
}

// A cursor that outlives its closure would pin its snapshot, and the WAL could never begin anew.
TEST_F(Lane, AStatementThatOutlivesItsClosureIsABugThatPinsNothing) {
  std::unique_ptr<Rows<int>> kept;
  const auto keep = [&](ReadSession& s) {
    kept.reset(new Rows<int>(s.each<int>("SELECT id FROM t"_sql)));
    kept->begin();
  };
  database_->write([](WriteSession& tx) {
    insert(tx, 1);
    insert(tx, 2);
  });
  const auto expect_bug = [&](auto call) {
    try {
      call();
      ADD_FAILURE() << "no error";
    } catch (const base::Error& error) {
      EXPECT_EQ(error.scope(), base::ErrorScope::kBug);
      EXPECT_THAT(error.what(), HasSubstr("SELECT id FROM t"));
    }
    kept.reset();
  };
  expect_bug([&] { database_->read(keep); });
  expect_bug([&] {
    database_->write([&](WriteSession& tx) {
      insert(tx, 3);
      keep(tx);
    });
  });
  EXPECT_THAT(ids(), ElementsAre(1, 2));
  database_->write([](WriteSession& tx) { insert(tx, 4); });
  EXPECT_EQ(count(), 3);
}

TEST_F(Lane, ReadersSeeNoHalfBatch) {
  constexpr int kAccounts = 8, kTransfers = 150, kWriters = 4;
  database_->write([](WriteSession& tx) {
    tx.run("CREATE TABLE accounts (id INTEGER PRIMARY KEY, money INTEGER NOT NULL CHECK (money >= 0)) STRICT"_script);
    for (int i = 0; i < kAccounts; ++i) tx.exec("INSERT INTO accounts VALUES (?, 100)"_sql, i);
  });
  const auto total = [&] {
    return database_->read(
        [](ReadSession& s) { return s.scalar<std::int64_t>("SELECT sum(money) FROM accounts"_sql); });
  };
  std::atomic<bool> done{false};
  std::atomic<int> looks{0};
  const auto subscription = database_->batch_committed.listen([&](const BatchCommitted&) {
    EXPECT_EQ(total(), kAccounts * 100);  // a listener may read: it sees the batch that was just committed
    ++looks;
  });
  std::vector<std::thread> threads;
  for (int r = 0; r < 2; ++r) {
    threads.emplace_back([&] {
      while (!done) EXPECT_EQ(total(), kAccounts * 100);
    });
  }
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      for (int i = 0; i < kTransfers; ++i) {
        try {
          database_->write([&](WriteSession& tx) {
            tx.exec("UPDATE accounts SET money = money + 30 WHERE id = ?"_sql, (w + i) % kAccounts);
            tx.exec("UPDATE accounts SET money = money - 30 WHERE id = ?"_sql, (w + 3 * i + 1) % kAccounts);
          });
        } catch (const ConstraintViolation&) {  // nothing left on the account: the first half is undone too
        }
      }
    });
  }
  for (auto& writer : writers) writer.join();
  done = true;
  for (auto& thread : threads) thread.join();
  EXPECT_GT(looks, 0);
  EXPECT_EQ(total(), kAccounts * 100);
}

TEST_F(Lane, TheWalIsCopiedBackBetweenBatches) {
  constexpr std::int64_t kRowBytes = 4000, kRows = 5000;
  for (int i = 0; i < kRows / 20; ++i) {
    database_->write([&](WriteSession& tx) {
      for (int row = 0; row < 20; ++row) tx.exec("INSERT INTO t (who) VALUES (?)"_sql, std::string(kRowBytes, 'x'));
    });
  }
  EXPECT_LT(database_->status().wal_bytes, kRows * kRowBytes / 2);
  EXPECT_GT(database_->status().bytes, kRows * kRowBytes / 2);
}

}  // namespace
}  // namespace monolite::db::sqlite
