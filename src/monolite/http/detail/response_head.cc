#include <array>
#include <charconv>

#include <monolite/http/detail/response_head.h>

namespace monolite::http::detail {
namespace {

void append_number(std::string& out, std::uint64_t value) {
  std::array<char, 20> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out.append(digits.data(), end);
}

bool is_the_servers(std::string_view name) noexcept {
  // The length tells nearly all names apart, so the usual header costs one comparison of numbers.
  switch (name.size()) {
    case 4:
      return equal_ignoring_case(name, "Date");
    case 10:
      return equal_ignoring_case(name, "Connection") || equal_ignoring_case(name, "Keep-Alive");
    case 14:
      return equal_ignoring_case(name, "Content-Length");
    case 17:
      return equal_ignoring_case(name, "Transfer-Encoding");
    default:
      return false;
  }
}

}  // namespace

void append_head(std::string& out, const Response& response, HttpVersion version, AfterAnswer after,
                 std::string_view date) {
  const Status status = response.status();
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::uint64_t>(code(status)));
  out.append(" ").append(reason(status)).append("\r\nDate: ").append(date).append("\r\n");
  for (const auto field : response.headers()) {
    if (is_the_servers(field.name)) continue;
    out.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  if (may_have_body(status)) {
    out.append("Content-Length: ");
    append_number(out, response.body_size());
    out.append("\r\n");
  }
  if (after == AfterAnswer::kClose) {
    out.append("Connection: close\r\n");
  } else if (version == HttpVersion::k10) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
}

}  // namespace monolite::http::detail
