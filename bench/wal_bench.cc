// The WAL under a full-speed writer: how long it grows while readers overlap, and what its syncs cost at NORMAL.
//   wal_bench [folder] [seconds per row]      default: the temporary folder, 6 s

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <bench/disk.h>
#include <bench/locks/histogram.h>
#include <fmt/core.h>
#include <sqlite3.h>

#include <monolite/db/sqlite/open.h>

namespace {

namespace fs = std::filesystem;
using namespace monolite;
using namespace std::chrono_literals;
using bench::locks::Histogram;
using db::operator""_sql;
using db::operator""_script;
using db::sqlite::Synchronous;
using Duration = base::Monotonic::duration;

constexpr auto kSnapshot = 60ms;
constexpr int kReaders = 3;
constexpr const char* kBody =
    "a row of a hundred bytes, as an events table has them, which is not long and not short at all";

double ms(Duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

/// The largest `-wal` there was, seen from outside.
class LargestWal {
 public:
  explicit LargestWal(const fs::path& database) : path_(database.string() + "-wal"), thread_([this] { watch(); }) {}
  ~LargestWal() { stop(); }

  double stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
    return static_cast<double>(largest_) / 1e6;
  }

 private:
  void watch() {
    while (!stop_) {
      std::error_code missing;
      const auto size = fs::file_size(path_, missing);
      if (!missing && size > largest_) largest_ = size;
      std::this_thread::sleep_for(2ms);
    }
  }

  const std::string path_;
  std::atomic<bool> stop_{false};
  std::atomic<std::uintmax_t> largest_{0};
  std::thread thread_;
};

/// A row of the first table: one writer in a closed loop, `kReaders` threads whose snapshots overlap.
struct Run {
  Duration seconds;
  std::function<void()> write;                             // one row, committed
  std::function<void(const std::function<void()>&)> read;  // calls what it is given inside of a snapshot
};

void measure(const char* name, const Run& run, const fs::path& database) {
  std::atomic<bool> stop{false};
  std::vector<std::thread> readers;
  std::array<Duration, kReaders> waits{};
  for (auto& longest : waits) {
    readers.emplace_back([&] {
      while (!stop) {
        const auto asked = base::Monotonic::now();
        run.read([&] {
          longest = std::max(longest, base::Monotonic::now() - asked);
          std::this_thread::sleep_for(kSnapshot);
        });
      }
    });
    std::this_thread::sleep_for(kSnapshot / kReaders);
  }
  LargestWal wal(database);
  Histogram latencies;
  const auto begun = base::Monotonic::now();
  auto now = begun;
  while (now - begun < run.seconds) {
    run.write();
    const auto done = base::Monotonic::now();
    latencies.add(static_cast<std::uint64_t>((done - now).count()));
    now = done;
  }
  const double largest = wal.stop();
  stop = true;
  for (auto& reader : readers) reader.join();
  fmt::print(
      "{:<34} {:>8.0f} rows/s  WAL {:>6.0f} MB  write p50 {:>4.0f} us  p99.99 {:>7.0f} us  max {:>6.1f} ms  snapshot "
      "waits {:>5.1f} ms\n",
      name, static_cast<double>(latencies.count()) / std::chrono::duration<double>(now - begun).count(), largest,
      latencies.at_us(0.5), latencies.at_us(0.9999), latencies.most_us() / 1e3,
      ms(*std::max_element(waits.begin(), waits.end())));
}

db::sqlite::Options options_for(const fs::path& file, Synchronous synchronous) {
  db::sqlite::Options options;
  options.path = file.string();
  options.create = db::sqlite::CreateFile::kIfMissing;
  options.synchronous = synchronous;
  return options;
}

void insert(db::Database& database) {
  database.write([](db::WriteSession& tx) { tx.exec("INSERT INTO events (body) VALUES (?)"_sql, kBody); });
}

void make_table(db::Database& database) {
  database.write([](db::WriteSession& tx) {
    tx.run("CREATE TABLE events (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT"_script);
  });
}

void bench_ours(const char* name, const db::sqlite::Options& options, Duration seconds) {
  const auto database = db::sqlite::open(options);
  make_table(*database);
  std::atomic<int> done{0}, failed{0};
  const auto subscription = database->snapshot_barrier_ended.listen(
      [&](const db::SnapshotBarrierEnded& event) { ++(event.done ? done : failed); });
  measure(name,
          {seconds, [&] { insert(*database); },
           [&](const std::function<void()>& hold) {
             database->read([&](db::ReadSession& session) {
               session.find<std::int64_t>("SELECT id FROM events LIMIT 1"_sql);
               hold();
             });
           }},
          options.path);
  fmt::print("{:<34} barriers: {} ended the log, {} gave up\n", "", done.load(), failed.load());
}

/// SQLite by itself: the same writer and readers, checkpoints by SQLite inside of COMMIT.
class Plain {
 public:
  explicit Plain(const fs::path& file) {
    if (sqlite3_open(file.c_str(), &handle_) != SQLITE_OK) std::abort();
    sqlite3_busy_timeout(handle_, 5000);
  }
  ~Plain() { sqlite3_close(handle_); }
  Plain(const Plain&) = delete;
  Plain& operator=(const Plain&) = delete;

