// monolite_sql_literals_tool --function NAMESPACE::NAME --root DIR --files LIST --output FILE
// Writes the C++ file that monolite_sql_literals (cmake/MonoliteSqlLiterals.cmake) adds to a target.

#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>

#include <monolite/db/sql_literals/scanner.h>

namespace {

using monolite::db::sql_literals::quoted;
using monolite::db::sql_literals::scan;

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

/// The table's rows, one per literal: {text, file, line}.
std::string rows(const std::string& list, const std::string& root) {
  std::ostringstream out;
  std::istringstream files(list);
  for (std::string path; std::getline(files, path);) {
    const std::string shown = path.starts_with(root + "/") ? path.substr(root.size() + 1) : path;
    for (const auto& literal : scan(read_file(path))) {
      out << "    {" << quoted(literal.text) << ", " << quoted(shown) << ", " << literal.line << "},\n";
    }
  }
  return out.str();
}

std::string source_for(const std::string& function, const std::string& table) {
  const auto cut = function.rfind("::");
  if (cut == std::string::npos) throw std::runtime_error("--function needs a namespace: " + function);
  const std::string space = function.substr(0, cut);
  const std::string name = function.substr(cut + 2);
  std::ostringstream out;
  out << "// Generated from the SQL literals of this target. Do not edit.\n"
      << "#include <span>\n#include <vector>\n\n#include <monolite/db/sql.h>\n\n"
      << "namespace " << space << " {\n\n"
      << "std::span<const monolite::db::SqlSite> " << name << "();\n\n"
      << "std::span<const monolite::db::SqlSite> " << name << "() {\n"
      << "  static const std::vector<monolite::db::SqlSite> sites{\n"
      << table << "  };\n  return sites;\n}\n\n}  // namespace " << space << "\n";
  return out.str();
}

}  // namespace

int main(int argc, char** argv) try {
  const auto options = options_of(argc, argv);
  const auto source =
      source_for(options.at("--function"), rows(read_file(options.at("--files")), options.at("--root")));
  std::ofstream(options.at("--output"), std::ios::binary) << source;
  return 0;
} catch (const std::exception& error) {
  std::cerr << "monolite_sql_literals_tool: " << error.what() << '\n';
  return 1;
}
