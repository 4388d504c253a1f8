#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>
#include <vector>

#include <monolite/view/compiler/generator.h>
#include <monolite/view/compiler/program.h>

namespace monolite::view::compiler {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kUsage =
    "usage: ecppc --namespace <name> --root <folder> --include <prefix> --out <folder> <template>...\n"
    "\n"
    "Compiles templates (*.html.ecpp) below the folder --root into C++ files below --out.\n"
    "Their functions stand in the namespace --namespace and in one more per folder; with --out on the include path,\n"
    "<folder>/_post.html.ecpp is included as <prefix/folder/_post.h>.\n";

struct Options {
  std::string name_space;
  std::string prefix;
  fs::path root;
  fs::path out;
  std::vector<std::string> templates;
};

/// The file system refused; `what()` is for the reader of the build's output.
class FileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

std::optional<Options> read_options(std::span<const std::string> arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto& word = arguments[i];
    if (!word.starts_with("--")) {
      options.templates.push_back(word);
      continue;
    }
    if (i + 1 == arguments.size()) return std::nullopt;
    const auto& value = arguments[++i];
    if (word == "--namespace") {
      options.name_space = value;
    } else if (word == "--root") {
      options.root = value;
    } else if (word == "--include") {
      options.prefix = value;
    } else if (word == "--out") {
      options.out = value;
    } else {
      return std::nullopt;
    }
  }
  const bool complete =
      !options.name_space.empty() && !options.prefix.empty() && !options.root.empty() && !options.out.empty();
  return complete && !options.templates.empty() ? std::optional(options) : std::nullopt;
}

std::optional<std::string> read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  if (!file || !(content << file.rdbuf() || file.peek() == std::ifstream::traits_type::eof())) return std::nullopt;
  return std::move(content).str();
}

// What depends on the output is not built again when the output is the same.
void write_file(const fs::path& path, const std::string& content) {
  if (read_file(path) == content) return;
  std::error_code problem;
  fs::create_directories(path.parent_path(), problem);
  std::ofstream file(path, std::ios::binary);
  file << content;
  file.close();
  if (problem || !file)
    throw FileError(path.string() + ": error: cannot write (is the folder writable, the disk full?)");
}

void compile(const Options& options, const std::string& file) {
  const auto source = read_file(file);
  if (!source) throw FileError(file + ": error: cannot read (does it exist?)");
  const auto path = fs::path(file).lexically_relative(options.root).generic_string();
  if (path.empty() || path.starts_with("..")) {
    throw FileError(file + ": error: does not lie in " + options.root.string() + " (give its folder as --root)");
  }
  const auto naming = name_template(path, options.name_space, options.prefix);
  const auto generated = generate(parse_template(*source), naming, file);
  write_file(options.out / (naming.stem + ".h"), generated.header);
  write_file(options.out / (naming.stem + ".cc"), generated.source);
}

}  // namespace

int run_program(std::span<const std::string> arguments, std::ostream& output, std::ostream& errors) {
  if (arguments.size() == 1 && arguments[0] == "--help") {
    output << kUsage;
    return 0;
  }
  const auto options = read_options(arguments);
  if (!options) {
    errors << kUsage;
    return 2;
  }
  int result = 0;
  for (const auto& file : options->templates) {
    try {
      compile(*options, file);
    } catch (const TemplateError& error) {
      errors << error.line_for(file) << '\n';
      result = 1;
    } catch (const FileError& error) {
      errors << error.what() << '\n';
      result = 1;
    }
  }
  return result;
}

}  // namespace monolite::view::compiler
