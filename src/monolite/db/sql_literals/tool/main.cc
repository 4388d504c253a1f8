// monolite_sql_literals_tool --function NAMESPACE::NAME --root DIR --files LIST --output FILE
// Writes the C++ file that monolite_sql_literals (cmake/MonoliteSqlLiterals.cmake) adds to a target.

#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <monolite/db/sql_literals/target.h>

namespace {

namespace sql_literals = monolite::db::sql_literals;

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::map<std::string, std::string> options_of(int argc, char** argv) {
  std::map<std::string, std::string> options;
  for (int i = 1; i + 1 < argc; i += 2) options[argv[i]] = argv[i + 1];
  for (const char* name : {"--function", "--root", "--files", "--output"}) {
    if (!options.contains(name)) throw std::runtime_error(std::string("missing ") + name);
  }
  return options;
}

/// The files of `list`, one path a line, each under the name that errors show.
std::vector<sql_literals::SourceFile> scan_all(const std::string& list, const std::string& root) {
  std::vector<sql_literals::SourceFile> files;
  std::istringstream paths(list);
  for (std::string path; std::getline(paths, path);) {
    const std::string shown = path.starts_with(root + "/") ? path.substr(root.size() + 1) : path;
    files.push_back(sql_literals::scan(shown, read_file(path)));
  }
  return files;
}

}  // namespace

int main(int argc, char** argv) try {
  const auto options = options_of(argc, argv);
  const auto files = scan_all(read_file(options.at("--files")), options.at("--root"));
  std::ofstream(options.at("--output"), std::ios::binary) << sql_literals::source_for(options.at("--function"), files);
  return 0;
} catch (const std::exception& error) {
  std::cerr << "monolite_sql_literals_tool: " << error.what() << '\n';
  return 1;
}
