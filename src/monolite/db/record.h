#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

#include <boost/describe/class.hpp>
#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>

#include <monolite/db/value.h>

namespace monolite::db {

/// A plain struct whose members were named: `BOOST_DESCRIBE_STRUCT(Post, (), (id, title, created_at))`.
/// Each described member takes the column of its name; further columns are ignored.
template <class T>
concept Record = std::is_class_v<T> && boost::describe::has_describe_members<T>::value;

namespace detail {

template <class T>
using MembersOf = boost::describe::describe_members<T, boost::describe::mod_public>;

template <class T>
struct ShapeOf {
  static constexpr auto names = []<class... M>(boost::mp11::mp_list<M...>) {
    return std::array<const char*, sizeof...(M)>{M::name...};
  }(boost::mp11::mp_rename<MembersOf<T>, boost::mp11::mp_list>{});
  static inline const RecordShape shape{&typeid(T), names};
};

template <class Row, class M>
using MemberType = std::remove_cvref_t<decltype(std::declval<Row&>().*M::pointer)>;

}  // namespace detail

namespace detail {

template <class T>
constexpr bool borrows() {
  if constexpr (Record<T>) {
    return []<class... M>(boost::mp11::mp_list<M...>) {
      return (borrows<MemberType<T, M>>() || ...);
    }(boost::mp11::mp_rename<MembersOf<T>, boost::mp11::mp_list>{});
  } else {
    return std::is_same_v<T, std::string_view> || std::is_same_v<T, std::optional<std::string_view>>;
  }
}

}  // namespace detail

/// A row with `std::string_view` members shows the database's own memory, which is gone with the next row. `all` keeps
/// that text (RowSet) and `each` hands out one row at a time; a call that returns a single row needs std::string.
template <class T>
concept BorrowsText = detail::borrows<T>();

/// Reads rows of a statement: a Record by column names, anything else from the first column. Made when the statement
/// stands on its first row, because a changed schema shows only then; good until the statement is reset.
template <class T>
class RowReader {
 public:
  explicit RowReader(Statement& from) : from_(from) {
    if constexpr (Record<T>) columns_ = from.columns_of(detail::ShapeOf<T>::shape);
  }

  /// Reads the current row into `row`, whose members have their defaults: a row that is made where it stays is not
  /// moved. (Assigned and not std::string::assign, which costs twice as much for an empty string.)
  void into(T& row) const {
    if constexpr (Record<T>) {
      const int* column = columns_.data();
      boost::mp11::mp_for_each<detail::MembersOf<T>>([&](auto member) {
        row.*member.pointer = column_value<detail::MemberType<T, decltype(member)>>(from_, *column++);
      });
    } else {
      row = column_value<T>(from_, 0);
    }
  }

  /// The current row.
  T operator()() const {
    T row{};
    into(row);
    return row;
  }

 private:
  const Statement& from_;
  std::span<const int> columns_;
};

namespace detail {

/// Replaces each view of `row` by what `keep` makes of it.
template <class T, class Keep>
void keep_text(T& row, Keep keep) {
  if constexpr (std::is_same_v<T, std::string_view>) {
    row = keep(row);
  } else if constexpr (std::is_same_v<T, std::optional<std::string_view>>) {
    if (row) row = keep(*row);
  } else if constexpr (Record<T>) {
    boost::mp11::mp_for_each<MembersOf<T>>([&](auto member) { keep_text(row.*member.pointer, keep); });
  }
}

}  // namespace detail

}  // namespace monolite::db
