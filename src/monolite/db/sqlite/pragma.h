#pragma once

#include <optional>
#include <string>

namespace monolite::db::sqlite {

/// The connections of a database that a pragma is for.
enum class PragmaFor { kAll, kWriter, kReaders };

/// A setting of SQLite in place of ours.
struct Pragma {
  std::string name;   ///< "cache_size"
  std::string value;  ///< a number or a word: "-32000", "memory"
  PragmaFor connections = PragmaFor::kAll;
};

/// What speaks against it: an unknown name with the nearest known one, a value with which data would be lost, or a
/// pragma that is a command and not a setting. Nothing when `open` accepts it.
std::optional<std::string> problem_with(const Pragma& pragma);

}  // namespace monolite::db::sqlite
