#include <monolite/base/error.h>
#include <monolite/http/cookies.h>
#include <monolite/http/fields.h>

#include "fuzz.h"

namespace http = monolite::http;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  try {
    for (const auto& [name, value] : http::Fields::parse(text)) {
      require(http::is_utf8(name) && http::is_utf8(value), "a form's fields are UTF-8");
      require(value.find('\0') == std::string::npos, "and hold no NUL");
      const auto sent_again = http::encode_component(name) + "=" + http::encode_component(value);
      require(http::Fields::parse(sent_again).find(name) == value, "what is encoded decodes to itself");
    }
  } catch (const monolite::base::Error& refusal) {
    require(refusal.code() == monolite::base::ErrorCode::kInvalid, "a broken form is a 400");
  }
  if (const auto segment = http::decode_segment(text)) {
    require(http::decode_segment(http::encode_component(*segment)) == *segment, "segments too");
  }
  http::Cookies cookies;
  cookies.parse(text);
  for (const auto& [name, value] : cookies) {
    require(name.data() >= text.data() && value.data() + value.size() <= text.data() + text.size(),
            "cookies are views into the header");
  }
  return 0;
}
