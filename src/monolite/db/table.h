#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <monolite/db/session.h>
#include <monolite/db/table_text.h>

namespace monolite::db {

namespace detail {

[[noreturn]] void throw_no_row_in(std::string_view table, std::string_view column);

/// Whether a row may leave its key to the database: a whole number that is 0.
template <Literal Key, class R>
constexpr bool may_leave_out_key() {
  using Found = FindMember<R, Key>;
  if constexpr (Found::exists) {
    return std::is_integral_v<MemberType<R, boost::mp11::mp_front<typename Found::Found>>> &&
           !boost::mp11::mp_empty<typename Found::Others>::value;
  } else {
    return false;
  }
}

template <Literal Key, class R>
bool leaves_out_key(const R& row) {
  if constexpr (may_leave_out_key<Key, R>()) {
    return row.*boost::mp11::mp_front<typename FindMember<R, Key>::Found>::pointer == 0;
  } else {
    return false;
  }
}

/// Calls `use` with a list of the members that an INSERT of `row` names.
template <Literal Key, class R, class F>
decltype(auto) with_inserted(const R& row, F use) {
  if constexpr (may_leave_out_key<Key, R>()) {
    if (leaves_out_key<Key>(row)) return use(typename FindMember<R, Key>::Others{});
  }
  return use(typename FindMember<R, Key>::Members{});
}

}  // namespace detail

/// How a described struct lies in a table: its members are columns of their names. The everyday statements are written
/// from that by the compiler; whatever is more than `WHERE …` stays a literal of its own (session.h).
///
///     inline constexpr db::Table<Post, "posts"> kPosts;
///     const auto post = kPosts.get(session, id);
///     const auto mine = kPosts.where<"user_id = ? ORDER BY created_at DESC">(session, user_id);
///
/// A clause is SQL from the source, its values are parameters. `Key` is the column that identifies a row. Several
/// structs may show one table, each with the columns it needs; what is inserted may be yet another one.
/// Names are quoted, so a column may be called "order". Statements cost nothing at run time: each is one constant text.
/// Errors: those of the session; get and get_by throw base::NotFound, which http answers with 404.
/// `db check` and the start in development find a member that is no column, and a clause that does not fit the table.
/// Threads: any; the object is constant and empty.
template <Record T, Literal Name, Literal Key = "id">
class Table {
 public:
  using Row = T;
  static constexpr auto kName = Name;
  static constexpr auto kKey = Key;
  /// What identifies a row; std::int64_t when T leaves the key out.
  using key_type = typename decltype(detail::type_of_member<T, Key, std::int64_t>())::type;

  static constexpr std::string_view name() { return Name.view(); }

  // Reading. `where` gives a std::vector, or a RowSet when T has views of text.

  std::optional<T> find(ReadSession& session, const key_type& key) const {
    return session.find<T>(SqlText<detail::WhereKeyText<Select, Key>>::sql(), key);
  }
  T get(ReadSession& session, const key_type& key) const { return or_throw(find(session, key), Key.view()); }

  /// The row whose member has this value, the first of several: `kUsers.find_by<&User::name>(session, name)`.
  template <auto Member, class Value>
  std::optional<T> find_by(ReadSession& session, const Value& value) const {
    return session.find<T>(SqlText<detail::WhereMemberText<Select, Member>>::sql(), value);
  }
  template <auto Member, class Value>
  T get_by(ReadSession& session, const Value& value) const {
    return or_throw(find_by<Member>(session, value), detail::column_of<Member>());
  }

  /// The rows that `WHERE Clause` finds; the clause may go on with ORDER BY and LIMIT.
  template <Literal Clause, class... Args>
  auto where(ReadSession& session, const Args&... args) const {
    return session.all<T>(SqlText<detail::WhereText<Select, Clause>>::sql(), args...);
  }
  /// The first of them.
  template <Literal Clause, class... Args>
  std::optional<T> find_where(ReadSession& session, const Args&... args) const {
    return session.find<T>(SqlText<detail::WhereText<Select, Clause>>::sql(), args...);
  }
  /// Every row, in no promised order.
  auto all(ReadSession& session) const { return session.all<T>(SqlText<Select>::sql()); }

  template <Literal Clause = "", class... Args>
  std::int64_t count(ReadSession& session, const Args&... args) const {
    return session.scalar<std::int64_t>(SqlText<detail::WhereText<detail::CountText<Name>, Clause>>::sql(), args...);
  }
  bool exists(ReadSession& session, const key_type& key) const {
    return session.scalar<bool>(SqlText<detail::ExistsText<detail::WhereKeyText<One, Key>>>::sql(), key);
  }
  template <Literal Clause, class... Args>
  bool exists(ReadSession& session, const Args&... args) const {
    return session.scalar<bool>(SqlText<detail::ExistsText<detail::WhereText<One, Clause>>>::sql(), args...);
  }

