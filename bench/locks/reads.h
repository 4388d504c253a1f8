#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace bench::locks {

/// One way of reading, beside the same in bare C (bench/rivals/reads.c).
struct ReadResult {
  std::string name;
  double ours_per_second = 0;
  double bare_per_second = 0;
  double ratio =
      0;  ///< ours of bare: the median of neighbouring slices, which share the machine's good and bad moments
  std::vector<std::string> problems;
};

enum class Reading { kPoint, kPointInOneClosure, kList, kViews };

/// What the program calls them: "point", "point_one_closure", "list", "views".
std::string_view name_of(Reading reading);
std::vector<Reading> all_readings();

/// A filled table posts, ours and the rival's connection on it.
class ReadBench {
 public:
  static constexpr std::int64_t kPosts = 100'000;

  /// Makes `file`.
  explicit ReadBench(std::filesystem::path file, std::int64_t posts = kPosts);

  ReadResult compare(Reading reading, std::chrono::milliseconds duration);

  /// Only ours, or only the rival, a fixed number of times: for profiles that count instructions.
  enum class Side { kOurs, kBare };
  void repeat(Reading reading, Side side, int times);

 private:
  std::filesystem::path file_;
  std::int64_t posts_;
};

}  // namespace bench::locks
