#pragma once

#include <array>
#include <cstddef>

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

/// Reads the current row: a Record by column names, anything else from the first column.
template <class T>
T row_value(Statement& from) {
  if constexpr (Record<T>) {
    const auto columns = from.columns_of(detail::ShapeOf<T>::shape);
    T row{};
    std::size_t i = 0;
    boost::mp11::mp_for_each<detail::MembersOf<T>>([&](auto member) {
      row.*member.pointer = column_value<detail::MemberType<T, decltype(member)>>(from, columns[i++]);
    });
    return row;
  } else {
    return column_value<T>(from, 0);
  }
}

}  // namespace monolite::db
