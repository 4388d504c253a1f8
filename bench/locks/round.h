#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <bench/locks/histogram.h>

#include <monolite/db/sqlite/open.h>

/// Writers that want the same file at the same time: how each way of waiting for the lock serves them.
namespace bench::locks {

enum class Policy {
  kDeferred,     ///< BEGIN, a read, the write: the upgrade of the lock is refused without waiting
  kBusyTimeout,  ///< BEGIN IMMEDIATE, SQLite's own waiting in growing steps, 5000 ms
  kConstant,     ///< BEGIN IMMEDIATE, a busy handler that asks every millisecond, 5000 ms
  kFifo,         ///< our Database in each process: first come, first served between them
  kLaneSingle,   ///< our writer lane, one write per commit
  kLane,         ///< our writer lane as it is: group commit
  kBareGroup,    ///< the same group commit in bare C (bench/rivals/group_commit.c)
};

/// What the program calls them: "deferred", "busy_timeout", "constant", "fifo", "lane_single", "lane", "bare_group".
Policy policy_of(std::string_view name);
std::string_view name_of(Policy policy);
std::vector<std::string> policy_names();

/// Writers of a policy are threads of one process that share one writer, or processes with a connection each.
enum class Workers { kThreads, kProcesses };
Workers workers_of(Policy policy);

inline constexpr int kMostWriters = 256;

struct Round {
  Policy policy = Policy::kLane;
  monolite::db::sqlite::Synchronous synchronous = monolite::db::sqlite::Synchronous::kFull;
  int writers = 1;
  std::chrono::milliseconds duration{1000};
  std::filesystem::path file;  ///< made for the round; its folder exists
};

/// What one worker did. Plain memory: the workers may be processes.
struct Tally {
  std::uint64_t acknowledged = 0;
  std::uint64_t refused = 0;   ///< answered with BUSY, nothing stored
  std::int64_t wal_bytes = 0;  ///< of the log at its end: a writer that closes may copy and cut it
  std::uint64_t ended_ns = 0;  ///< after the start of the round
  Histogram latencies;         ///< of the acknowledged ones
  std::array<char, 240> failure{};
};

/// The tallies of a round together.
struct Result {
  std::uint64_t acknowledged = 0;
  std::uint64_t refused = 0;
  std::uint64_t slowest_worker = 0;  ///< rows of the worker that got the fewest
  std::uint64_t fastest_worker = 0;
  double seconds = 0;  ///< until the last worker ended
  Histogram latencies;
  std::int64_t rows = 0;
  std::int64_t wal_bytes = 0;         ///< of the log at the end, before it was copied and removed
  std::vector<std::string> problems;  ///< why no figure of this round counts; empty = all is right
};

/// The bytes of the log of `file` right now; 0 when there is none.
std::int64_t log_bytes(const std::filesystem::path& file);

/// Lets the writers of a round write single rows without pause, then checks what is stored.
Result run(const Round& round);

}  // namespace bench::locks
