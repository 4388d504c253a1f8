// writer <folder> [<failpoint> <seed>]: uses <folder>/crash.sqlite3 in every way, over and over: opens it, migrates,
// writes from threads and tasks, backs it up, undoes the last migration, closes. Reports on its output, eight bytes
// each: the id of an acknowledged unit, and minus the number of a backup that ended.
//
// With a failpoint it kills itself there: with seed 0 when it gets there first, else after one whole cycle, at a random
// one of the times that a cycle gets there. Without one it is meant to be killed. It ends with 3 when it went through
// many cycles and never reached the failpoint.

#include <array>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include <monolite/base/failpoint.h>
#include <monolite/base/loop.h>
#include <monolite/base/rng.h>
#include <monolite/db/migration.h>
#include <monolite/db/sqlite/open.h>

namespace {

using namespace monolite;
using db::operator""_sql;
using db::operator""_script;

constexpr int kThreads = 3;
constexpr int kTasks = 3;
constexpr int kUnitsPerWriter = 12;
constexpr int kCycles = 50;

constexpr int kNeverReached = 3;

struct Refused : std::runtime_error {
  Refused() : std::runtime_error("this unit is meant to be undone") {}
};

/// A write of eight bytes to a pipe is atomic, so writers do not mix.
void report(std::int64_t number) {
  if (write(STDOUT_FILENO, &number, sizeof number) != sizeof number) std::_Exit(1);
}

/// One unit: a row and its two halves, all or nothing.
std::int64_t insert_unit(db::WriteSession& tx, const char* note) {
  const auto id = tx.insert<std::int64_t>("INSERT INTO units (note) VALUES (?) RETURNING id"_sql, note);
  tx.exec("INSERT INTO halves (unit_id, side) VALUES (?, 'left')"_sql, id);
  tx.exec("INSERT INTO halves (unit_id, side) VALUES (?, 'right')"_sql, id);
  tx.exec("UPDATE totals SET units = units + 1"_sql);
  return id;
}

void insert_refused(db::WriteSession& tx) {
  insert_unit(tx, "refused");
  throw Refused();
}

/// A unit that undoes a part of itself.
std::int64_t insert_with_savepoint(db::WriteSession& tx) {
  try {
    tx.savepoint([&] { insert_refused(tx); });
  } catch (const Refused&) {  // the part was undone, the rest stays
  }
  return insert_unit(tx, "kept");
}

/// Two that share a commit, one of which fails.
std::int64_t write_beside_refused(db::Database& database) {
  std::int64_t id = 0;
  try {
    database.write_each({[](db::WriteSession& tx) { insert_refused(tx); },
                         [&](db::WriteSession& tx) { id = insert_unit(tx, "beside"); }});
  } catch (const Refused&) {  // as it should
  }
  return id;
}

void write_some(db::Database& database) {
  for (int i = 0; i < kUnitsPerWriter; i += 3) {
    report(database.write([](db::WriteSession& tx) { return insert_unit(tx, "plain"); }));
    report(database.write([](db::WriteSession& tx) { return insert_with_savepoint(tx); }));
    report(write_beside_refused(database));
  }
}

std::vector<db::Migration> migrations() {
  return {{.version = 1,
           .name = "create_units",
           .up =
               [](db::WriteSession& tx) {
                 tx.run(R"(
                   CREATE TABLE units (id INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT;
                   CREATE TABLE halves (unit_id INTEGER NOT NULL REFERENCES units (id), side TEXT NOT NULL,
                                        PRIMARY KEY (unit_id, side)) STRICT, WITHOUT ROWID;
                   CREATE TABLE totals (id INTEGER PRIMARY KEY, units INTEGER NOT NULL) STRICT;
                   INSERT INTO totals VALUES (1, 0);
                 )"_script);
               },
           .down = {}},
          {.version = 2,
           .name = "add_extras",
           .up =
               [](db::WriteSession& tx) {
                 tx.run(R"(
                   CREATE TABLE extras (id INTEGER PRIMARY KEY, unit_id INTEGER REFERENCES units (id)) STRICT;
                   INSERT INTO extras (unit_id) SELECT id FROM units LIMIT 50;
                 )"_script);
               },
           .down = [](db::WriteSession& tx) { tx.run("DROP TABLE extras"_script); }}};
}

class Program {
 public:
  explicit Program(std::string folder) : folder_(std::move(folder)) {}

  base::Failpoints& failpoints() noexcept { return failpoints_; }

  void cycle() {
    const auto database = db::sqlite::open({.path = folder_ + "/crash.sqlite3",
                                            .create = db::sqlite::CreateFile::kIfMissing,
                                            .checkpoint_frames = 60,
                                            .failpoints = &failpoints_});
    const base::SystemClock clock;
    const auto steps = migrations();
    db::Migrator migrator(*database, steps, clock, &failpoints_);
    migrator.migrate();
    write_and_back_up(*database);
    migrator.rollback(1);
  }

 private:
  void write_and_back_up(db::Database& database) {
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) threads.emplace_back([&] { write_some(database); });
    threads.emplace_back([&] { write_on_tasks(database); });
    back_up(database);
    for (auto& thread : threads) thread.join();
  }

  static void write_on_tasks(db::Database& database) {
    base::Loop loop;
    int running = kTasks;
    for (int i = 0; i < kTasks; ++i) {
      loop.spawn([&] { write_some(database); },
                 [&] {
                   if (--running == 0) loop.stop();
                 });
    }
    loop.run();
  }

  void back_up(db::Database& database) {
    const auto path = [&] { return folder_ + "/backup-" + std::to_string(backup_); };
    do {
      ++backup_;
    } while (std::filesystem::exists(path()));
    database.back_up(path(), [](const db::BackupProgress&) {});
    report(-backup_);
  }

  const std::string folder_;
  base::Failpoints failpoints_;
  std::int64_t backup_ = 0;
};

void die(const base::Failpoint& /*at*/) { kill(getpid(), SIGKILL); }

/// Which time to die at, counted from now. A random one of a cycle's.
std::uint64_t choose(Program& program, const std::string& failpoint, std::uint64_t seed) {
  if (seed == 0) return 1;
  const auto before = program.failpoints().reached(failpoint);
  program.cycle();
  const auto per_cycle = program.failpoints().reached(failpoint) - before;
  return 1 + base::SeededRng(seed).next() % (per_cycle + 1);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2 && argc != 4) return 2;
  Program program(argv[1]);
  if (argc == 4) {
    const auto nth = choose(program, argv[2], std::stoull(argv[3]));
    program.failpoints().arm(argv[2], nth, die);
  }
  for (int i = 0; argc == 2 || i < kCycles; ++i) program.cycle();
  return kNeverReached;
} catch (const std::exception& error) {
  std::cerr << "writer: " << error.what() << '\n';
  return 1;
}
