#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <monolite/db/sql_literals/detail/calls.h>

namespace monolite::db::sql_literals {

/// Follows the brackets of a file, to know which namespace a token stands in. Brackets of directives do not count.
class Surroundings {
 public:
  /// Tokens in their order.
  void pass(const Token& token);

  /// "a::b"; unnamed namespaces left out.
  std::string space() const;
  /// Brackets around the token that are no namespaces: functions, classes.
  int other_brackets() const;

 private:
  struct Bracket {
    bool is_namespace;
    std::string name;
  };

  void open();

  std::vector<Bracket> open_;
  bool naming_ = false;  // behind the word `namespace`
  bool using_ = false;   // `using namespace` opens nothing
  std::string name_;
};

/// The struct that the macro at `tokens[at]` describes; nothing when it is no such macro, or not in a form that can be
/// followed.
std::optional<DescribedStruct> described_at(Tokens tokens, std::size_t at, const Surroundings& around);

/// The name that `tokens[at]` declares as a type: behind `struct`, `class`, `enum`, `typename`, or `using … =`.
std::optional<std::string> declared_at(Tokens tokens, std::size_t at);

}  // namespace monolite::db::sql_literals
