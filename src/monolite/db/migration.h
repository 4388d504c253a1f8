#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <monolite/base/clock.h>
#include <monolite/base/failpoint.h>
#include <monolite/db/database.h>

namespace monolite::db {

/// One step of the schema. `up` and `down` run in a transaction of their own together with the record that they ran.
/// They may take a Schema instead of the session. A step that makes a referenced table anew runs a second time, the
/// first try undone, with foreign keys checked at its end; saying so in `foreign_keys` saves the first try.
struct Migration {
  int version = 0;   ///< unique, ascending, never reused
  std::string name;  ///< "create_posts"
  std::function<void(WriteSession&)> up;
  std::function<void(WriteSession&)> down = {};  ///< empty = cannot be undone
  ForeignKeys foreign_keys = ForeignKeys::kEnforced;
};

struct MigrationStatus {
  int version;
  std::string name;
  std::optional<Timestamp> applied_at;
  bool known;  ///< false: the database has it, this program does not
};

/// Brings a database to the schema of this program. The table `ml_db_migrations` remembers what ran;
/// `ml_db_meta` says of a database that the migrator made whether its seed is pending.
/// Two processes may migrate at once: each step is run by one, the other waits and skips it.
/// Lifetime: borrows everything it is given.
class Migrator {
 public:
  /// `failpoints` is for tests: failpoints.h.
  Migrator(Database& database, std::span<const Migration> migrations, const base::Clock& clock,
           base::Failpoints* failpoints = nullptr);

  /// Runs what is pending, in order; gives those that this call ran. Errors: the database is newer than the program
  /// (kConfig); whatever a step throws, with that step undone and the earlier ones kept.
  std::vector<const Migration*> migrate();

  /// Undoes the last `steps` applied ones, newest first. Errors: kUnsupported when one has no `down`.
  std::vector<const Migration*> rollback(int steps);

  /// Every migration of the program and of the database, by version.
  std::vector<MigrationStatus> status();

  bool is_current();

  /// Throws when the database has a migration that this program does not know.
  void refuse_newer();

 private:
  struct Applied;
  std::vector<Applied> applied();
  template <class F>
  auto run_step(F&& step, ForeignKeys foreign_keys);
  ForeignKeys foreign_keys_of_last();
  void ensure_table();
  const Migration* find(int version) const;

  Database& database_;
  std::span<const Migration> migrations_;
  const base::Clock& clock_;
  base::Failpoints* const failpoints_;
};

}  // namespace monolite::db
