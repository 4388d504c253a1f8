#include <algorithm>
#include <string>

#include <sqlite3.h>

#include <monolite/db/sqlite/detail/library.h>
#include <monolite/db/sqlite/statement_end.h>

namespace monolite::db::sqlite {
namespace {

/// Of the comment that `text` begins with; 0 when it begins with none, or with one that has no end.
std::size_t size_of_comment(std::string_view text) {
  if (text.starts_with("--")) return std::min(text.find('\n'), text.size());
  if (!text.starts_with("/*")) return 0;
  const auto end = text.find("*/", 2);
  return end == std::string_view::npos ? 0 : end + 2;
}

}  // namespace

std::string_view from_first_statement(std::string_view text) {
  while (!text.empty()) {
    const auto blanks = text.find_first_not_of(" \t\r\n\f;");
    if (blanks == std::string_view::npos) return {};
    text.remove_prefix(blanks);
    const auto comment = size_of_comment(text);
    if (comment == 0) break;
    text.remove_prefix(comment);
  }
  return text;
}

std::string_view first_statement(std::string_view text) {
  initialize_library();
  for (auto end = text.find(';'); end != std::string_view::npos; end = text.find(';', end + 1)) {
    const auto candidate = text.substr(0, end + 1);
    if (sqlite3_complete(std::string(candidate).c_str()) == 1) return candidate;
  }
  return {};
}

}  // namespace monolite::db::sqlite
