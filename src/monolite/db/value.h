#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include <boost/describe/enum_from_string.hpp>
#include <boost/describe/enum_to_string.hpp>
#include <boost/describe/enumerators.hpp>

#include <monolite/base/ids.h>
#include <monolite/db/statement.h>
#include <monolite/db/timestamp.h>

/// How C++ values travel into parameters and out of columns:
///   integers, bool -> INTEGER            float, double -> REAL           std::string(_view) -> TEXT
///   Blob, span of bytes -> BLOB          Timestamp -> TEXT, UTC, microseconds
///   enum -> INTEGER, or TEXT by name when it is described (BOOST_DESCRIBE_ENUM)
///   Uuid, Ulid -> BLOB of 16 bytes       AsText<Uuid>, AsText<Ulid> -> TEXT
///   std::optional<T> -> NULL or T        std::nullopt -> NULL
/// A NULL or a value of another type read into T is an error that names the column; nothing is converted silently.
namespace monolite::db {

using Blob = std::vector<std::byte>;
using base::Ulid;
using base::Uuid;

/// An id stored as its text: more than twice as long as the 16 bytes, but legible in every tool.
template <class Id>
struct AsText {
  Id id{};

  bool operator==(const AsText&) const = default;
  auto operator<=>(const AsText&) const = default;
};

namespace detail {

template <class T>
inline constexpr bool is_id = std::is_same_v<T, Uuid> || std::is_same_v<T, Ulid>;
template <class T>
inline constexpr bool is_id_text = false;
template <class Id>
inline constexpr bool is_id_text<AsText<Id>> = true;

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
concept DescribedEnum = std::is_enum_v<T> && boost::describe::has_describe_enumerators<T>::value;

/// Throws the error for a column that does not hold what `wanted` says.
[[noreturn]] void throw_type_mismatch(const Statement& statement, int column, const char* wanted);
[[noreturn]] void throw_out_of_range(const Statement& statement, int column, const char* wanted);
[[noreturn]] void throw_unnamed_enumerator(const std::type_info& type, std::int64_t value);
[[noreturn]] void throw_not_a_number(const Statement& statement, int index);

}  // namespace detail

/// Binds `value` as parameter `index` (from 1).
template <class T>
void bind_value(Statement& to, int index, const T& value, BoundBytes bytes) {
  if constexpr (std::is_same_v<T, std::nullopt_t>) {
    to.bind_null(index);
  } else if constexpr (detail::is_optional<T>) {
    value ? bind_value(to, index, *value, bytes) : to.bind_null(index);
  } else if constexpr (std::is_same_v<T, Timestamp>) {
    to.bind_text(index, to_text(value), BoundBytes::kCopied);
  } else if constexpr (detail::is_id<T>) {
    to.bind_blob(index, value.bytes, bytes);
  } else if constexpr (detail::is_id_text<T>) {
    to.bind_text(index, value.id.text(), BoundBytes::kCopied);
  } else if constexpr (detail::DescribedEnum<T>) {
    const char* name = boost::describe::enum_to_string(value, nullptr);
    if (!name) detail::throw_unnamed_enumerator(typeid(T), static_cast<std::int64_t>(value));
    to.bind_text(index, name, BoundBytes::kBorrowed);
  } else if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
    static_assert(std::is_signed_v<T> || std::is_enum_v<T> || sizeof(T) < sizeof(std::int64_t),
                  "SQLite's integers are signed: convert to std::int64_t yourself");
    to.bind_integer(index, static_cast<std::int64_t>(value));
  } else if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(value)) detail::throw_not_a_number(to, index);  // SQLite would store NULL
    to.bind_real(index, value);
  } else if constexpr (std::is_convertible_v<const T&, std::span<const std::byte>>) {
    to.bind_blob(index, value, bytes);
  } else {
    static_assert(std::is_convertible_v<const T&, std::string_view>, "no way to store this type in a column");
    to.bind_text(index, std::string_view(value), bytes);
  }
}

namespace detail {

/// `cell` as a T; `from` and `column` are for the error that it is none.
template <class T>
T cell_value(const Cell& cell, const Statement& from, int column) {
  const auto expect = [&](ColumnType wanted, const char* name) {
    if (cell.type != wanted) [[unlikely]]
      throw_type_mismatch(from, column, name);
  };
  if constexpr (is_optional<T>) {
    if (cell.type == ColumnType::kNull) return std::nullopt;
    return cell_value<typename T::value_type>(cell, from, column);
  } else if constexpr (std::is_same_v<T, bool>) {
    expect(ColumnType::kInteger, "bool");
    return cell.integer != 0;
  } else if constexpr (DescribedEnum<T>) {
    expect(ColumnType::kText, "enumerator name");
    T value{};
    if (!boost::describe::enum_from_string(std::string(cell.bytes).c_str(), value)) {
      throw_out_of_range(from, column, "enumerator name");
    }
    return value;
  } else if constexpr (std::is_enum_v<T>) {
    return static_cast<T>(cell_value<std::underlying_type_t<T>>(cell, from, column));
  } else if constexpr (std::is_integral_v<T>) {
    expect(ColumnType::kInteger, "integer");
    if (!std::in_range<T>(cell.integer)) throw_out_of_range(from, column, "integer of this size");
    return static_cast<T>(cell.integer);
  } else if constexpr (std::is_floating_point_v<T>) {
    if (cell.type == ColumnType::kInteger) return static_cast<T>(cell.integer);
    expect(ColumnType::kReal, "real");
    return static_cast<T>(cell.real);
  } else if constexpr (std::is_same_v<T, Timestamp>) {
    expect(ColumnType::kText, "timestamp");
    const auto at = timestamp_from_text(cell.bytes);
    if (!at) throw_out_of_range(from, column, "timestamp");
    return *at;
  } else if constexpr (is_id<T>) {
    expect(ColumnType::kBlob, "id");
    T id;
    if (cell.bytes.size() != id.bytes.size()) throw_out_of_range(from, column, "id of 16 bytes");
    std::memcpy(id.bytes.data(), cell.bytes.data(), id.bytes.size());
    return id;
  } else if constexpr (is_id_text<T>) {
    expect(ColumnType::kText, "id");
    const auto id = decltype(T::id)::parse(cell.bytes);
    if (!id) throw_out_of_range(from, column, "id");
    return T{*id};
  } else if constexpr (std::is_same_v<T, Blob>) {
    expect(ColumnType::kBlob, "blob");
    const auto bytes = std::as_bytes(std::span(cell.bytes));
    return Blob(bytes.begin(), bytes.end());
  } else {
    static_assert(std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>,
                  "no way to read a column into this type");
    expect(ColumnType::kText, "text");
    return T(cell.bytes);
  }
}

}  // namespace detail

/// Reads column `column` (from 0) of the current row. A std::string_view is good until the statement's next step.
template <class T>
T column_value(const Statement& from, int column) {
  return detail::cell_value<T>(from.cell(column), from, column);
}

}  // namespace monolite::db
