#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include <monolite/db/sql_literals/detail/table_sql.h>
#include <monolite/db/sql_literals/target.h>

namespace monolite::db::sql_literals {
namespace {

std::string full_name(const DescribedStruct& described) {
  return described.space.empty() ? described.name : described.space + "::" + described.name;
}

bool is_header(const SourceFile& file) { return file.path.ends_with(".h"); }

bool declares(const SourceFile& file, std::string_view name) {
  const auto last = name.rfind("::");
  const auto own = last == std::string_view::npos ? name : name.substr(last + 2);
  return std::ranges::find(file.declared, own) != file.declared.end();
}

void write_calls(std::ostream& out, std::size_t index, const Literal& literal, const SourceFile& file,
                 std::span<const SourceFile> files) {
  if (literal.calls.empty()) return;
  out << "constexpr monolite::db::SqlCall kCalls" << index << "[] = {\n";
  for (const Call& call : literal.calls) {
    std::string members;
    const DescribedStruct* const row = row_struct(files, file, call);
    if (row != nullptr) {
      for (const auto& member : row->members) members += (members.empty() ? "" : " ") + member;
    }
    out << "    {" << call.line << ", " << quoted(call.function) << ", " << call.values << ", "
        << quoted(row != nullptr ? call.row_type : "") << ", " << quoted(members) << "},\n";
  }
  out << "};\n";
}

void write_site(std::ostream& out, std::size_t index, const Literal& literal, const SourceFile& file) {
  out << "      {" << quoted(literal.text) << ", " << quoted(file.path) << ", " << literal.line;
  if (!literal.calls.empty()) out << ", kCalls" << index;
  out << "},\n";
}

}  // namespace

bool can_mean(std::string_view name, std::string_view space, std::string_view full) {
  if (name.starts_with("::")) return full == name.substr(2);
  if (!full.ends_with(name)) return false;
  const auto rest = full.substr(0, full.size() - name.size());
  if (rest.empty()) return true;
  if (!rest.ends_with("::")) return false;
  const auto outer = rest.substr(0, rest.size() - 2);
  return space == outer || space.starts_with(rest);
}

const DescribedStruct* row_struct(std::span<const SourceFile> files, const SourceFile& file, const Call& call) {
  const DescribedStruct* found = nullptr;
  for (const SourceFile& other : files) {
    const bool is_own = &other == &file;
    if (!is_own && !is_header(other)) continue;
    for (const DescribedStruct& described : other.structs) {
      if (!can_mean(call.row_type, call.space, full_name(described))) continue;
      if (found != nullptr || (!is_own && declares(file, call.row_type))) return nullptr;
      found = &described;
    }
  }
  return found;
}

std::string source_for(const std::string& function, std::span<const SourceFile> files) {
  const auto cut = function.rfind("::");
  if (cut == std::string::npos) throw std::runtime_error("--function needs a namespace: " + function);
  const std::string space = function.substr(0, cut);
  const std::string name = function.substr(cut + 2);
  std::ostringstream calls;
  std::ostringstream sites;
  std::size_t index = 0;
  for (const SourceFile& file : files) {
    for (const auto& list : {file.literals, table_literals(files, file)}) {
      for (const Literal& literal : list) {
        write_calls(calls, index, literal, file, files);
        write_site(sites, index++, literal, file);
      }
    }
  }
  std::ostringstream out;
  out << "// Generated from the SQL literals of this target. Do not edit.\n"
      << "#include <span>\n#include <vector>\n\n#include <monolite/db/sql.h>\n\n"
      << "namespace " << space << " {\nnamespace {\n\n"
      << calls.str() << "\n}  // namespace\n\n"
      << "std::span<const monolite::db::SqlSite> " << name << "();\n\n"
      << "std::span<const monolite::db::SqlSite> " << name << "() {\n"
      << "  static const std::vector<monolite::db::SqlSite> sites{\n"
      << sites.str() << "  };\n  return sites;\n}\n\n}  // namespace " << space << "\n";
  return out.str();
}

}  // namespace monolite::db::sql_literals
