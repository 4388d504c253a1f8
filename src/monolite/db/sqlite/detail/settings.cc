#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <monolite/base/error.h>
#include <monolite/db/sqlite/detail/pragma_rules.h>
#include <monolite/db/sqlite/detail/settings.h>

namespace monolite::db::sqlite {
namespace {

bool writes(Role role) { return role == Role::kWriter || role == Role::kCreator; }

bool concerns(const Pragma& pragma, Role role) {
  if (rule_of(pragma.name)->kind == PragmaKind::kWriterOnly) return writes(role);
  return pragma.connections == PragmaFor::kAll || (pragma.connections == PragmaFor::kWriter) == writes(role);
}

std::vector<Pragma> our_settings(Role role, const Options& options) {
  std::vector<Pragma> settings{
      {"foreign_keys", "on"},
      {"synchronous", std::to_string(static_cast<int>(options.synchronous))},
      {"temp_store", "memory"},
      {"mmap_size", "0"},
      {"cache_size", fmt::format("-{}", writes(role) ? options.writer_cache_kib : options.reader_cache_kib)},
  };
  settings.push_back(writes(role) ? Pragma{"journal_size_limit", std::to_string(options.max_wal_bytes)}
                                  : Pragma{"query_only", "on"});
  return settings;
}

void replace_or_add(std::vector<Pragma>& settings, const Pragma& pragma) {
  const auto found = std::ranges::find(settings, pragma.name, &Pragma::name);
  if (found == settings.end()) {
    settings.push_back(pragma);
  } else {
    found->value = pragma.value;
  }
}

bool answers_with_its_value(const std::string& name) {
  const PragmaRule* const rule = rule_of(name);
  return !rule || rule->answer == PragmaRule::Answer::kSame;
}

void set_checked(Connection& connection, const Pragma& pragma) {
  connection.pragma(fmt::format("PRAGMA {}={}", pragma.name, pragma.value));
  const auto active = connection.pragma(fmt::format("PRAGMA {}", pragma.name));
  if (!answers_with_its_value(pragma.name) || means_same(active, pragma.value)) return;
  throw base::Error(
      {.code = base::ErrorCode::kUnsupported,
       .scope = base::ErrorScope::kDatabase,
       .what = fmt::format("PRAGMA {} is '{}' after it was set to '{}'", pragma.name, active, pragma.value),
       .hint = "this SQLite does not take the value: look at its compile options (db status)"});
}

}  // namespace

std::vector<Pragma> settings_for(Role role, const Options& options) {
  auto settings = our_settings(role, options);
  auto own = options.pragmas;
  // What is for these connections alone comes last, and wins.
  std::ranges::stable_sort(own, {}, [](const Pragma& pragma) { return pragma.connections != PragmaFor::kAll; });
  for (const Pragma& pragma : own) {
    if (pragma.name == "journal_mode" || rule_of(pragma.name)->kind == PragmaKind::kNewFile) continue;  // in force
    if (concerns(pragma, role)) replace_or_add(settings, pragma);
  }
  return settings;
}

void set_all(Connection& connection, const std::vector<Pragma>& settings) {
  for (const Pragma& pragma : settings) set_checked(connection, pragma);
}

void shape_new_file(Connection& connection, const Options& options) {
  for (const Pragma& pragma : options.pragmas) {
    if (rule_of(pragma.name)->kind != PragmaKind::kNewFile) continue;
    // Without effect on a file that exists. Quoted, because of UTF-16le.
    connection.pragma(fmt::format("PRAGMA {}='{}'", pragma.name, pragma.value));
  }
}

void require_legal_pragmas(const Options& options) {
  std::vector<std::string> problems;
  for (const Pragma& pragma : options.pragmas) {
    if (const auto problem = problem_with(pragma)) {
      problems.push_back(fmt::format("PRAGMA {}={} {}", pragma.name, pragma.value, *problem));
    }
  }
  if (problems.empty()) return;
  throw base::Error({.code = base::ErrorCode::kConfig,
                     .scope = base::ErrorScope::kDatabase,
                     .what = fmt::format("{}", fmt::join(problems, "\n")),
                     .hint = "correct `pragmas` in config/database.yml"});
}

}  // namespace monolite::db::sqlite
