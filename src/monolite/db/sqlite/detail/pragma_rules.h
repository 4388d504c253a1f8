#pragma once

#include <string>
#include <string_view>

namespace monolite::db::sqlite {

enum class PragmaKind {
  kSetting,     ///< of each connection
  kWriterOnly,  ///< of the connection that writes
  kNewFile,     ///< of the file, decided when it is made
  kNever,       ///< would lose data, or another setting decides it
};

/// What an application may do with a pragma.
struct PragmaRule {
  std::string_view name;
  PragmaKind kind;
  std::string_view legal = {};  ///< the only value that is accepted; empty: any
  std::string_view reason = {};
  enum class Answer { kSame, kOther } answer = Answer::kSame;  ///< whether it answers with what was set
};

/// Null: no setting of a connection.
const PragmaRule* rule_of(std::string_view name) noexcept;

/// Whether two values of a pragma mean the same: on, true, yes and 1 do.
bool means_same(std::string_view a, std::string_view b);

bool is_legal(const PragmaRule& rule, std::string_view value);

}  // namespace monolite::db::sqlite
