#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace monolite::db {

template <class Build>
class SqlText;

/// One SQL statement as source code: `"SELECT … WHERE id = ?"_sql`. Made from a literal at compile time, so no value of
/// a request can become SQL. The address of the literal is its identity in the statement cache of each connection.
/// Clang 14 forgets the `consteval` inside of a generic lambda and of a lambda in a function template, which shows as
/// an undefined symbol: give the literal a name outside (`constexpr auto kById = "…"_sql;`).
class Sql {
 public:
  /// The one door for text made at run time. The text must contain no value from outside; `why` is for the reader of
  /// the code. Not cached. Lifetime: borrows `text` for the call it is passed to.
  static Sql audited(std::string_view text, [[maybe_unused]] std::string_view why) { return Sql(text, Kind::kAudited); }

  constexpr std::string_view text() const { return text_; }
  constexpr bool is_literal() const { return kind_ == Kind::kLiteral; }

 private:
  enum class Kind : unsigned char { kLiteral, kAudited };
  friend consteval Sql operator""_sql(const char* text, std::size_t size);
  template <class Build>
  friend class SqlText;  // sql_text.h: texts that the compiler makes
  constexpr Sql(std::string_view text, Kind kind) : text_(text), kind_(kind) {}

  std::string_view text_;
  Kind kind_;
};

/// Several statements without parameters, for migrations: `"CREATE TABLE …; CREATE INDEX …;"_script`.
class Script {
 public:
  /// The one door for text made at run time; see Sql::audited. Lifetime: borrows `text`.
  static Script audited(std::string_view text, [[maybe_unused]] std::string_view why) { return Script(text); }

  constexpr std::string_view text() const { return text_; }

 private:
  friend consteval Script operator""_script(const char* text, std::size_t size);
  constexpr explicit Script(std::string_view text) : text_(text) {}

  std::string_view text_;
};

consteval Sql operator""_sql(const char* text, std::size_t size) {
  return {std::string_view(text, size), Sql::Kind::kLiteral};
}

consteval Script operator""_script(const char* text, std::size_t size) { return Script(std::string_view(text, size)); }

/// How the program calls a session with a literal, as far as its source tells: `find<Post>("…"_sql, id)`.
struct SqlCall {
  int line = 0;
  const char* function = "";  ///< "find"
  int values = -1;            ///< arguments behind the statement; -1: not known
  const char* row = "";       ///< the struct of the rows; empty: a single value, or not known
  const char* members = "";   ///< of the struct, with blanks between them
};

/// Where a literal stands in the source: what `db check` prepares and reports.
struct SqlSite {
  std::string_view text;
  const char* file = "";
  int line = 0;
  std::span<const SqlCall> calls = {};
};

}  // namespace monolite::db
