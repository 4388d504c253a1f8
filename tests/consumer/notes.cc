// What an installed Monolite has to offer at least: opens a database in the current folder, writes, reads back, checks
// its SQL against the schema, renders a view.

#include <cstdio>
#include <exception>
#include <span>
#include <string>
#include <vector>

#include <note.h>
#include <views/_note.h>

#include <monolite/db/sqlite/open.h>

using namespace monolite::db;

namespace notes {
std::span<const SqlSite> sql_literals();
}

namespace {

int complaints = 0;

void expect(bool holds, const char* claim) {
  if (holds) return;
  std::fprintf(stderr, "notes: it does not hold that %s\n", claim);
  ++complaints;
}

std::vector<Note> write_and_read(Database& database) {
  database.write([](WriteSession& tx) {
    tx.run("CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT"_script);
    for (const char* body : {"first", "a < b"}) tx.exec("INSERT INTO notes (body) VALUES (?)"_sql, body);
  });
  return database.read([](ReadSession& session) { return session.all<Note>("SELECT * FROM notes ORDER BY id"_sql); });
}

void use_everything() {
  const auto database = sqlite::open({.path = "notes.sqlite3", .create = sqlite::CreateFile::kIfMissing});
  const auto notes = write_and_read(*database);
  expect(notes.size() == 2, "two rows were written");
  expect(notes.at(1).id == 2 && notes.at(1).body == "a < b", "a row reads back as it was written");
  expect(notes::sql_literals().size() == 2, "the program's SQL was collected");
  expect(check_statements(*database, notes::sql_literals()).empty(), "the program's SQL fits the schema");
  expect(notes::views::note(notes.at(1)).view() == "<li id=\"note_2\">a &lt; b</li>\n", "a view renders and escapes");
}

}  // namespace

int main() {
  try {
    use_everything();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "notes: %s\n", error.what());
    return 1;
  }
  return complaints == 0 ? 0 : 1;
}
