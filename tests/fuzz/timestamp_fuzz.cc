#include <monolite/db/timestamp.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (const auto at = monolite::db::timestamp_from_text(text_of(data, size))) {
    require(monolite::db::timestamp_from_text(monolite::db::to_text(*at)) == at, "a time reads as it was written");
  }
  return 0;
}
