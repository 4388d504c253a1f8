#pragma once

#include <cstdint>
#include <string>

#include <bench/tally.h>
#include <boost/describe/class.hpp>
#include <boost/json/fwd.hpp>

#include <monolite/db/database.h>

namespace bench {

struct RowCounts {
  std::int64_t users = 0;
  std::int64_t posts = 0;
  std::int64_t comments = 0;
  std::int64_t sessions = 0;

  static RowCounts of(monolite::db::Database& database);
};
BOOST_DESCRIBE_STRUCT(RowCounts, (), (users, posts, comments, sessions))

/// Whether the database is what its rows claim. Reads all of it: call when the load is over.
struct Audit {
  std::string quick_check;          ///< "ok", or SQLite's first complaint
  std::int64_t wrong_counters = 0;  ///< users and posts whose stored count is not the real one

  static Audit of(monolite::db::Database& database);
};

/// The last line of a run: {"statuses":{"200":n},"rows":{"before":{…},"after":{…}},"counters":"exact",
/// "wrong_counters":0,"quick_check":"ok","batches":n,"units":n}.
boost::json::object report(monolite::db::Database& database, const RowCounts& before, const Tally& tally);

}  // namespace bench
