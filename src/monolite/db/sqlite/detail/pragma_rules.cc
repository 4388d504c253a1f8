#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>

#include <monolite/db/sqlite/detail/pragma_rules.h>

namespace monolite::db::sqlite {
namespace {

using enum PragmaKind;
using Answer = PragmaRule::Answer;

constexpr std::array kRules{
    PragmaRule{"analysis_limit", kSetting},
    PragmaRule{"automatic_index", kSetting},
    PragmaRule{"cache_size", kSetting},
    PragmaRule{"cache_spill", kSetting, {}, {}, Answer::kOther},  // answers with a number of pages
    PragmaRule{"cell_size_check", kSetting},
    PragmaRule{"checkpoint_fullfsync", kSetting},
    PragmaRule{"fullfsync", kSetting},
    PragmaRule{"journal_size_limit", kWriterOnly},
    PragmaRule{"mmap_size", kSetting},
    PragmaRule{"recursive_triggers", kSetting},
    PragmaRule{"reverse_unordered_selects", kSetting},
    PragmaRule{"secure_delete", kSetting},
    PragmaRule{"temp_store", kSetting},
    PragmaRule{"threads", kSetting},
    PragmaRule{"trusted_schema", kSetting},

    PragmaRule{"auto_vacuum", kNewFile},
    PragmaRule{"encoding", kNewFile},
    PragmaRule{"page_size", kNewFile},

    PragmaRule{"foreign_keys", kSetting, "on", "references to rows that do not exist would be stored"},
    PragmaRule{"ignore_check_constraints", kSetting, "off", "rows that break the schema would be stored"},
    PragmaRule{"journal_mode", kSetting, "wal",
               "in any other mode readers and the writer stop each other, and a crash can lose more"},
    PragmaRule{"locking_mode", kSetting, "normal", "an exclusive lock keeps the other connections out"},
    PragmaRule{"read_uncommitted", kSetting, "off", "a read must not see what may yet be undone"},
    PragmaRule{"writable_schema", kSetting, "off", "a wrong byte in the schema makes the file unreadable"},

    PragmaRule{"application_id", kNever, {}, "it is stored in the file: set it in a migration"},
    PragmaRule{"busy_timeout", kNever, {}, "it replaces the fair wait for locks; the setting is `timeout`"},
    PragmaRule{"defer_foreign_keys", kNever, {}, "it ends with each transaction: set it in the write that needs it"},
    PragmaRule{"hard_heap_limit", kNever, {}, "this SQLite keeps no account of memory"},
    PragmaRule{"query_only", kNever, {}, "readers have it and the writer has not"},
    PragmaRule{"schema_version", kNever, {}, "a wrong one makes other connections read garbage"},
    PragmaRule{"soft_heap_limit", kNever, {}, "this SQLite keeps no account of memory"},
    PragmaRule{"synchronous", kNever, {}, "the setting is `synchronous`"},
    PragmaRule{"user_version", kNever, {}, "it is stored in the file: set it in a migration"},
    PragmaRule{"wal_autocheckpoint", kNever, {}, "the writer checkpoints; the setting is `checkpoint_frames`"},
};

struct Word {
  std::string_view word;
  std::string_view number;
};
constexpr std::array kWords{
    Word{"on", "1"}, Word{"true", "1"},    Word{"yes", "1"},  Word{"off", "0"},    Word{"false", "0"},
    Word{"no", "0"}, Word{"default", "0"}, Word{"file", "1"}, Word{"memory", "2"}, Word{"fast", "2"},
};

std::string canonical(std::string_view value) {
  std::string text(value);
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto found = std::ranges::find(kWords, text, &Word::word);
  return found == kWords.end() ? text : std::string(found->number);
}

std::optional<std::int64_t> number_of(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

}  // namespace

const PragmaRule* rule_of(std::string_view name) noexcept {
  const auto found = std::ranges::find(kRules, name, &PragmaRule::name);
  return found == kRules.end() ? nullptr : &*found;
}

bool means_same(std::string_view a, std::string_view b) {
  const auto left = canonical(a);
  const auto right = canonical(b);
  const auto left_number = number_of(left);
  return left == right || (left_number && left_number == number_of(right));
}

bool is_legal(const PragmaRule& rule, std::string_view value) {
  return rule.legal.empty() || means_same(rule.legal, value);
}

}  // namespace monolite::db::sqlite
