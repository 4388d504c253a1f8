#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>

#include <fmt/format.h>

#include <monolite/base/detail/log_text.h>

namespace monolite::base::detail {
namespace {

struct Character {
  std::size_t bytes;  ///< how many bytes of the text it takes; 1 when invalid
  std::int32_t code;  ///< the code point, or kInvalid
};
constexpr std::int32_t kInvalid = -1;

/// The UTF-8 character at the start of `text` (not empty); overlong forms, surrogates and stray bytes are invalid.
Character first_character(std::string_view text) noexcept {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = at(0);
  if (lead < 0x80) return {1, lead};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return {1, kInvalid};
  std::int32_t code = lead & (0x7f >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xc0) != 0x80) return {1, kInvalid};
    code = (code << 6) | (at(i) & 0x3f);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  return overlong || surrogate || code > 0x10ffff ? Character{1, kInvalid} : Character{length, code};
}

/// Controls of both sets (terminals obey the second one too) and the line separators that some readers split at.
bool needs_escape(std::int32_t code) noexcept {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029;
}

void append_escaped(std::string& out, std::int32_t code) {
  switch (code) {
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", code);
  }
}

void append_quoted(std::string& out, LogFormat format, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const Character c = first_character(text);
    if (c.code == kInvalid) {
      if (format == LogFormat::kJson)
        out += "\\ufffd";
      else
        fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<std::uint8_t>(text.front()));
    } else if (c.code == '"' || c.code == '\\') {
      out += '\\';
      out += static_cast<char>(c.code);
    } else if (needs_escape(c.code)) {
      append_escaped(out, c.code);
    } else {
      out += text.substr(0, c.bytes);
    }
    text.remove_prefix(c.bytes);
  }
  out += '"';
}

/// Plain ASCII that logfmt readers take without quotes.
bool is_bare(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < '\x7f' && c != '"' && c != '=' && c != '\\';
  });
}

void append_value(std::string& out, LogFormat format, std::string_view text) {
  if (format == LogFormat::kLogfmt && is_bare(text))
    out += text;
  else
    append_quoted(out, format, text);
}

void append_value(std::string& out, LogFormat format, double number) {
  if (format == LogFormat::kJson && !std::isfinite(number))
    out += "null";  // JSON has no name for it
  else
    fmt::format_to(std::back_inserter(out), "{}", number);
}

template <class Plain>
void append_value(std::string& out, LogFormat, const Plain& value) {
  fmt::format_to(std::back_inserter(out), "{}", value);
}

}  // namespace

void append_field(std::string& out, LogFormat format, const LogField& field) {
  if (format == LogFormat::kJson) {
    out += ',';
    append_quoted(out, format, field.key);
    out += ':';
  } else {
    out += ' ';
    append_value(out, format, field.key);
    out += '=';
  }
  std::visit([&](const auto& value) { append_value(out, format, value); }, field.value);
}

}  // namespace monolite::base::detail
