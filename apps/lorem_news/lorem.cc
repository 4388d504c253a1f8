#include <array>
#include <cctype>
#include <string_view>

#include <lorem_news/lorem.h>

namespace lorem_news::lorem {
namespace {

using monolite::base::Rng;

constexpr std::array<std::string_view, 80> kWords{
    "lorem",        "ipsum",     "dolor",     "sit",        "amet",     "consectetur",  "adipiscing", "elit",
    "sed",          "eiusmod",   "tempor",    "incididunt", "labore",   "dolore",       "magna",      "aliqua",
    "enim",         "minim",     "veniam",    "quis",       "nostrud",  "exercitation", "ullamco",    "laboris",
    "nisi",         "aliquip",   "commodo",   "consequat",  "duis",     "aute",         "irure",      "reprehenderit",
    "voluptate",    "velit",     "esse",      "cillum",     "fugiat",   "nulla",        "pariatur",   "excepteur",
    "sint",         "occaecat",  "cupidatat", "non",        "proident", "sunt",         "culpa",      "officia",
    "deserunt",     "mollit",    "anim",      "laborum",    "vitae",    "turpis",       "massa",      "tincidunt",
    "ornare",       "lectus",    "placerat",  "vestibulum", "mattis",   "ullamcorper",  "facilisis",  "gravida",
    "neque",        "convallis", "cras",      "semper",     "auctor",   "faucibus",     "viverra",    "justo",
    "pellentesque", "habitant",  "morbi",     "tristique",  "senectus", "netus",        "malesuada",  "fames"};

std::string sentence(Rng& rng) {
  auto text = words(rng, 5, 10);
  text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  return text += '.';
}

template <class Make>
std::string joined(Rng& rng, int least, int most, std::string_view between, Make make) {
  std::string text = make(rng);
  for (auto more = rng.between(least, most) - 1; more > 0; --more) text.append(between).append(make(rng));
  return text;
}

}  // namespace

std::string word(Rng& rng) {
  return std::string(kWords.at(static_cast<std::size_t>(rng.between(0, static_cast<std::int64_t>(kWords.size()) - 1))));
}

std::string words(Rng& rng, int least, int most) { return joined(rng, least, most, " ", word); }

std::string paragraph(Rng& rng) { return joined(rng, 5, 10, " ", sentence); }

std::string paragraphs(Rng& rng, int least, int most) { return joined(rng, least, most, "\n\n", paragraph); }

}  // namespace lorem_news::lorem
