#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <sqlite3.h>

#include <monolite/base/nearest_word.h>
#include <monolite/db/sqlite/detail/library.h>
#include <monolite/db/sqlite/detail/pragma_rules.h>
#include <monolite/db/sqlite/pragma.h>

namespace monolite::db::sqlite {
namespace {

/// What this library knows, which its compile flags decide. Needs a connection; one in memory will do.
std::vector<std::string> known_pragmas() {
  initialize_library();
  sqlite3* handle = nullptr;
  sqlite3_stmt* statement = nullptr;
  std::vector<std::string> names;
  if (sqlite3_open_v2(":memory:", &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr) == SQLITE_OK &&
      sqlite3_prepare_v2(handle, "PRAGMA pragma_list", -1, &statement, nullptr) == SQLITE_OK) {
    while (sqlite3_step(statement) == SQLITE_ROW) {
      names.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(statement, 0)));
    }
  }
  sqlite3_finalize(statement);
  sqlite3_close_v2(handle);
  return names;
}

std::string unknown(const std::string& name, const std::vector<std::string>& known) {
  const auto near = base::nearest_word(name, known);
  return fmt::format("is no pragma of SQLite {}{}", sqlite3_libversion(),
                     near.empty() ? "" : fmt::format(", did you mean '{}'?", near));
}

/// Pragmas take no parameters: the value becomes a part of the statement.
bool is_plain(std::string_view value) {
  return !value.empty() && std::ranges::all_of(value, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

}  // namespace

std::optional<std::string> problem_with(const Pragma& pragma) {
  const PragmaRule* const rule = rule_of(pragma.name);
  if (!rule) {
    const auto known = known_pragmas();
    if (std::ranges::find(known, pragma.name) == known.end()) return unknown(pragma.name, known);
    return "is a command or a question, not a setting of a connection";
  }
  if (!is_plain(pragma.value)) return "must be a number or a word";
  if (rule->kind == PragmaKind::kNever) return fmt::format("is not for you to set: {}", rule->reason);
  if (!is_legal(*rule, pragma.value)) return fmt::format("must be {}: {}", rule->legal, rule->reason);
  if (rule->kind == PragmaKind::kNewFile && pragma.connections != PragmaFor::kAll) {
    return "is a property of the file: set it for all connections";
  }
  if (rule->kind == PragmaKind::kWriterOnly && pragma.connections == PragmaFor::kReaders) {
    return "concerns the writer only";
  }
  return std::nullopt;
}

}  // namespace monolite::db::sqlite
