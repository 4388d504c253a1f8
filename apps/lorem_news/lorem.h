#pragma once

#include <string>

#include <monolite/base/rng.h>

/// Text that means nothing.
namespace lorem_news::lorem {

std::string word(monolite::base::Rng& rng);
/// `least` to `most` words joined by spaces.
std::string words(monolite::base::Rng& rng, int least, int most);
/// 5 to 10 sentences of 5 to 10 words.
std::string paragraph(monolite::base::Rng& rng);
/// `least` to `most` paragraphs with a blank line between.
std::string paragraphs(monolite::base::Rng& rng, int least, int most);

}  // namespace lorem_news::lorem
