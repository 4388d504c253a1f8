#include <optional>
#include <vector>

#include <fmt/format.h>

#include <monolite/base/error.h>
#include <monolite/base/nearest_word.h>
#include <monolite/cli/console.h>
#include <monolite/cli/console_table.h>
#include <monolite/db/sqlite/statement_end.h>

namespace monolite::cli {
namespace {

using db::operator""_sql;

constexpr std::size_t kRowsAtATime = 500;
constexpr std::string_view kHelp =
    "SELECT ...;       runs a statement, up to its ; on as many lines as you like\n"
    ".tables           the tables and views\n"
    ".schema [TABLE]   how they were created\n"
    ".help             this\n"
    ".quit             leaves, as Ctrl-D does\n"
    "Each statement is a transaction of its own: BEGIN and COMMIT are refused, temporary tables are not seen again.\n";

constexpr std::string_view kHintForStatements =
    ".schema shows tables and columns; BEGIN, COMMIT and SAVEPOINT are not possible here";

db::Sql typed(std::string_view statement) { return db::Sql::audited(statement, "a person typed it to be run"); }

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") + 1 - begin);
}

std::vector<std::string> tables_of(db::Database& database) {
  constexpr auto kTables =
      "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite@_%' ESCAPE '@' ORDER BY name"_sql;
  return database.read([&](db::ReadSession& session) { return session.all<std::string>(kTables); });
}

/// In the order of their creation; all when `table` is empty.
std::vector<std::string> definitions_of(db::Database& database, std::string_view table) {
  constexpr auto kDefinitions =
      "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite@_%' ESCAPE '@' AND (?1 = '' OR tbl_name = ?1 COLLATE NOCASE) ORDER BY rowid"_sql;
  return database.read([&](db::ReadSession& session) { return session.all<std::string>(kDefinitions, table); });
}

}  // namespace

int Console::run() {
  while (auto line = terminal_.ask(pending_.empty() ? "sql> " : "...> ")) {
    if (take(*line) == Next::kQuit) return failures_;
  }
  attempt(pending_);  // the last one may come without its `;`, or without its end, which the database says
  return failures_;
}

Console::Next Console::take(std::string_view line) {
  if (pending_.empty() && trimmed(line).starts_with('.')) return command(trimmed(line));
  const bool may_end = line.find(';') != std::string_view::npos;
  pending_ += line;
  pending_ += '\n';
  if (may_end) run_whole_statements();
  if (db::sqlite::from_first_statement(pending_).empty()) pending_.clear();  // a blank or a comment begins nothing
  return Next::kGoOn;
}

void Console::run_whole_statements() {
  std::string_view rest = pending_;
  for (auto next = db::sqlite::first_statement(rest); !next.empty(); next = db::sqlite::first_statement(rest)) {
    attempt(next);
    rest.remove_prefix(next.size());
  }
  pending_.erase(0, pending_.size() - rest.size());
}

/// Says what is wrong and returns: the next statement is for the person, or the script, to decide.
void Console::attempt(std::string_view text) {
  const auto statement = trimmed(db::sqlite::from_first_statement(text));
  if (statement.empty()) return;
  try {
    execute(statement);
  } catch (const base::Error& error) {
    // To a program a statement that does not fit is a bug, with hints for programs; here a person typed it.
    fail(error.what(), error.scope() == base::ErrorScope::kBug ? kHintForStatements : error.hint());
  }
}

void Console::execute(std::string_view statement) {
  const auto shape = database_.describe(statement);
  if (shape.effect == db::Effect::kReads) return read(statement, shape);
  if (writing_ == Writing::kAllowed) return write(statement, shape);
  fail(fmt::format("this would change the database: {}", statement), "allow it with: db console --write");
}

/// Prints while the statement runs: a result of millions of rows would not fit into the memory. The snapshot lasts as
/// long, so whoever reads the output slowly is interrupted like any reader that holds one for too long.
void Console::read(std::string_view statement, const db::StatementShape& shape) {
  ConsoleTable table(terminal_, shape.columns, terminal_.width());
  database_.read([&](db::ReadSession& session) {
    session.each_row(typed(statement), [&](const db::Statement& row) {
      table.add(row);
      if (table.waiting_rows() >= kRowsAtATime) table.print();
    });
  });
  if (!shape.columns.empty()) table.finish();
}

/// Prints when the statement is stored: nobody else may wait for whoever reads the output.
void Console::write(std::string_view statement, const db::StatementShape& shape) {
  static constexpr auto kAllChanges = "SELECT total_changes()"_sql;
  ConsoleTable table(terminal_, shape.columns, terminal_.width());
  const auto changes = database_.write(
      [&](db::WriteSession& tx) -> std::int64_t {
        const auto before = tx.scalar<std::int64_t>(kAllChanges);
        const auto changed = tx.each_row(typed(statement), [&](const db::Statement& row) { table.add(row); });
        // A statement of the schema changes no rows, and leaves the number of the one before it.
        return tx.scalar<std::int64_t>(kAllChanges) == before ? 0 : changed;
      },
      {.grouping = db::Grouping::kAlone});
  if (!shape.columns.empty()) table.finish();
  terminal_.line(changes == 1 ? "1 row changed" : fmt::format("{} rows changed", changes));
}

Console::Next Console::command(std::string_view line) {
  const auto end = line.find_first_of(" \t");
  const auto name = line.substr(0, end);
  auto argument = end == std::string_view::npos ? std::string_view() : trimmed(line.substr(end));
  if (argument.ends_with(';')) argument = trimmed(argument.substr(0, argument.size() - 1));
  if (name == ".quit" || name == ".exit") return Next::kQuit;
  if (name == ".help") {
    terminal_.text(kHelp);
  } else if (name == ".tables") {
    for (const auto& table : tables_of(database_)) terminal_.line(table);
  } else if (name == ".schema") {
    show_schema(argument);
  } else {
    const auto near = base::nearest_word(name, {".tables", ".schema", ".help", ".quit"});
    fail(fmt::format("there is no command {}", name),
         near.empty() ? ".help lists the commands" : fmt::format("did you mean {}?", near));
  }
  return Next::kGoOn;
}

void Console::show_schema(std::string_view table) {
  const auto definitions = definitions_of(database_, table);
  for (const auto& definition : definitions) terminal_.line(fmt::format("{};", definition));
  if (table.empty() || !definitions.empty()) return;
  const auto near = base::nearest_word(table, tables_of(database_));
  fail(fmt::format("there is no table {}", table),
       near.empty() ? ".tables lists them" : fmt::format("did you mean {}?", near));
}

void Console::fail(std::string_view what, std::string_view hint) {
  ++failures_;
  terminal_.failure(what, hint);
}

}  // namespace monolite::cli
