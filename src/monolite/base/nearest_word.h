#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace monolite::base {

/// The word of `known` with the fewest edits to `word`; empty when none is near enough to be meant.
std::string nearest_word(std::string_view word, const std::vector<std::string>& known);

}  // namespace monolite::base
