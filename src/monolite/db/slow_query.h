#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include <monolite/db/query_plan.h>

namespace monolite::db {

/// A statement ran for long. Emitted when it has ended, by the thread that ran it: what is attached to its task
/// (base::attached) says for whom. Never holds a value: neither those that were bound nor those that stood in the text.
struct SlowQuery {
  std::string sql;                     ///< normalised
  std::chrono::milliseconds duration;  ///< from compiled to given back, with what an `each` loop did between the rows
  std::int64_t rows = 0;               ///< that it gave
  std::int64_t vm_steps = 0;           ///< instructions of SQLite's virtual machine
  std::int64_t full_scan_steps = 0;    ///< rows that were read because no index led to the wanted ones
  std::int64_t sorts = 0;
  std::int64_t autoindex_rows = 0;  ///< put into indexes that were made for this execution
  QueryPlan plan;
};

/// A write unit held the lane for long: all other writes of the database waited. Emitted on the lane, for the task that
/// wrote, before the commit.
struct SlowUnit {
  std::chrono::milliseconds duration;
};

}  // namespace monolite::db
