// Throughput of a SQLite database behind the writer lane: group commit at FULL, a lone writer, and point reads.
//   db_bench [folder]      default: the temporary folder

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <bench/disk.h>
#include <fmt/core.h>

#include <monolite/base/loop.h>
#include <monolite/db/sqlite/open.h>

namespace {

using namespace monolite;
using namespace std::chrono_literals;
using db::operator""_sql;
using db::operator""_script;

constexpr auto kRun = 3s;
constexpr int kPosts = 10'000;

struct Post {
  std::int64_t id;
  std::string title;
  std::int64_t likes;
};
BOOST_DESCRIBE_STRUCT(Post, (), (id, title, likes))

double seconds_since(base::Monotonic::time_point begun) {
  return std::chrono::duration<double>(base::Monotonic::now() - begun).count();
}

/// Lets `clients` threads write single rows in a closed loop.
void bench_writes(db::Database& database, int clients) {
  std::atomic<bool> stop{false};
  std::vector<std::vector<float>> latencies(static_cast<std::size_t>(clients));
  std::atomic<std::int64_t> batches{0};
  const auto subscription = database.batch_committed.listen([&](const db::BatchCommitted&) { ++batches; });
  const auto begun = base::Monotonic::now();
  std::vector<std::thread> threads;
  for (auto& own : latencies) {
    threads.emplace_back([&] {
      while (!stop) {
        const auto start = base::Monotonic::now();
        database.write([](db::WriteSession& tx) {
          tx.exec("INSERT INTO events (post_id, body) VALUES (?, ?)"_sql, 7, "a row of a few dozen bytes, as usual");
        });
        own.push_back(static_cast<float>(seconds_since(start) * 1e6));
      }
    });
  }
  std::this_thread::sleep_for(kRun);
  stop = true;
  for (auto& thread : threads) thread.join();
  const double took = seconds_since(begun);
  std::vector<float> all;
  for (const auto& own : latencies) all.insert(all.end(), own.begin(), own.end());
  std::ranges::sort(all);
  const auto at = [&](double share) {
    return all[static_cast<std::size_t>(share * static_cast<double>(all.size() - 1))];
  };
  fmt::print(
      "write, {:>3} threads, FULL   {:>9.0f} /s   p50 {:>6.0f} us  p99 {:>6.0f}  p99.99 {:>6.0f}  batch {:.1f}\n",
      clients, static_cast<double>(all.size()) / took, at(0.5), at(0.99), at(0.9999),
      static_cast<double>(all.size()) / static_cast<double>(batches.load()));
}

/// The same from fibers of one loop.
void bench_tasks(db::Database& database, int clients) {
  base::Loop loop({.mode = base::TaskMode::kFiber});
  std::int64_t writes = 0;
  int left = clients;
  const auto begun = base::Monotonic::now();
  for (int i = 0; i < clients; ++i) {
    loop.spawn(
        [&] {
          while (base::Monotonic::now() - begun < kRun) {
            database.write([](db::WriteSession& tx) {
              tx.exec("INSERT INTO events (post_id, body) VALUES (?, ?)"_sql, 7,
                      "a row of a few dozen bytes, as usual");
            });
            ++writes;
          }
        },
        [&] {
          if (--left == 0) loop.stop();
        });
  }
  loop.run();
  fmt::print("write, {:>3} tasks,   FULL   {:>9.0f} /s\n", clients, static_cast<double>(writes) / seconds_since(begun));
}

void bench_reads(db::Database& database) {
  base::Loop loop({.mode = base::TaskMode::kFiber});
  const auto measure = [&](const char* name, int per_round, const std::function<void(int)>& round) {
    const auto begun = base::Monotonic::now();
    std::int64_t reads = 0;
    for (int i = 0; base::Monotonic::now() - begun < kRun; ++i, reads += per_round) round(i);
    fmt::print("{:<27} {:>9.0f} /s\n", name, static_cast<double>(reads) / seconds_since(begun));
  };
  constexpr auto by_id = "SELECT id, title, likes FROM posts WHERE id = ?"_sql;
  loop.spawn(
      [&] {
        measure("point read, one closure", 1000, [&](int round) {
          database.read([&](db::ReadSession& s) {
            for (int i = 0; i < 1000; ++i) s.find<Post>(by_id, (round * 7919 + i * 31) % kPosts);
          });
        });
        measure("point read, own closures", 1000, [&](int round) {
          for (int i = 0; i < 1000; ++i) {
            database.read([&](db::ReadSession& s) { s.find<Post>(by_id, (round * 7919 + i * 31) % kPosts); });
          }
        });
        measure("rows of 100-row lists", 100, [&](int round) {
          database.read([&](db::ReadSession& s) {
            s.all<Post>("SELECT id, title, likes FROM posts WHERE id >= ? LIMIT 100"_sql, round % (kPosts - 100));
          });
        });
      },
      [&] { loop.stop(); });
  loop.run();
  measure("point read, plain thread", 1,
          [&](int round) { database.read([&](db::ReadSession& s) { s.find<Post>(by_id, (round * 7919) % kPosts); }); });
}

void prepare(db::Database& database) {
  database.write([](db::WriteSession& tx) {
    tx.run(R"(
      CREATE TABLE posts (id INTEGER PRIMARY KEY, title TEXT NOT NULL, likes INTEGER NOT NULL) STRICT;
      CREATE TABLE events (id INTEGER PRIMARY KEY, post_id INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
    )"_script);
    for (int i = 0; i < kPosts; ++i) {
      tx.exec("INSERT INTO posts VALUES (?, 'A title of usual length ' || ?, 3)"_sql, i, i);
    }
  });
}

}  // namespace

int main(int argc, char** argv) {
  const auto folder = std::filesystem::path(argc > 1 ? argv[1] : std::filesystem::temp_directory_path()) / "db_bench";
  std::filesystem::remove_all(folder);
  {
    const auto database =
        db::sqlite::open({.path = (folder / "bench.sqlite3").string(), .create = db::sqlite::CreateFile::kIfMissing});
    prepare(*database);
    fmt::print("{}, {} cores, synchronous=full\n", database->status().engine, std::thread::hardware_concurrency());
    const auto show_sync = [&] {
      fmt::print("bare append and fdatasync      p50 {:>6.0f} us\n", bench::bare_sync_us(folder));
    };
    for (const int clients : {1, 20, 256}) {
      show_sync();
      bench_writes(*database, clients);
    }
    for (const int clients : {20, 256}) {
      show_sync();
      bench_tasks(*database, clients);
    }
    bench_reads(*database);
  }
  std::filesystem::remove_all(folder);
}