  void run(const char* sql) {
    if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fmt::print("{}\n", sqlite3_errmsg(handle_));
  }
  sqlite3* handle() const { return handle_; }

 private:
  sqlite3* handle_ = nullptr;
};

void bench_plain(const char* name, const fs::path& file, const char* synchronous, Duration seconds) {
  sqlite3_initialize();
  Plain writer(file);
  writer.run(fmt::format("PRAGMA journal_mode=wal; PRAGMA synchronous={}; PRAGMA journal_size_limit=67108864; "
                         "CREATE TABLE events (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT",
                         synchronous)
                 .c_str());
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(writer.handle(), "INSERT INTO events (body) VALUES (?)", -1, &insert, nullptr);
  measure(name,
          {seconds,
           [&] {
             sqlite3_bind_text(insert, 1, kBody, -1, nullptr);
             sqlite3_step(insert);
             sqlite3_reset(insert);
           },
           [&](const std::function<void()>& hold) {
             static thread_local std::unique_ptr<Plain> own;
             if (!own) own = std::make_unique<Plain>(file);
             own->run("BEGIN; SELECT id FROM events LIMIT 1");
             hold();
             own->run("COMMIT");
           }},
          file);
  sqlite3_finalize(insert);
}

/// The second table: `clients` threads at NORMAL, each writing at its times, and what the syncer's interval changes.
void bench_syncs(const fs::path& file, std::chrono::milliseconds interval, int per_second, Duration seconds) {
  auto options = options_for(file, Synchronous::kNormal);
  options.wal_sync_interval = interval;
  const auto database = db::sqlite::open(options);
  make_table(*database);
  constexpr int kClients = 20;
  std::vector<Histogram> all(kClients);
  std::vector<std::thread> threads;
  const auto begun = base::Monotonic::now();
  for (auto& own : all) {
    threads.emplace_back([&, index = &own - all.data()] {
      const Duration pace = per_second == 0 ? Duration::zero() : Duration(kClients * std::nano::den / per_second);
      auto due = begun + pace * index / kClients;
      while (base::Monotonic::now() - begun < seconds) {
        if (per_second == 0) due = base::Monotonic::now();
        std::this_thread::sleep_until(due);
        insert(*database);
        own.add(static_cast<std::uint64_t>((base::Monotonic::now() - due).count()));  // also what it was late
        due += pace;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  Histogram sum;
  for (const auto& own : all) sum.merge(own);
  fmt::print("{:<16} sync every {:>2} ms  {:>8.0f} rows/s  p50 {:>5.0f} us  p99 {:>6.0f}  p99.99 {:>6.0f}\n",
             per_second == 0 ? "closed loop" : fmt::format("{}/s", per_second), interval.count(),
             static_cast<double>(sum.count()) / std::chrono::duration<double>(seconds).count(), sum.at_us(0.5),
             sum.at_us(0.99), sum.at_us(0.9999));
}

}  // namespace

int main(int argc, char** argv) try {
  const auto folder = fs::path(argc > 1 ? argv[1] : fs::temp_directory_path()) / "wal_bench";
  const auto seconds = std::chrono::seconds(argc > 2 ? std::atoi(argv[2]) : 6);
  int files = 0;
  const auto next = [&] {
    fs::remove_all(folder);
    fs::create_directories(folder);
    return folder / fmt::format("{}.sqlite3", ++files);
  };
  fs::create_directories(folder);
  fmt::print("SQLite {}, {} cores, bare append and fdatasync {:.0f} us\n", db::sqlite::library_version(),
             std::thread::hardware_concurrency(), bench::bare_sync_us(folder));
  fmt::print("\n{} readers, each snapshot {} ms, overlapping; one writer; {} s a row\n", kReaders,
             std::chrono::milliseconds(kSnapshot).count(), seconds.count());
  bench_plain("SQLite alone, NORMAL", next(), "normal", seconds);
  auto without = options_for(next(), Synchronous::kNormal);
  without.max_wal_bytes = std::int64_t{1} << 50;
  bench_ours("lane without barrier, NORMAL", without, seconds);
  bench_ours("lane, NORMAL", options_for(next(), Synchronous::kNormal), seconds);
  bench_plain("SQLite alone, FULL", next(), "full", seconds);
  bench_ours("lane, FULL", options_for(next(), Synchronous::kFull), seconds);

  fmt::print("\n20 clients at NORMAL, lateness counted\n");
  for (const int per_second : {0, 10'000, 2'000}) {
    for (int round = 0; round < 2; ++round) {
      for (const auto interval : {0ms, 10ms, 2ms}) bench_syncs(next(), interval, per_second, seconds);
    }
  }
  fs::remove_all(folder);
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "wal_bench: {}\n", error.what());
  return 1;
}
