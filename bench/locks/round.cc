#include <algorithm>
#include <stdexcept>
#include <utility>

#include <bench/locks/round.h>
#include <bench/locks/verify.h>
#include <bench/locks/workers.h>
#include <fmt/format.h>

namespace bench::locks {
namespace {

constexpr std::array kNames{
    std::pair{Policy::kDeferred, "deferred"},      std::pair{Policy::kBusyTimeout, "busy_timeout"},
    std::pair{Policy::kConstant, "constant"},      std::pair{Policy::kFifo, "fifo"},
    std::pair{Policy::kLaneSingle, "lane_single"}, std::pair{Policy::kLane, "lane"},
    std::pair{Policy::kBareGroup, "bare_group"},
};

Result sum_up(const Crew& crew, int workers) {
  Result result;
  result.slowest_worker = crew.tally(0).acknowledged;
  for (int i = 0; i < workers; ++i) {
    const Tally& tally = crew.tally(i);
    result.acknowledged += tally.acknowledged;
    result.refused += tally.refused;
    result.slowest_worker = std::min(result.slowest_worker, tally.acknowledged);
    result.fastest_worker = std::max(result.fastest_worker, tally.acknowledged);
    result.seconds = std::max(result.seconds, static_cast<double>(tally.ended_ns) / 1e9);
    result.latencies.merge(tally.latencies);
    result.wal_bytes = std::max(result.wal_bytes, tally.wal_bytes);
    if (tally.failure.front() != '\0') result.problems.push_back(fmt::format("worker {}: {}", i, tally.failure.data()));
  }
  return result;
}

std::vector<std::uint64_t> acknowledged(const Crew& crew, int workers) {
  std::vector<std::uint64_t> each;
  for (int i = 0; i < workers; ++i) each.push_back(crew.tally(i).acknowledged);
  return each;
}

}  // namespace

Policy policy_of(std::string_view name) {
  const auto found = std::ranges::find(kNames, name, [](const auto& each) { return std::string_view(each.second); });
  if (found == kNames.end()) throw std::invalid_argument(fmt::format("there is no policy '{}'", name));
  return found->first;
}

std::string_view name_of(Policy policy) {
  return std::ranges::find(kNames, policy, [](const auto& each) { return each.first; })->second;
}

std::vector<std::string> policy_names() {
  std::vector<std::string> names;
  for (const auto& [policy, name] : kNames) names.emplace_back(name);
  return names;
}

Workers workers_of(Policy policy) {
  switch (policy) {
    case Policy::kDeferred:
    case Policy::kBusyTimeout:
    case Policy::kConstant:
    case Policy::kFifo:
      return Workers::kProcesses;
    case Policy::kLaneSingle:
    case Policy::kLane:
    case Policy::kBareGroup:
      return Workers::kThreads;
  }
  return Workers::kThreads;
}

std::unique_ptr<Writer> make_writer(const Round& round) {
  switch (round.policy) {
    case Policy::kDeferred:
    case Policy::kBusyTimeout:
    case Policy::kConstant:
      return make_baseline(round);
    case Policy::kFifo:
    case Policy::kLaneSingle:
    case Policy::kLane:
      return make_lane(round);
    case Policy::kBareGroup:
      return make_bare_group(round);
  }
  return nullptr;
}

std::int64_t log_bytes(const std::filesystem::path& file) {
  std::error_code missing;  // a log that is not there has no bytes
  const auto bytes = std::filesystem::file_size(file.string() + "-wal", missing);
  return missing ? 0 : static_cast<std::int64_t>(bytes);
}

Result run(const Round& round) {
  make_table(round.file, round.synchronous);
  const auto crew = gather(round);  // before the connection below: processes must not inherit one
  const auto watch = open_bare(round.file, round.synchronous);
  crew->start();
  crew->finish();
  auto result = sum_up(*crew, round.writers);
  verify(watch.get(), round, acknowledged(*crew, round.writers), result);
  return result;
}

}  // namespace bench::locks
