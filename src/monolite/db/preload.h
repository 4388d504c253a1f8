#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <monolite/db/session.h>
#include <monolite/db/sql_text.h>
#include <monolite/db/table.h>

/// What belongs to the rows of a list, with one query for all of them instead of one for each ("N+1").
namespace monolite::db {

namespace detail {

void append_json(std::string& out, std::int64_t value);
void append_json(std::string& out, std::string_view value);
template <class Id>
requires(is_id<Id>) void append_json(std::string& out, const Id& id) {
  append_json(out, std::string_view(Uuid{id.bytes}.text()));
}
template <class Id>
void append_json(std::string& out, const AsText<Id>& value) {
  append_json(out, std::string_view(value.id.text()));
}

template <class V>
const V* value_in(const V& value) {
  return &value;
}
template <class V>
const V* value_in(const std::optional<V>& value) {
  return value ? &*value : nullptr;
}

template <class V>
struct Bare {
  using type = V;
};
template <class V>
struct Bare<std::optional<V>> {
  using type = V;
};

}  // namespace detail

/// Many values as one parameter, so that the statement stays one literal however many there are:
/// `… WHERE id IN (SELECT value FROM json_each(?))`. Integers, text, AsText ids; of a Uuid or Ulid in a BLOB the list
/// holds the UUID's text: `IN (SELECT unhex(value, '-') FROM json_each(?))`.
class ValueList {
 public:
  template <class V>
  void add(const V& value) {
    json_ += json_.size() == 1 ? "" : ",";
    detail::append_json(json_, value);
  }
  bool empty() const noexcept { return json_.size() == 1; }
  /// The parameter.
  std::string text() const { return json_ + "]"; }

  template <std::ranges::input_range Values>
  static ValueList of(const Values& values) {
    ValueList list;
    for (const auto& value : values) list.add(value);
    return list;
  }

 private:
  std::string json_ = "[";
};

/// Rows of a query by the value of one member. Rows with the same value keep the order of the query.
/// Lifetime: spans and pointers as long as it lives.
template <class Rows, auto Member>
class Preloaded {
 public:
  using Row = typename Rows::value_type;
  using Value = typename detail::Bare<detail::ValueOf<Member>>::type;

  Preloaded() = default;
  explicit Preloaded(Rows rows) : rows_(std::move(rows)) {
    std::ranges::stable_sort(mutable_rows(rows_), [](const Row& a, const Row& b) { return a.*Member < b.*Member; });
  }

  /// All rows of one parent; empty when there are none.
  template <class V>
  std::span<const Row> of(const V& value) const {
    const auto begin = std::lower_bound(rows_.begin(), rows_.end(), value,
                                        [](const Row& row, const V& wanted) { return row.*Member < wanted; });
    const auto end = std::upper_bound(begin, rows_.end(), value,
                                      [](const V& wanted, const Row& row) { return wanted < row.*Member; });
    return {begin, end};
  }
  /// The row, where there is one at most: the author of a post.
  template <class V>
  const Row* find(const V& value) const {
    const auto found = of(value);
    return found.empty() ? nullptr : &found.front();
  }
  std::size_t size() const noexcept { return rows_.size(); }

 private:
  static std::span<Row> mutable_rows(std::vector<Row>& rows) { return rows; }
  static std::span<Row> mutable_rows(RowSet<Row>& rows) { return rows.rows(); }

  Rows rows_;
};

namespace detail {

template <class Row>
using RowsOf = decltype(std::declval<ReadSession&>().all<Row>(std::declval<const Sql&>()));

template <class Table, auto Member, Literal Rest>
struct PreloadText {
  static constexpr void write(auto& out) {
    SelectText<typename Table::Row, Table::kName>::write(out);
    out(" WHERE ");
    write_name(out, column_of<Member>());
    out(is_id<typename Bare<ValueOf<Member>>::type> ? " IN (SELECT unhex(value, '-') FROM json_each(?))"
                                                    : " IN (SELECT value FROM json_each(?))");
    if (Rest.empty()) return;
    out(" ");
    out(Rest.view());
  }
};

/// The value of `member` in each of `rows`, absent ones left out.
template <std::ranges::input_range Rows, class Pointer>
ValueList values_of(const Rows& rows, Pointer member) {
  ValueList list;
  for (const auto& row : rows) {
    if (const auto* value = value_in(row.*member)) list.add(*value);
  }
  return list;
}

}  // namespace detail

/// The rows of `sql` that belong to `parents`: its first parameter is the list of their values, `args` are the others.
///
///     const auto comments = db::preload<&Comment::post_id>(session, posts, &Post::id,
///         "SELECT … FROM comments WHERE post_id IN (SELECT value FROM json_each(?)) ORDER BY created_at"_sql);
///     for (const Post& post : posts) show(post, comments.of(post.id));
///
/// Without parents nothing is asked. Lifetime: owns its rows.
template <auto Member, std::ranges::input_range Parents, class Pointer, class... Args>
auto preload(ReadSession& session, const Parents& parents, Pointer parent_value, const Sql& sql, const Args&... args) {
  using Result = Preloaded<detail::RowsOf<detail::RecordOf<Member>>, Member>;
  const auto values = detail::values_of(parents, parent_value);
  if (values.empty()) return Result();
  const auto text = values.text();
  return Result(session.all<detail::RecordOf<Member>>(sql, text, args...));
}

/// The same from a table: `db::preload<&Comment::post_id, "ORDER BY created_at">(session, kComments, posts,
/// &Post::id)`. `Rest` goes on behind the condition: `AND …`, `ORDER BY …`.
template <auto Member, Literal Rest = "", class Table, std::ranges::input_range Parents, class Pointer, class... Args>
requires(Record<typename Table::Row>) auto preload(ReadSession& session, const Table& /*table*/, const Parents& parents,
                                                   Pointer parent_value, const Args&... args) {
  return preload<Member>(session, parents, parent_value, SqlText<detail::PreloadText<Table, Member, Rest>>::sql(),
                         args...);
}

}  // namespace monolite::db
