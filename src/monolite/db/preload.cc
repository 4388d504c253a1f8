#include <fmt/format.h>

#include <monolite/db/preload.h>

namespace monolite::db::detail {

void append_json(std::string& out, std::int64_t value) { out += std::to_string(value); }

void append_json(std::string& out, std::string_view value) {
  out += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < ' ') {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace monolite::db::detail
