#pragma once

#include <memory>

#include <bench/locks/round.h>
#include <bench/locks/row.h>

namespace bench::locks {

/// Stores rows, each in a transaction of its own as far as its caller can tell.
/// Threads: any where `workers_of` says kThreads, one otherwise.
class Writer {
 public:
  virtual ~Writer() = default;
  /// True once the row is stored, false when the database was busy and nothing is. Throws what else went wrong.
  virtual bool write(const Row& row) = 0;
};

/// The policies of sqlite3 alone: deferred, busy_timeout, constant.
std::unique_ptr<Writer> make_baseline(const Round& round);
/// Through Database::write.
std::unique_ptr<Writer> make_lane(const Round& round);
/// bench/rivals/group_commit.c.
std::unique_ptr<Writer> make_bare_group(const Round& round);

std::unique_ptr<Writer> make_writer(const Round& round);

}  // namespace bench::locks
