// The other process of the tests in this room:
//   helper sql <database>       runs each line of its input as SQL on a plain connection and answers "ok" or "error N"
//   helper migrate <database>   waits for a line, then opens the database, migrates and says how many steps it ran
//   helper rebuild <database>   makes the table `parents` anew again and again and says "made"; on "stop" in its input
//                               it says "uncommitted" before the COMMIT of the next one and waits for ever
//   helper fifo <database>      on "wait" it takes its turn or gets in line and answers which, on "leave" it ends that
//   helper open <database>      opens it as an unprivileged user and says the error code, or "ok"
//   helper degrade|readonly|immutable <database>
//                               the same to read its table t: says the access and the number of rows
//   helper commit <database>    inserts a row into its table t, says "committed" and waits

#include <atomic>
#include <iostream>
#include <string>
#include <thread>

#include <grp.h>
#include <sqlite3.h>
#include <unistd.h>

#include <monolite/base/error.h>
#include <monolite/db/migration.h>
#include <monolite/db/schema.h>
#include <monolite/db/sqlite/detail/fifo_lock.h>
#include <monolite/db/sqlite/open.h>

namespace {

using namespace monolite;

constexpr int kNobody = 65534;

int serve_sql(const char* path) {
  sqlite3_initialize();
  sqlite3* connection = nullptr;
  if (sqlite3_open_v2(path, &connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr) != SQLITE_OK) return 1;
  for (std::string sql; std::getline(std::cin, sql);) {
    const int result = sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr);
    if (result == SQLITE_OK) {
      std::cout << "ok" << std::endl;
    } else {
      std::cout << "error " << result << std::endl;
    }
  }
  return sqlite3_close(connection) == SQLITE_OK ? 0 : 1;
}

/// Each step fails when it runs twice.
std::vector<db::Migration> migrations() {
  std::vector<db::Migration> all;
  for (int version = 1; version <= 5; ++version) {
    all.push_back({.version = version,
                   .name = "step_" + std::to_string(version),
                   .up =
                       [version](db::WriteSession& tx) {
                         const auto sql = "CREATE TABLE t" + std::to_string(version) + " (id INTEGER) STRICT";
                         tx.exec(db::Sql::audited(sql, "the number comes from the loop above"));
                       },
                   .down = {}});
  }
  return all;
}

int migrate(const char* path) {
  std::string go;
  std::getline(std::cin, go);
  const auto database = db::sqlite::open({.path = path, .create = db::sqlite::CreateFile::kIfMissing});
  const base::SystemClock clock;
  const auto steps = migrations();
  std::cout << db::Migrator(*database, steps, clock).migrate().size() << std::endl;
  return 0;
}

/// Reads its input beside the rebuilds, so that a test can kill it at any moment or at a known one.
int rebuild(const char* path) {
  const auto database = db::sqlite::open({.path = path});
  std::atomic<bool> stop = false;
  std::thread input([&] {
    std::string line;
    std::getline(std::cin, line);
    stop = true;
  });
  for (bool strict = true;; strict = !strict) {
    database->write(
        [&](db::WriteSession& tx) {
          db::Schema(tx).change_table("parents", [&](db::TableChange& t) { strict ? t.strict() : t.not_strict(); });
          if (!stop) return;
          std::cout << "uncommitted" << std::endl;
          pause();
        },
        {.grouping = db::Grouping::kAlone, .foreign_keys = db::ForeignKeys::kCheckedAtEnd});
    std::cout << "made" << std::endl;
  }
}

int take_turns(const char* path) {
  const auto lock = db::sqlite::FifoLock::open(path);
  for (std::string command; std::getline(std::cin, command);) {
    if (command == "leave") {
      lock->leave();
      std::cout << "left" << std::endl;
    } else {
      const auto turn = lock->wait(base::Deadline(base::Monotonic::now()));
      std::cout << (turn == db::sqlite::Turn::kMine ? "mine" : "in line") << std::endl;
    }
  }
  return 0;
}

bool drop_privileges() {
  return geteuid() != 0 || (setgroups(0, nullptr) == 0 && setgid(kNobody) == 0 && setuid(kNobody) == 0);
}

int open_unprivileged(const char* path) {
  if (!drop_privileges()) return 1;
  try {
    db::sqlite::open({.path = path, .create = db::sqlite::CreateFile::kNever});
    std::cout << "ok" << std::endl;
  } catch (const base::Error& error) {
    std::cout << base::name_of(error.code()) << ": " << error.what() << std::endl;
  }
  return 0;
}

int read_unprivileged(const db::sqlite::Options& options) {
  using db::operator""_sql;
  if (!drop_privileges()) return 1;
  try {
    const auto database = db::sqlite::open(options);
    constexpr auto kCount = "SELECT count(*) FROM t"_sql;
    const auto rows = database->read([&](db::ReadSession& session) { return session.scalar<int>(kCount); });
    std::cout << database->boot_report().access << ' ' << rows << std::endl;
  } catch (const base::Error& error) {
    std::cout << base::name_of(error.code()) << ' ' << error.system_code() << ": " << error.hint() << std::endl;
  }
  return 0;
}

int commit_and_wait(const char* path) {
  using db::operator""_sql;
  constexpr auto kInsert = "INSERT INTO t VALUES (1)"_sql;
  const auto database = db::sqlite::open({.path = path});
  database->write([&](db::WriteSession& tx) { tx.exec(kInsert); });
  std::cout << "committed" << std::endl;
  std::string end;
  std::getline(std::cin, end);
  return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  const std::string command = argc == 3 ? argv[1] : "";
  if (command == "sql") return serve_sql(argv[2]);
  if (command == "migrate") return migrate(argv[2]);
  if (command == "rebuild") return rebuild(argv[2]);
  if (command == "fifo") return take_turns(argv[2]);
  if (command == "open") return open_unprivileged(argv[2]);
  if (command == "degrade")
    return read_unprivileged({.path = argv[2], .unwritable = db::sqlite::Unwritable::kReadOnly});
  if (command == "readonly") return read_unprivileged({.path = argv[2], .access = db::sqlite::Access::kReadOnly});
  if (command == "immutable") return read_unprivileged({.path = argv[2], .access = db::sqlite::Access::kImmutable});
  if (command == "commit") return commit_and_wait(argv[2]);
  std::cerr << "usage: helper sql|migrate|rebuild|fifo|open|degrade|readonly|immutable|commit <database>\n";
  return 2;
} catch (const std::exception& error) {
  std::cerr << "helper: " << error.what() << '\n';
  return 1;
}
