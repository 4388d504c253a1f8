#pragma once

#include <string>
#include <string_view>

#include <monolite/cli/terminal.h>
#include <monolite/db/database.h>

namespace monolite::cli {

/// A shell of our own for machines without SQLite's: reads statements from standard input until it ends or says .quit,
/// runs each by itself, and prints its rows as a table. What fails is said, and the next one runs.
/// Threads: one, which it blocks.
class Console {
 public:
  enum class Writing { kRefused, kAllowed };

  Console(Terminal& terminal, db::Database& database, Writing writing)
      : terminal_(terminal), database_(database), writing_(writing) {}

  /// Gives how many statements and commands failed.
  int run();

 private:
  enum class Next { kGoOn, kQuit };

  Next take(std::string_view line);
  void run_whole_statements();
  void attempt(std::string_view text);
  void execute(std::string_view statement);
  void read(std::string_view statement, const db::StatementShape& shape);
  void write(std::string_view statement, const db::StatementShape& shape);
  Next command(std::string_view line);
  void show_schema(std::string_view table);
  void fail(std::string_view what, std::string_view hint);

  Terminal& terminal_;
  db::Database& database_;
  const Writing writing_;
  std::string pending_;  // the begin of a statement whose end has not come
  int failures_ = 0;
};

}  // namespace monolite::cli
