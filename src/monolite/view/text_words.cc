#include <array>
#include <charconv>

#include <monolite/view/helpers.h>

namespace monolite::view {

namespace {

bool is_vowel(char c) { return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u'; }

void add_plural(std::string& text, std::string_view singular) {
  text += singular;
  const char last = singular.empty() ? '\0' : singular.back();
  const char before = singular.size() < 2 ? '\0' : singular[singular.size() - 2];
  if (last == 'y' && before != '\0' && !is_vowel(before)) {
    text.back() = 'i';
    text += "es";
  } else if (last == 's' || last == 'x' || last == 'z' || (last == 'h' && (before == 'c' || before == 's'))) {
    text += "es";
  } else {
    text += 's';
  }
}

// Bytes of the code point that begins at `text[0]`; 1 for a byte that begins none.
std::size_t code_point_size(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t size = first < 0xC2U ? 1 : first < 0xE0U ? 2 : first < 0xF0U ? 3 : first < 0xF5U ? 4 : 1;
  if (size > text.size()) return 1;
  for (std::size_t i = 1; i < size; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U) return 1;
  }
  return size;
}

}  // namespace

std::string pluralize(std::int64_t count, std::string_view singular, std::string_view plural) {
  std::array<char, 24> room;  // holds every number and the space
  char* end = std::to_chars(room.data(), room.data() + room.size() - 1, count).ptr;
  *end++ = ' ';
  std::string text(room.data(), end);
  if (count == 1) {
    text += singular;
  } else if (!plural.empty()) {
    text += plural;
  } else {
    add_plural(text, singular);
  }
  return text;
}

std::string number(std::int64_t value) {
  std::string digits = std::to_string(value);
  const std::size_t first = value < 0 ? 1 : 0;
  for (auto at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

std::string truncate(std::string_view text, std::size_t max) {
  std::size_t at = 0;
  std::size_t cut = 0;  // where the code point number `max` begins
  for (std::size_t count = 0; at < text.size(); ++count) {
    if (count == max) return max == 0 ? std::string() : std::string(text.substr(0, cut)) + "…";
    cut = at;
    at += code_point_size(text.substr(at));
  }
  return std::string(text);
}

}  // namespace monolite::view
