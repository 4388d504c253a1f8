// tasks <database> <seat>: a task of a loop writes rows, as a server does. Any error ends it.

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>

#include <monolite/base/loop.h>

#include "writer.h"

namespace {

using namespace monolite;

void write_until(const std::atomic<bool>& stop, db::Database& database, std::int64_t seat) noexcept try {
  while (!stop) contention::write_row(database, seat);
} catch (const std::exception& error) {
  std::cerr << "tasks: " << error.what() << '\n';
  std::_Exit(1);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) return 2;
  const std::int64_t seat = std::stoll(argv[2]);
  const auto database = db::sqlite::open({.path = argv[1]});
  std::atomic<bool> stop{false};
  std::thread listener([&] {
    contention::await_end();
    stop = true;
  });
  base::Loop loop;
  loop.spawn([&] { write_until(stop, *database, seat); }, [&] { loop.stop(); });
  loop.run();
  listener.join();
  return 0;
} catch (const std::exception& error) {
  std::cerr << "tasks: " << error.what() << '\n';
  return 1;
}
