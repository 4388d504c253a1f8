#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

// The samples of docs/guide/views.md are golden templates, word for word. A sample names its file behind the language:
// ```erb views/posts/_post.html.ecpp
namespace monolite::view::compiler {
namespace {

struct Sample {
  std::string file;
  std::string text;
};

std::vector<Sample> samples_in(std::istream& guide) {
  std::vector<Sample> samples;
  bool inside = false;
  for (std::string line; std::getline(guide, line);) {
    const bool fence = line.starts_with("```");
    const auto space = line.find(' ');
    if (fence && !inside && space != std::string::npos) {
      samples.push_back({line.substr(space + 1), ""});
      inside = true;
    } else if (fence) {
      inside = false;
    } else if (inside) {
      samples.back().text += line + "\n";
    }
  }
  return samples;
}

TEST(Guide, ShowsSamplesThatAreTested) {
  std::ifstream guide(GUIDE_FILE);
  const auto samples = samples_in(guide);
  EXPECT_EQ(samples.size(), 5U);
  for (const auto& [file, text] : samples) {
    std::ifstream golden(std::string(GOLDEN_DIR) + "/" + file);
    std::ostringstream content;
    content << golden.rdbuf();
    EXPECT_EQ(text, content.str()) << file;
  }
}

}  // namespace
}  // namespace monolite::view::compiler
