#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <monolite/base/error.h>
#include <monolite/db/session.h>
#include <monolite/db/sql_text.h>

/// Pages by key: the next page begins behind the last row of this one. Unlike OFFSET it costs the same on every page,
/// and no row is shown twice or left out because others were added before it.
namespace monolite::db {

enum class Order { kAscending, kDescending };

/// What a visitor asks for.
struct PageRequest {
  std::optional<std::string> after = {};  ///< `Page::next` of the page before; nothing: the first page
  std::int64_t size = 25;                 ///< rows, at least 1
};

template <class Rows>
struct Page {
  Rows rows;                        ///< a std::vector, or a RowSet when the struct has views of text
  std::optional<std::string> next;  ///< for PageRequest::after; nothing on the last page
};

namespace detail {

/// Above everything that a key may be: a blob is larger than any number or text, and this one than any id.
inline constexpr auto kAboveAll = [] {
  std::array<std::byte, 17> bytes{};
  bytes.fill(std::byte{0xff});
  return bytes;
}();

/// A text for each value of a key, of letters that stand in a URL as they are; joined by '~', which is in none of them.
std::string cursor_text(std::int64_t value);
std::string cursor_text(Timestamp value);
std::string cursor_text(std::string_view value);
template <class Id>
requires(is_id<Id>) std::string cursor_text(const Id& id) { return id.text(); }
template <class Id>
std::string cursor_text(const AsText<Id>& value) {
  return value.id.text();
}

bool read_cursor(std::string_view text, std::int64_t& value);
bool read_cursor(std::string_view text, Timestamp& value);
bool read_cursor(std::string_view text, std::string& value);
template <class Id>
requires(is_id<Id>) bool read_cursor(std::string_view text, Id& id) {
  const auto parsed = Id::parse(text);
  if (parsed) id = *parsed;
  return parsed.has_value();
}
template <class Id>
bool read_cursor(std::string_view text, AsText<Id>& value) {
  return read_cursor(text, value.id);
}

/// Exactly `parts.size()` pieces between '~'.
bool split_cursor(std::string_view text, std::span<std::string_view> parts);
[[noreturn]] void throw_bad_cursor();

/// How a value of a key is kept while a cursor is read.
template <class V>
struct CursorValue {
  using type = V;
};
template <std::integral V>
struct CursorValue<V> {
  using type = std::int64_t;
};
template <>
struct CursorValue<std::string_view> {
  using type = std::string;
};

/// Below everything that a key of this type may be.
template <class V>
constexpr auto below_all() {
  if constexpr (std::is_same_v<V, std::int64_t>) {
    return -std::numeric_limits<double>::infinity();
  } else if constexpr (is_id<V>) {
    return std::array<std::byte, 0>{};
  } else {
    return std::string_view();  // a text, as Timestamp and AsText are in the database
  }
}

}  // namespace detail

/// The order of a list and its pages: the members that it is sorted by, all in one direction, and no two rows equal in
/// all of them (end with the key). Integers, timestamps, text and ids; never NULL, and no empty text as the only
/// member.
///
///     inline constexpr db::Keyset<db::Order::kDescending, &Post::created_at, &Post::id> kNewestFirst;
///
/// A page's cursor tells the values of its last row to whoever reads it, and a visitor may make one up: it then begins
/// elsewhere in the same list, nothing more.
template <Order Direction, auto... Members>
class Keyset {
 public:
  using Row = std::common_type_t<detail::RecordOf<Members>...>;

  /// One page of `sql`, whose last parameters are the key and the number of rows:
  /// `… WHERE user_id = ? AND (created_at, id) < (?, ?) ORDER BY created_at DESC, id DESC LIMIT ?` (ascending: `>`).
  /// `args` are the parameters before them. Errors: base::Error kInvalid for a text that is no cursor (http: 400).
  template <class... Args>
  auto page(ReadSession& session, const Sql& sql, const PageRequest& request, const Args&... args) const {
    ML_REQUIRE(request.size > 0, "a page has at least one row");
    const auto rows_from = [&](const auto&... key) { return session.all<Row>(sql, args..., key..., request.size + 1); };
    if (!request.after) return finish(rows_from(edge<detail::ValueOf<Members>>()...), request.size);
    return finish(std::apply(rows_from, read(*request.after)), request.size);
  }

  /// The cursor behind `row`.
  static std::string cursor(const Row& row) {
    std::string text;
    ((text += detail::cursor_text(row.*Members), text += '~'), ...);
    text.pop_back();
    return text;
  }
  /// Whether `text` is a cursor of this order.
  static bool is_cursor(std::string_view text) { return parse(text).has_value(); }

 private:
  using Key = std::tuple<typename detail::CursorValue<detail::ValueOf<Members>>::type...>;

  /// Where the first page begins.
  template <class V>
  static constexpr auto edge() {
    if constexpr (Direction == Order::kDescending) {
      return detail::kAboveAll;
    } else {
      return detail::below_all<typename detail::CursorValue<V>::type>();
    }
  }

  static std::optional<Key> parse(std::string_view text) {
    std::array<std::string_view, sizeof...(Members)> parts;
    if (!detail::split_cursor(text, parts)) return std::nullopt;
    Key key;
    const bool good = [&]<std::size_t... I>(std::index_sequence<I...>) {
      return (detail::read_cursor(parts[I], std::get<I>(key)) && ...);
    }
    (std::make_index_sequence<sizeof...(Members)>());
    return good ? std::optional(std::move(key)) : std::nullopt;
  }
  static Key read(std::string_view text) {
    auto key = parse(text);
    if (!key) detail::throw_bad_cursor();
    return std::move(*key);
  }

  /// One row more than asked for says that there is a next page.
  template <class Rows>
  static Page<Rows> finish(Rows rows, std::int64_t size) {
    if (rows.size() <= static_cast<std::size_t>(size)) return {std::move(rows), std::nullopt};
    rows.pop_back();
    auto next = cursor(rows.back());
    return {std::move(rows), std::move(next)};
  }
};

}  // namespace monolite::db
