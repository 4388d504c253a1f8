#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ranges>
#include <span>
#include <vector>

#include <monolite/base/error.h>
#include <monolite/base/task.h>
#include <monolite/db/database.h>
#include <monolite/db/table.h>

/// Many rows at a time: written by few statements, read in pieces that let others live.
namespace monolite::db {

namespace detail {

/// Rows per INSERT: the statement's own cost is shared by then, and the text stays short.
constexpr std::size_t kRowsPerInsert = 50;
/// What SQLite binds to one statement unless it was built otherwise.
constexpr std::size_t kMostParameters = 32'766;

/// How many of `rows`, from the first, leave their key to the database as the first does.
template <Literal Key, class R>
std::size_t alike(std::span<const R> rows) {
  const bool first = leaves_out_key<Key>(rows.front());
  const auto end = std::ranges::find_if(rows, [&](const R& row) { return leaves_out_key<Key>(row) != first; });
  return static_cast<std::size_t>(end - rows.begin());
}

template <class Columns, class R>
void bind_rows(Statement& statement, std::span<const R> rows) {
  int index = 0;
  for (const R& row : rows) {
    boost::mp11::mp_for_each<Columns>(
        [&](auto member) { bind_value(statement, ++index, row.*member.pointer, BoundBytes::kBorrowed); });
  }
}

template <Literal Name, Literal OnConflict, class Columns, std::size_t Rows, class R>
std::int64_t insert_rows(WriteSession& tx, std::span<const R> rows) {
  using Text = OnConflictText<InsertText<Columns, Name, Rows>, OnConflict>;
  return tx.exec_bound(SqlText<Text>::sql(), [&](Statement& to) { bind_rows<Columns>(to, rows); });
}

template <Literal Name, Literal OnConflict, class Columns, class R>
std::int64_t insert_alike(WriteSession& tx, std::span<const R> rows) {
  constexpr auto kAtOnce =
      std::clamp<std::size_t>(kMostParameters / boost::mp11::mp_size<Columns>::value, 1, kRowsPerInsert);
  std::int64_t changed = 0;
  for (; rows.size() >= kAtOnce; rows = rows.subspan(kAtOnce)) {
    changed += insert_rows<Name, OnConflict, Columns, kAtOnce>(tx, rows.first(kAtOnce));
  }
  for (; !rows.empty(); rows = rows.subspan(1)) {
    changed += insert_rows<Name, OnConflict, Columns, 1>(tx, rows.first(1));
  }
  return changed;
}

/// `SELECT … WHERE (clause) ORDER BY key LIMIT ?`, after the key of the row before when `After` is kRow.
enum class After { kNothing, kRow };
template <class Table, Literal Clause, After From>
struct BatchText {
  static constexpr void write(auto& out) {
    SelectText<typename Table::Row, Table::kName>::write(out);
    if (From == After::kRow || !Clause.empty()) out(" WHERE ");
    if (From == After::kRow) {
      write_name(out, Table::kKey.view());
      out(" > ?");
    }
    if (From == After::kRow && !Clause.empty()) out(" AND ");
    if (!Clause.empty()) {
      out("(");
      out(Clause.view());
      out(")");
    }
    out(" ORDER BY ");
    write_name(out, Table::kKey.view());
    out(" LIMIT ?");
  }
};

}  // namespace detail

/// Stores all `rows` (a std::vector, an array, a span) with one statement per fifty, where some may be there already;
/// what then happens is said in SQL:
///
///     db::upsert_all<"ON CONFLICT (name) DO UPDATE SET uses = excluded.uses">(tx, kTags, tags);
///
/// Gives how many rows were stored or updated. Within one unit: all or nothing. Errors: those of WriteSession::exec.
template <Literal OnConflict, class Table, std::ranges::contiguous_range Rows>
std::int64_t upsert_all(WriteSession& tx, const Table& /*table*/, const Rows& rows) {
  using R = std::ranges::range_value_t<Rows>;
  std::int64_t changed = 0;
  for (std::span<const R> left(rows); !left.empty();) {
    const auto run = left.first(detail::alike<Table::kKey>(left));
    changed += detail::with_inserted<Table::kKey>(run.front(), [&]<class Columns>(Columns) {
      return detail::insert_alike<Table::kName, OnConflict, Columns>(tx, run);
    });
    left = left.subspan(run.size());
  }
  return changed;
}

/// The same for rows that are all new: one that is there already fails all of them.
template <class Table, std::ranges::contiguous_range Rows>
std::int64_t insert_all(WriteSession& tx, const Table& table, const Rows& rows) {
  return upsert_all<"">(tx, table, rows);
}

/// The same, row by row, where their keys are wanted, in the order of the rows.
template <class Table, std::ranges::input_range Rows>
std::vector<typename Table::key_type> insert_each(WriteSession& tx, const Table& table, const Rows& rows) {
  std::vector<typename Table::key_type> keys;
  for (const auto& row : rows) keys.push_back(table.insert(tx, row));
  return keys;
}

/// Calls `use` with up to `size` rows at a time, by ascending key, until all were seen that `Clause` finds (a condition
/// without ORDER BY; `args` are its values). Each batch is a read of its own and no snapshot outlives it: `use` may
/// write and wait, and sees rows that were added behind the last key meanwhile.
/// Threads: as Database::read; a task rests a millisecond between batches, so that its loop serves others.
template <Literal Clause = "", class Table, class Use, class... Args>
void in_batches(Database& database, const Table& /*table*/, std::int64_t size, Use use, const Args&... args) {
  using detail::After;
  using Row = typename Table::Row;
  using KeyMember = boost::mp11::mp_front<typename detail::FindMember<Row, Table::kKey>::Found>;
  ML_REQUIRE(size > 0, "a batch has at least one row");
  auto rows = database.read([&](ReadSession& session) {
    return session.all<Row>(SqlText<detail::BatchText<Table, Clause, After::kNothing>>::sql(), args..., size);
  });
  while (!rows.empty()) {
    const typename Table::key_type last = rows.back().*KeyMember::pointer;
    const bool is_last = rows.size() < static_cast<std::size_t>(size);
    use(std::as_const(rows));
    if (is_last) return;
    if (base::in_task()) base::sleep_for(std::chrono::milliseconds(1));
    rows = database.read([&](ReadSession& session) {
      return session.all<Row>(SqlText<detail::BatchText<Table, Clause, After::kRow>>::sql(), last, args..., size);
    });
  }
}

}  // namespace monolite::db
