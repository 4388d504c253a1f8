#include <array>

#include <monolite/base/ids.h>
#include <monolite/db/page.h>

#include "fuzz.h"

namespace base = monolite::base;
namespace detail = monolite::db::detail;

namespace {

template <class Value>
void check_part(std::string_view text) {
  Value value{};
  if (!detail::read_cursor(text, value)) return;
  Value again{};
  require(detail::read_cursor(detail::cursor_text(value), again) && again == value, "a cursor reads as it was written");
}

template <class Id>
void check_id(std::string_view text) {
  const auto id = Id::parse(text);
  if (id) require(Id::parse(id->text()) == id, "an id reads as it was written");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  check_id<base::Uuid>(text);
  check_id<base::Ulid>(text);
  std::array<std::string_view, 2> parts;
  if (!detail::split_cursor(text, parts)) return 0;
  for (const auto part : parts) {
    require(part.find('~') == std::string_view::npos, "a part ends at its separator");
    check_part<std::int64_t>(part);
    check_part<monolite::db::Timestamp>(part);
    check_part<std::string>(part);
  }
  return 0;
}
