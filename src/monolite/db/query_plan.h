#pragma once

#include <string>
#include <vector>

namespace monolite::db {

/// How the database will find the rows of a statement (EXPLAIN QUERY PLAN), as a tree. A value.
struct QueryPlan {
  struct Step {
    int id;
    int parent;  ///< 0: none
    std::string detail;
  };
  std::vector<Step> steps;  ///< parents before their children

  /// A line per step, each under its parent:
  ///   |--SEARCH posts USING INDEX posts_by_user (user_id=?)
  ///   `--USE TEMP B-TREE FOR ORDER BY
  std::string tree() const;

  /// All steps in one line, for logs.
  std::string line() const;

  /// What costs time as the table grows, a sentence each: full scans, sorting, indexes made for one execution,
  /// subqueries that run for every row.
  std::vector<std::string> notes() const;
};

}  // namespace monolite::db
