// plain <database> <seat>: a foreign program. It knows SQLite and nothing of Monolite: a transaction per row, and a
// busy handler that asks every millisecond. It rests between its rows: a foreign program that does not holds the lock
// nearly all the time, and nobody who asks SQLite has a means against that. Any error ends it.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>

#include <sqlite3.h>
#include <unistd.h>

namespace {

constexpr int kPatienceMs = 60'000;
constexpr auto kRest = std::chrono::milliseconds(10);

int wait_a_moment(void* /*unused*/, int attempts) noexcept {
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return attempts < kPatienceMs ? 1 : 0;
}

bool write_row(sqlite3* connection, const std::string& insert) {
  for (const char* sql : {"BEGIN IMMEDIATE", insert.c_str(), "COMMIT"}) {
    if (sqlite3_exec(connection, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
      std::cerr << "plain: " << sqlite3_errmsg(connection) << '\n';
      return false;
    }
  }
  const std::int64_t id = sqlite3_last_insert_rowid(connection);
  return write(STDOUT_FILENO, &id, sizeof id) == sizeof id;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  sqlite3_initialize();
  sqlite3* connection = nullptr;
  if (sqlite3_open_v2(argv[1], &connection, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK) return 1;
  sqlite3_busy_handler(connection, wait_a_moment, nullptr);
  std::atomic<bool> stop{false};
  std::thread listener([&] {
    for (std::string line; std::getline(std::cin, line);) {
    }
    stop = true;
  });
  const auto insert = "INSERT INTO work (seat) VALUES (" + std::string(argv[2]) + ")";
  bool fine = true;
  while (fine && !stop) {
    fine = write_row(connection, insert);
    std::this_thread::sleep_for(kRest);
  }
  if (!fine) std::_Exit(1);  // the listener still reads
  listener.join();
  return sqlite3_close(connection) == SQLITE_OK ? 0 : 1;
}
