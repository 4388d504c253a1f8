#include <algorithm>

#include <fmt/format.h>

#include <monolite/base/error.h>
#include <monolite/http/detail/syntax.h>
#include <monolite/http/headers.h>

namespace monolite::http {

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return detail::lower(x) == detail::lower(y); });
}

void Headers::add(std::string_view name, std::string_view value) {
  if (!detail::is_token(name)) {
    throw base::Error({.code = base::ErrorCode::kInvalid,
                       .what = fmt::format("'{}' cannot be the name of a header", name),
                       .hint = "letters, digits and !#$%&'*+-.^_`|~ only"});
  }
  if (std::any_of(value.begin(), value.end(), detail::is_forbidden_in_value)) {
    throw base::Error({.code = base::ErrorCode::kInvalid,
                       .what = fmt::format("the value for the header {} holds a control character", name),
                       .hint = "encode what comes from outside before it becomes a header"});
  }
  add_unchecked(name, value);
}

void Headers::set(std::string_view name, std::string_view value) {
  // A view into this very object would not survive the removal.
  const std::string kept_value(value);
  remove(name);
  add(name, kept_value);
}

void Headers::add_unchecked(std::string_view name, std::string_view value) {
  if (entries_.capacity() == 0) {  // enough for a usual message: grown in steps, it would cost one allocation each
    bytes_.reserve(256);
    entries_.reserve(8);
  }
  Entry entry{static_cast<std::uint32_t>(bytes_.size()), static_cast<std::uint32_t>(name.size()), 0,
              static_cast<std::uint32_t>(value.size())};
  bytes_.append(name);
  entry.value_at = static_cast<std::uint32_t>(bytes_.size());
  bytes_.append(value);
  entries_.push_back(entry);
}

void Headers::remove(std::string_view name) {
  // The bytes stay until clear(): a message is short-lived, and offsets need not move.
  std::erase_if(entries_, [&](const Entry& entry) {
    return equal_ignoring_case(std::string_view(bytes_).substr(entry.name_at, entry.name_size), name);
  });
}

void Headers::clear() noexcept {
  bytes_.clear();
  entries_.clear();
}

std::optional<std::string_view> Headers::find(std::string_view name) const noexcept {
  for (const auto field : *this)
    if (equal_ignoring_case(field.name, name)) return field.value;
  return std::nullopt;
}

std::vector<std::string_view> Headers::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto field : *this)
    if (equal_ignoring_case(field.name, name)) values.push_back(field.value);
  return values;
}

bool Headers::has_token(std::string_view name, std::string_view token) const noexcept {
  for (const auto field : *this) {
    if (!equal_ignoring_case(field.name, name)) continue;
    for (std::string_view rest = field.value; !rest.empty();)
      if (equal_ignoring_case(detail::next_element(rest, ','), token)) return true;
  }
  return false;
}

Headers::Field Headers::operator[](std::size_t index) const noexcept {
  const Entry& entry = entries_[index];
  const std::string_view bytes = bytes_;
  return {bytes.substr(entry.name_at, entry.name_size), bytes.substr(entry.value_at, entry.value_size)};
}

}  // namespace monolite::http
