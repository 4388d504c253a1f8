// threads <database> <seat>: a plain thread writes rows, as a program of jobs or commands does. Any error ends it.

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <string>
#include <thread>

#include "writer.h"

int main(int argc, char** argv) try {
  if (argc != 3) return 2;
  using namespace monolite;
  const std::int64_t seat = std::stoll(argv[2]);
  const auto database = db::sqlite::open({.path = argv[1]});
  std::atomic<bool> stop{false};
  std::thread listener([&] {
    contention::await_end();
    stop = true;
  });
  while (!stop) contention::write_row(*database, seat);
  listener.join();
  return 0;
} catch (const std::exception& error) {
  std::cerr << "threads: " << error.what() << '\n';
  std::_Exit(1);  // the listener still reads
}
