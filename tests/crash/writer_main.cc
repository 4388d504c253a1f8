// writer <database> <batches>: writes rows from several threads and tasks for ever and reports each acknowledged one
// on its output as eight bytes. With batches > 0 it kills itself right after the COMMIT of that many batches, before
// anybody of the batch is answered. It is meant to die by SIGKILL.

#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include <monolite/base/loop.h>
#include <monolite/db/sqlite/open.h>

namespace {

using namespace monolite;
using db::operator""_sql;
using db::operator""_script;

constexpr int kThreads = 4;
constexpr int kTasks = 4;

/// One unit: a row and its two halves, all or nothing.
std::int64_t write_unit(db::Database& database) {
  return database.write([](db::WriteSession& tx) {
    const auto id = tx.insert<std::int64_t>("INSERT INTO units (note) VALUES ('unit') RETURNING id"_sql);
    tx.exec("INSERT INTO halves (unit_id, side) VALUES (?, 'left')"_sql, id);
    tx.exec("INSERT INTO halves (unit_id, side) VALUES (?, 'right')"_sql, id);
    tx.exec("UPDATE totals SET units = units + 1"_sql);
    return id;
  });
}

/// A write of eight bytes to a pipe is atomic, so writers do not mix.
void write_for_ever(db::Database& database) {
  while (true) {
    const std::int64_t id = write_unit(database);
    if (write(STDOUT_FILENO, &id, sizeof id) != sizeof id) std::_Exit(1);
  }
}

void prepare(db::Database& database) {
  database.write([](db::WriteSession& tx) {
    tx.run(R"(
      CREATE TABLE IF NOT EXISTS units (id INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS halves (unit_id INTEGER NOT NULL REFERENCES units (id), side TEXT NOT NULL,
                                         PRIMARY KEY (unit_id, side)) STRICT, WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS totals (id INTEGER PRIMARY KEY, units INTEGER NOT NULL) STRICT;
      INSERT OR IGNORE INTO totals VALUES (1, 0);
    )"_script);
  });
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) return 2;
  const auto database = db::sqlite::open(
      {.path = argv[1], .create = db::sqlite::CreateFile::kIfMissing, .checkpoint_frames = 100});  // many checkpoints
  prepare(*database);

  int left = std::stoi(argv[2]);
  const auto subscription = database->batch_committed.listen([&](const db::BatchCommitted&) {
    if (left > 0 && --left == 0) kill(getpid(), SIGKILL);
  });
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back([&] { write_for_ever(*database); });
  base::Loop loop;
  for (int i = 0; i < kTasks; ++i) loop.spawn([&] { write_for_ever(*database); });
  loop.run();
  return 0;
} catch (const std::exception& error) {
  std::cerr << "writer: " << error.what() << '\n';
  return 1;
}
