#include <array>

#include <monolite/db/sql_literals/target.h>

#include "fuzz.h"

namespace sql_literals = monolite::db::sql_literals;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::array files{sql_literals::scan("a.cc", text_of(data, size))};
  for (const auto& literal : files.front().literals) {
    require(literal.line >= 1, "lines count from 1");
    for (const auto& call : literal.calls) {
      require(call.line >= 1 && call.values >= sql_literals::kUnknownCount, "a call has a line and a count");
    }
    const auto again = sql_literals::scan("b.cc", sql_literals::quoted(literal.text) + "_sql").literals;
    require(again.size() == 1 && again.front().text == literal.text, "a quoted literal reads as itself");
  }
  require(!sql_literals::source_for("a::b", files).empty(), "the table can always be written");
  return 0;
}
