#include <monolite/view/helpers.h>
#include <monolite/view/testing.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto once = monolite::view::paragraphs(text_of(data, size));
  for (const auto& breakout : monolite::view::testing::breakouts(once.view())) {
    std::fprintf(stderr, "%s\n", breakout.c_str());
    require(false, "what the sanitiser lets through is harmless");
  }
  const auto twice = monolite::view::paragraphs(once.view());
  require(monolite::view::testing::breakouts(twice.view()).empty(), "also when it reads its own output");
  return 0;
}
