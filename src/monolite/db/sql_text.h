#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include <monolite/db/record.h>
#include <monolite/db/sql.h>

/// Statements that the compiler writes from described structs (table.h): one constant text per use, made once, with an
/// address of its own, so the statement cache of a connection knows it like any literal.
namespace monolite::db {

/// A string literal as a template argument: `Table<Post, "posts">`.
template <std::size_t Size>
struct Literal {
  consteval Literal(const char (&text)[Size]) {
    std::copy_n(text, Size, chars.begin());
  }  // NOLINT: implicit on purpose
  constexpr std::string_view view() const { return {chars.data(), Size - 1}; }
  constexpr bool empty() const { return Size == 1; }

  std::array<char, Size> chars{};
};

/// The statement that `Build::write(out)` writes by calling `out(text)` piece by piece.
template <class Build>
class SqlText {
 public:
  static constexpr Sql sql() { return Sql({kChars.data(), kSize}, Sql::Kind::kLiteral); }

 private:
  struct Count {
    constexpr void operator()(std::string_view text) { size += text.size(); }
    std::size_t size = 0;
  };
  struct Copy {
    constexpr void operator()(std::string_view text) { at = std::copy(text.begin(), text.end(), at); }
    char* at;
  };

  static constexpr std::size_t kSize = [] {
    Count count;
    Build::write(count);
    return count.size;
  }();
  static constexpr auto kChars = [] {
    std::array<char, kSize + 1> chars{};
    Copy copy{chars.data()};
    Build::write(copy);
    return chars;
  }();
};

namespace detail {

/// `name` as an identifier, whatever words SQL reserves.
constexpr void write_name(auto& out, std::string_view name) {
  out("\"");
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '"') out("\"");
    out(name.substr(i, 1));
  }
  out("\"");
}

template <class M>
struct MemberPointer;
template <class C, class V>
struct MemberPointer<V C::*> {
  using Record = C;
  using Value = V;
};
template <auto Member>
using RecordOf = typename MemberPointer<decltype(Member)>::Record;
template <auto Member>
using ValueOf = typename MemberPointer<decltype(Member)>::Value;

/// The name of a described member; empty when BOOST_DESCRIBE_STRUCT does not list it.
template <auto Member>
constexpr std::string_view described_name() {
  std::string_view name;
  boost::mp11::mp_for_each<MembersOf<RecordOf<Member>>>([&](auto member) {
    if constexpr (std::is_same_v<std::remove_cv_t<decltype(member.pointer)>, decltype(Member)>) {
      if (member.pointer == Member) name = member.name;
    }
  });
  return name;
}

template <auto Member>
constexpr std::string_view column_of() {
  static_assert(!described_name<Member>().empty(), "list the member in BOOST_DESCRIBE_STRUCT");
  return described_name<Member>();
}

/// The described member called `Name`; void when there is none.
template <class T, Literal Name>
struct FindMember {
  template <class M>
  using IsCalled = boost::mp11::mp_bool<std::string_view(M::name) == Name.view()>;
  using Members = boost::mp11::mp_rename<MembersOf<T>, boost::mp11::mp_list>;
  using Found = boost::mp11::mp_copy_if<Members, IsCalled>;
  static constexpr bool exists = boost::mp11::mp_size<Found>::value == 1;
  using Others = boost::mp11::mp_remove_if<Members, IsCalled>;
};

/// The type of the member called `Name`, or `Otherwise`.
template <class T, Literal Name, class Otherwise>
constexpr auto type_of_member() {
  if constexpr (FindMember<T, Name>::exists) {
    return std::type_identity<MemberType<T, boost::mp11::mp_front<typename FindMember<T, Name>::Found>>>{};
  } else {
    return std::type_identity<Otherwise>{};
  }
}

/// The name of each member in `Members`, `after` behind each, separated by commas.
template <class Members>
constexpr void write_names(auto& out, std::string_view after = "") {
  bool first = true;
  boost::mp11::mp_for_each<Members>([&](auto member) {
    if (!first) out(", ");
    first = false;
    write_name(out, member.name);
    out(after);
  });
}

}  // namespace detail

}  // namespace monolite::db