  // Writing. A struct that is inserted names the columns it gives; the others take their DEFAULT.

  /// Stores the row and gives its key. A whole number as key that is 0 is left to the database.
  template <Record R>
  key_type insert(WriteSession& tx, const R& row) const {
    return detail::with_inserted<Key>(row, [&]<class Columns>(Columns) { return insert_members<Columns>(tx, row); });
  }
  /// The same where a row may be there already: `kTags.upsert<"ON CONFLICT (name) DO UPDATE SET uses = uses + 1">`.
  /// Gives the key of the row that was stored or updated; nothing when DO NOTHING applied.
  template <Literal OnConflict, Record R>
  std::optional<key_type> upsert(WriteSession& tx, const R& row) const {
    return detail::with_inserted<Key>(
        row, [&]<class Columns>(Columns) { return upsert_members<OnConflict, Columns>(tx, row); });
  }

  /// Stores every member in the row that has the key of `row`. False when there is none.
  bool update(WriteSession& tx, const T& row) const {
    static_assert(KeyOf<T>::exists, "update(row) needs a struct with the key");
    return update_members<WithoutKey<T>>(tx, row, row.*KeyMember<T>::pointer);
  }
  /// Stores the members of `changes` in the row with this key: a struct of the columns that change.
  template <Record Changes>
  bool update(WriteSession& tx, const key_type& key, const Changes& changes) const {
    static_assert(!KeyOf<Changes>::exists, "the key does not change: leave it out of the changes");
    return update_members<AllOf<Changes>>(tx, changes, key);
  }
  /// Stores one value: `kPosts.set<&Post::title>(tx, id, title)`.
  template <auto Member, class Value>
  bool set(WriteSession& tx, const key_type& key, const Value& value) const {
    return tx.exec(SqlText<detail::WhereKeyText<detail::SetText<Member, Name>, Key>>::sql(), value, key) != 0;
  }
  /// Adds to a counter, in the database, so that no two units read the same old value. NULL counts as 0.
  template <auto Member>
  bool increment(WriteSession& tx, const key_type& key, std::int64_t by = 1) const {
    return tx.exec(SqlText<detail::WhereKeyText<detail::IncrementText<Member, Name>, Key>>::sql(), by, key) != 0;
  }

  /// False when there was no such row.
  bool destroy(WriteSession& tx, const key_type& key) const {
    return tx.exec(SqlText<detail::WhereKeyText<Delete, Key>>::sql(), key) != 0;
  }
  /// Gives the number of rows that are gone.
  template <Literal Clause, class... Args>
  std::int64_t destroy_where(WriteSession& tx, const Args&... args) const {
    return tx.exec(SqlText<detail::WhereText<Delete, Clause>>::sql(), args...);
  }

 private:
  using Select = detail::SelectText<T, Name>;
  using One = detail::SelectOneText<Name>;
  using Delete = detail::DeleteText<Name>;
  template <class R>
  using KeyOf = detail::FindMember<R, Key>;
  template <class R>
  using KeyMember = boost::mp11::mp_front<typename KeyOf<R>::Found>;
  template <class R>
  using AllOf = typename KeyOf<R>::Members;
  template <class R>
  using WithoutKey = typename KeyOf<R>::Others;

  static T or_throw(std::optional<T> row, std::string_view column) {
    if (!row) detail::throw_no_row_in(Name.view(), column);
    return std::move(*row);
  }

  template <class Columns, class R>
  static key_type insert_members(WriteSession& tx, const R& row) {
    using Text = detail::ReturningText<detail::InsertText<Columns, Name, 1>, Key>;
    return with_members<Columns>(
        row, [&](const auto&... values) { return tx.insert<key_type>(SqlText<Text>::sql(), values...); });
  }

  template <Literal OnConflict, class Columns, class R>
  static std::optional<key_type> upsert_members(WriteSession& tx, const R& row) {
    using Insert = detail::OnConflictText<detail::InsertText<Columns, Name, 1>, OnConflict>;
    using Text = detail::ReturningText<Insert, Key>;
    return with_members<Columns>(
        row, [&](const auto&... values) { return tx.find<key_type>(SqlText<Text>::sql(), values...); });
  }

  template <class Columns, class R>
  static bool update_members(WriteSession& tx, const R& row, const key_type& key) {
    using Text = detail::WhereKeyText<detail::UpdateText<Columns, Name>, Key>;
    return with_members<Columns>(
               row, [&](const auto&... values) { return tx.exec(SqlText<Text>::sql(), values..., key); }) != 0;
  }

  template <class Columns, class R, class F>
  static decltype(auto) with_members(const R& row, F use) {
    return [&]<class... M>(boost::mp11::mp_list<M...>) -> decltype(auto) { return use(row.*M::pointer...); }(Columns{});
  }
};

}  // namespace monolite::db
