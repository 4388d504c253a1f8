#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <monolite/app/config.h>
#include <monolite/base/loop.h>
#include <monolite/db/sqlite/open.h>

namespace bench {

enum class Job {
  kServe,    ///< until SIGTERM
  kPrepare,  ///< makes and fills the database, then ends
  kCeiling,  ///< writes from threads of this process, without HTTP
};

enum class Data {
  kFull,  ///< the seed of Lorem News
  kTiny,  ///< two users, three posts: for the smoke test
};

/// What the command line asks for.
struct Options {
  Job job = Job::kServe;
  Data data = Data::kFull;
  std::int64_t extra_posts =
      0;  ///< on top of the seed, one comment each: something for the destroying actions to destroy
  std::string root = "apps/lorem_news";  ///< holds public/
  std::string database;
  std::uint16_t port = 0;   ///< 0 = any free one
  std::size_t threads = 0;  ///< loop threads; 0 = one per core
  monolite::base::TaskMode mode = monolite::base::default_task_mode();
  monolite::db::sqlite::Synchronous synchronous = monolite::db::sqlite::Synchronous::kFull;
  std::size_t clients = 20;  ///< of the ceiling
  double seconds = 4;        ///< of the ceiling
};

/// Nothing when everything is said already (help, wrong usage): then `exit_code` is set.
std::optional<Options> parse(int argc, char** argv, int& exit_code);

/// Production settings without files: nothing outside the command line decides what is measured.
/// Access log off, as in every rival.
monolite::app::Config config_for(const Options& options);

}  // namespace bench
