// program <folder> <deed>: does with a database what a program does; then, while it is open, what the deed says. It
// ends with 0 where the watcher lets it.

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <monolite/base/loop.h>
#include <monolite/db/migration.h>
#include <monolite/db/sqlite/open.h>

namespace {

using namespace monolite;
using db::operator""_sql;
using db::operator""_script;

void require(bool fine, const char* what) {
  if (!fine) throw std::runtime_error(what);
}

void open_and_close(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  require(file >= 0, "open");
  close(file);
}

/// What may not be done, and what looks alike but may.
std::map<std::string, std::function<void(const std::string& path)>> deeds() {
  return {
      {"nothing", [](const std::string&) {}},
      {"open", open_and_close},
      {"openat", [](const std::string& path) { close(openat(AT_FDCWD, path.c_str(), O_RDWR | O_CLOEXEC)); }},
      {"creat", [](const std::string& path) { creat((path + "-shm").c_str(), 0600); }},
      {"stream", [](const std::string& path) { const std::ifstream file(path); }},
      {"fopen", [](const std::string& path) { std::fclose(std::fopen((path + "-shm").c_str(), "r")); }},
      {"copy", [](const std::string& path) { std::filesystem::copy_file(path, path + ".copy"); }},
      {"shm", [](const std::string& path) { open_and_close(path + "-shm"); }},
      {"link",
       [](const std::string& path) {
         std::filesystem::create_hard_link(path, path + ".link");
         open_and_close(path + ".link");
       }},
      {"wal_twice",
       [](const std::string& path) {
         open_and_close(path + "-wal");
         open_and_close(path + "-wal");
       }},
      {"wal_once", [](const std::string& path) { open((path + "-wal").c_str(), O_RDONLY | O_CLOEXEC); }},
      {"path_only", [](const std::string& path) { close(open(path.c_str(), O_PATH | O_CLOEXEC)); }},
      {"another_file", [](const std::string& path) { std::ofstream(path + ".txt") << "notes"; }},
  };
}

void write_some(db::Database& database) {
  for (int i = 0; i < 50; ++i) {
    database.write([](db::WriteSession& tx) { tx.exec("INSERT INTO t (bytes) VALUES (zeroblob(5000))"_sql); });
  }
}

void read(db::Database& database) {
  database.read([](db::ReadSession& s) { s.scalar<int>("SELECT count(*) FROM t WHERE length(bytes) > 7"_sql); });
}

void use(db::Database& database, const std::string& backup) {
  const base::SystemClock clock;
  const std::vector<db::Migration> steps{
      {.version = 1,
       .name = "create_t",
       .up = [](db::WriteSession& tx) { tx.run("CREATE TABLE t (id INTEGER PRIMARY KEY, bytes BLOB) STRICT"_script); },
       .down = {}}};
  db::Migrator(database, steps, clock).migrate();
  std::thread writer([&] { write_some(database); });
  std::thread reader([&] { read(database); });
  base::Loop loop;
  loop.spawn(
      [&] {
        read(database);
        write_some(database);
      },
      [&] { loop.stop(); });
  loop.run();
  writer.join();
  reader.join();
  database.status();
  std::filesystem::remove(backup);
  database.back_up(backup, [](const db::BackupProgress&) {});
  require(database.integrity_problems().empty(), "integrity");
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) return 2;
  const std::string path = std::string(argv[1]) + "/watched.sqlite3";
  const std::string deed = argv[2];
  const bool early = deed == "early";
  for (const auto synchronous : {db::sqlite::Synchronous::kNormal, db::sqlite::Synchronous::kFull}) {
    db::sqlite::Options options;
    options.path = path;
    options.create = db::sqlite::CreateFile::kIfMissing;
    options.synchronous = synchronous;
    options.checkpoint_frames = 20;
    const int opened_before = early ? open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
    const auto database = db::sqlite::open(options);
    use(*database, path + ".backup");
    if (early) {
      close(opened_before);
    } else if (deed != "after" && synchronous == db::sqlite::Synchronous::kFull) {
      deeds().at(deed)(path);
    }
    write_some(*database);
  }
  if (deed == "after") open_and_close(path);
  return 0;
} catch (const std::exception& error) {
  std::cerr << "program: " << error.what() << '\n';
  return 1;
}
