#include <monolite/db/sql_literals/scanner.h>

#include "fuzz.h"

namespace sql_literals = monolite::db::sql_literals;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const auto& literal : sql_literals::scan(text_of(data, size))) {
    require(literal.line >= 1, "lines count from 1");
    const auto again = sql_literals::scan(sql_literals::quoted(literal.text) + "_sql");
    require(again.size() == 1 && again.front().text == literal.text, "a quoted literal reads as itself");
  }
  return 0;
}
