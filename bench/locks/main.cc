// The program behind `bin/bench locks`: runs one round of writers, or the reads, and prints a line of JSON.
// What the rounds mean: bench/README.md.

#include <cstdio>
#include <exception>
#include <functional>
#include <map>
#include <thread>

#include <CLI/CLI.hpp>
#include <bench/disk.h>
#include <bench/locks/reads.h>
#include <bench/locks/round.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <monolite/base/error.h>

namespace {

using namespace bench::locks;
namespace json = boost::json;
using monolite::db::sqlite::Synchronous;

const std::map<std::string, Synchronous> kSynchronous{{"normal", Synchronous::kNormal}, {"full", Synchronous::kFull}};

struct Options {
  std::string policy;
  std::string synchronous = "full";
  int writers = 1;
  double seconds = 1;
  std::filesystem::path folder;
  bool reads = false;
  std::string profile;
  std::string side = "ours";
  int times = 10'000;
};

std::chrono::milliseconds duration_of(const Options& options) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(options.seconds * 1000));
}

json::array texts(const std::vector<std::string>& problems) {
  json::array array;
  for (const auto& problem : problems) array.emplace_back(problem);
  return array;
}

json::object write_round(const Options& options) {
  const Round round{.policy = policy_of(options.policy),
                    .synchronous = kSynchronous.at(options.synchronous),
                    .writers = options.writers,
                    .duration = duration_of(options),
                    .file = options.folder / "rows.sqlite3"};
  const double sync_us = bench::bare_sync_us(options.folder);
  const Result result = run(round);
  const auto& latencies = result.latencies;
  return {{"policy", options.policy},
          {"synchronous", options.synchronous},
          {"writers", options.writers},
          {"workers", workers_of(round.policy) == Workers::kThreads ? "threads" : "processes"},
          {"seconds", result.seconds},
          {"acknowledged", result.acknowledged},
          {"errors", result.refused},
          {"per_second", result.seconds > 0 ? static_cast<double>(result.acknowledged) / result.seconds : 0},
          {"p50_us", latencies.at_us(0.5)},
          {"p99_us", latencies.at_us(0.99)},
          {"p9999_us", latencies.at_us(0.9999)},
          {"max_us", latencies.most_us()},
          {"slowest_worker", result.slowest_worker},
          {"fastest_worker", result.fastest_worker},
          {"rows", result.rows},
          {"wal_bytes", result.wal_bytes},
          {"sync_us", sync_us},
          {"problems", texts(result.problems)}};
}

json::object read_rounds(const Options& options) {
  ReadBench bench(options.folder / "posts.sqlite3");
  json::array results;
  for (const auto reading : all_readings()) {
    const auto result = bench.compare(reading, duration_of(options));
    results.push_back(json::object{{"name", result.name},
                                   {"per_second", result.ours_per_second},
                                   {"bare_per_second", result.bare_per_second},
                                   {"ratio", result.ratio},
                                   {"problems", texts(result.problems)}});
  }
  return {{"reads", std::move(results)}};
}

json::object profile_reads(const Options& options) {
  ReadBench bench(options.folder / "posts.sqlite3", 10'000);
  for (const auto reading : all_readings()) {
    if (name_of(reading) != options.profile) continue;
    bench.repeat(reading, options.side == "ours" ? ReadBench::Side::kOurs : ReadBench::Side::kBare, options.times);
    return {{"reading", options.profile}, {"side", options.side}, {"times", options.times}};
  }
  throw std::invalid_argument(fmt::format("there is no reading '{}'", options.profile));
}

json::object about() {
  return {{"engine", fmt::format("SQLite {}", monolite::db::sqlite::library_version())},
          {"compiler", __VERSION__},
#ifdef NDEBUG
          {"build", "release"},
#else
          {"build", "debug"},
#endif
          {"cores", std::thread::hardware_concurrency()}};
}

void declare(CLI::App& parser, Options& options) {
  parser.add_option("--policy", options.policy, "Run a round of writers")->check(CLI::IsMember(policy_names()));
  parser.add_option("--synchronous", options.synchronous, "normal or full")->check(CLI::IsMember(kSynchronous));
  parser.add_option("--writers", options.writers, "How many at once")->check(CLI::Range(1, kMostWriters));
  parser.add_option("--seconds", options.seconds, "How long")->check(CLI::Range(0.01, 3600.0));
  parser.add_option("--folder", options.folder, "An empty folder for the database files")
      ->check(CLI::ExistingDirectory);
  parser.add_flag("--reads", options.reads, "Compare reads with bare C instead");
  parser.add_option("--profile", options.profile, "Repeat one kind of reading, for a profiler");
  parser.add_option("--side", options.side, "With --profile: ours or bare")->check(CLI::IsMember({"ours", "bare"}));
  parser.add_option("--times", options.times, "With --profile: how often")->check(CLI::PositiveNumber);
}

json::object answer(const Options& options) {
  if (options.reads) return read_rounds(options);
  if (!options.profile.empty()) return profile_reads(options);
  return options.policy.empty() ? about() : write_round(options);
}

int run_program(int argc, char** argv) {
  Options options;
  CLI::App parser("One round of writers at one SQLite file, as a line of JSON; without options: what was built",
                  "lock_bench");
  declare(parser, options);
  CLI11_PARSE(parser, argc, argv);
  fmt::print("{}\n", json::serialize(answer(options)));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run_program(argc, argv);
  } catch (...) {  // the root of the process
    fmt::print(stderr, "error: {}\n", monolite::base::describe(std::current_exception()));
    return 1;
  }
}
