#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Finds SQL, and what the program does with it, in C++ source at build time. Knows no other part of Monolite. It reads
/// the text before the preprocessor, so a literal inside `#if 0` counts and one made by a macro does not. What it
/// cannot tell for sure it leaves out: a check may miss a mistake, but must not invent one.
namespace monolite::db::sql_literals {

inline constexpr int kUnknownCount = -1;

/// A call of a session with a literal: `session.find<Post>("…"_sql, id)`.
struct Call {
  std::string function;        ///< "find"
  std::string row_type = {};   ///< the template argument, without blanks; empty for `exec`
  std::string space = {};      ///< the namespace around the call, "a::b"; unnamed ones left out
  int values = kUnknownCount;  ///< arguments behind the literal
  int line = 0;                ///< of the call
};

struct Literal {
  std::string text;  ///< as the compiler sees it: escapes resolved, neighbouring pieces joined
  int line;          ///< of its first piece, from 1
  std::vector<Call> calls = {};
};

/// A struct that BOOST_DESCRIBE_STRUCT or BOOST_DESCRIBE_CLASS describes.
struct DescribedStruct {
  std::string space;  ///< the namespace around it
  std::string name;   ///< as the macro has it
  std::vector<std::string> members;
};

/// `db::Table<Post, "posts"> kPosts;`
struct TableVariable {
  std::string space;     ///< the namespace around it
  std::string name;      ///< "kPosts"
  std::string row_type;  ///< "Post"
  std::string table;     ///< "posts"
  std::string key;       ///< "id"
  int line = 0;
};

enum class ClauseKind {
  kCondition,  ///< stands behind WHERE
  kRest,       ///< goes on behind a condition
  kConflict,   ///< ON CONFLICT of an INSERT
};

/// SQL that a function of a table takes: `kPosts.where<"user_id = ?">(session, id)`.
struct TableClause {
  ClauseKind kind;
  std::string function;  ///< "where"
  std::string table;     ///< the variable, as written
  std::string space;     ///< the namespace around the call
  std::string text;
  int values = kUnknownCount;  ///< arguments behind the session
  int line = 0;
};

struct SourceFile {
  std::string path;
  std::vector<Literal> literals;  ///< every `"…"_sql`
  std::vector<DescribedStruct> structs;
  std::vector<TableVariable> tables;
  std::vector<TableClause> clauses;
  std::vector<std::string> declared;  ///< names of types and of template parameters that the file declares
};

SourceFile scan(std::string path, std::string_view source);

/// `text` as a C++ string literal.
std::string quoted(std::string_view text);

}  // namespace monolite::db::sql_literals
