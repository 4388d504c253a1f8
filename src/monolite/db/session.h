#pragma once

#include <concepts>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <monolite/base/function_ref.h>
#include <monolite/base/task.h>
#include <monolite/db/query_plan.h>
#include <monolite/db/record.h>
#include <monolite/db/row_set.h>
#include <monolite/db/sql.h>

namespace monolite::db {

/// Hands out prepared statements of one connection. Drivers implement it. Threads: one at a time.
class StatementSource {
 public:
  /// The statement of `sql`, ready to bind. One that is still in use (a cursor over the same text) is compiled again.
  virtual Statement& acquire(const Sql& sql) = 0;
  /// Takes it back: reset, and kept for the next use.
  virtual void release(Statement& statement) noexcept = 0;
  /// How the connection would run `sql`.
  virtual QueryPlan explain(std::string_view sql) = 0;
  /// Runs several statements without parameters.
  virtual void run(const Script& script) = 0;

 protected:
  ~StatementSource() = default;
};

/// A statement in use; given back at the end of the scope. While it lives, the task must not wait.
class StatementLease {
 public:
  StatementLease(StatementSource& source, const Sql& sql) : source_(source), statement_(source.acquire(sql)) {}

  /// Also binds `args` in order. Delegating, so that a failed bind still gives the statement back.
  template <class... Args>
  StatementLease(StatementSource& source, const Sql& sql, [[maybe_unused]] BoundBytes bytes, const Args&... args)
      : StatementLease(source, sql) {
    statement_.require_parameters(sizeof...(Args));
    [[maybe_unused]] int index = 0;
    (bind_value(statement_, ++index, args, bytes), ...);
  }

  ~StatementLease() { source_.release(statement_); }
  StatementLease(const StatementLease&) = delete;
  StatementLease& operator=(const StatementLease&) = delete;

  Statement& operator*() const noexcept { return statement_; }
  Statement* operator->() const noexcept { return &statement_; }

 private:
  base::NoSwitch no_switch_;
  StatementSource& source_;
  Statement& statement_;
};

namespace detail {

[[noreturn]] void throw_no_row(const Sql& sql);

}  // namespace detail

/// The rows of a query, read one at a time: `for (const Post& post : session.each<Post>("…"_sql)) …`.
/// Lifetime: inside the closure of its session; the row a step gives is valid until the next one.
template <class T>
class Rows {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = const T*;
    using reference = const T&;

    explicit Iterator(Rows* rows) : rows_(rows) {}
    reference operator*() const { return *rows_->row_; }
    pointer operator->() const { return &*rows_->row_; }
    Iterator& operator++() {
      rows_->advance();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t /*end*/) const { return !rows_->row_.has_value(); }

   private:
    Rows* rows_;
  };

  /// Arguments are copied: they may be temporaries of the range expression, which are gone when the loop runs.
  template <class... Args>
  Rows(StatementSource& source, const Sql& sql, const Args&... args)
      : statement_(source, sql, BoundBytes::kCopied, args...) {}

  Iterator begin() {
    advance();
    return Iterator(this);
  }
  std::default_sentinel_t end() const { return {}; }

 private:
  void advance() {
    row_.reset();
    if (!statement_->step()) return;
    if (!read_) read_.emplace(*statement_);
    read_->into(row_.emplace());
  }

  StatementLease statement_;
  std::optional<RowReader<T>> read_;
  std::optional<T> row_;
};

/// What a `read` closure gets: queries over one consistent snapshot. It has no way to write.
///
/// T is a Record (a described struct), filled by column names, or a single value type (value.h), filled from the first
/// column. Arguments bind to the statement's parameters in order. Threads: the closure's. Lifetime: the closure.
class ReadSession {
 public:
  explicit ReadSession(StatementSource& source) noexcept : source_(source) {}
  ReadSession(const ReadSession&) = delete;
  ReadSession& operator=(const ReadSession&) = delete;

  /// Every row: a std::vector, or a RowSet when T has views of text.
  template <class T, class... Args>
  auto all(const Sql& sql, const Args&... args) {
    const StatementLease statement(source_, sql, BoundBytes::kBorrowed, args...);
    std::conditional_t<BorrowsText<T>, RowSet<T>, std::vector<T>> rows;
    if (!statement->step()) return rows;
    const RowReader<T> read(*statement);
    if constexpr (!BorrowsText<T>) rows.reserve(kFirstRows);
    do {
      if constexpr (BorrowsText<T>) {
        T row = read();
        detail::keep_text(row, [&](std::string_view text) { return rows.keep(text); });
        rows.push_back(row);
      } else if constexpr (Record<T>) {
        read.into(rows.emplace_back());
      } else {
        rows.push_back(read());
      }
    } while (statement->step());
    return rows;
  }

  /// The first row, or nothing.
  template <class T, class... Args>
  std::optional<T> find(const Sql& sql, const Args&... args) {
    static_assert(!BorrowsText<T>, "the text of a view is gone when find returns: use std::string");
    const StatementLease statement(source_, sql, BoundBytes::kBorrowed, args...);
    std::optional<T> row;
    if (statement->step()) RowReader<T>(*statement).into(row.emplace());
    return row;
  }

  /// The first row. Errors: base::NotFound when there is none.
  template <class T, class... Args>
  T one(const Sql& sql, const Args&... args) {
    auto row = find<T>(sql, args...);
    if (!row) detail::throw_no_row(sql);
    return std::move(*row);
  }

  /// The first column of the first row: `scalar<std::int64_t>("SELECT count(*) FROM posts"_sql)`.
  template <class T, class... Args>
  requires(!Record<T>) T scalar(const Sql& sql, const Args&... args) { return one<T>(sql, args...); }

  /// The rows one by one, without holding them all.
  template <class T, class... Args>
  Rows<T> each(const Sql& sql, const Args&... args) {
    return Rows<T>(source_, sql, args...);
  }

  /// Calls `row(const Statement&)` for each row of a statement whose columns only the database knows: read them with
  /// `cell`. For tools; a program has structs. Parameters are NULL. Gives how many rows a change changed.
  template <std::invocable<const Statement&> Row>
  std::int64_t each_row(const Sql& sql, Row row) {
    const StatementLease statement(source_, sql);
    while (statement->step()) row(std::as_const(*statement));
    return statement->changes();
  }

  /// Compiles a statement without running it: throws what the database says against it.
  StatementShape describe(const Sql& sql) { return StatementLease(source_, sql)->shape(); }

  /// How the database would find the rows; nothing is run, and parameters need no values. Errors: as `describe`.
  QueryPlan explain(const Sql& sql) { return source_.explain(sql.text()); }

 protected:
  StatementSource& source() const noexcept { return source_; }

 private:
  static constexpr std::size_t kFirstRows = 16;

  StatementSource& source_;
};

/// What a `write` closure gets: queries and changes inside the write transaction. Everything it did is undone when the
/// closure throws; all of it is durable when `write` returned.
/// Threads: the closure runs on the writer lane, not on the caller's thread; it must not wait (NoSwitch).
class WriteSession : public ReadSession {
 public:
  using AfterCommit = std::vector<std::function<void()>>;

  WriteSession(StatementSource& source, AfterCommit& after_commit) noexcept
      : ReadSession(source), after_commit_(after_commit) {}

  /// Runs a change. Gives the number of rows it changed.
  template <class... Args>
  std::int64_t exec(const Sql& sql, const Args&... args) {
    const StatementLease statement(source(), sql, BoundBytes::kBorrowed, args...);
    while (statement->step()) {
    }
    return statement->changes();
  }

  /// `INSERT … RETURNING …`: the first returned row, all of them run. Errors: base::NotFound when nothing was returned
  /// (`ON CONFLICT DO NOTHING`); use `find` where that is expected.
  template <class T, class... Args>
  T insert(const Sql& sql, const Args&... args) {
    static_assert(!BorrowsText<T>, "the text of a view is gone when insert returns: use std::string");
    const StatementLease statement(source(), sql, BoundBytes::kBorrowed, args...);
    std::optional<T> row;
    while (statement->step()) {
      if (!row) RowReader<T>(*statement).into(row.emplace());
    }
    if (!row) detail::throw_no_row(sql);
    return std::move(*row);
  }

  /// Runs a change whose parameters `bind(Statement&)` sets: as many as the text has, which varies (batch.h).
  /// Lifetime: what was bound borrowed lives until the call returns.
  template <std::invocable<Statement&> Bind>
  std::int64_t exec_bound(const Sql& sql, Bind bind) {
    const StatementLease statement(source(), sql);
    bind(*statement);
    while (statement->step()) {
    }
    return statement->changes();
  }

  /// Several statements without parameters: migrations.
  void run(const Script& script) { source().run(script); }

  /// `change()` all or nothing: when it throws, what it wrote and its after_commit effects are undone, the rest of the
  /// unit stays, and the exception comes out here.
  void savepoint(base::FunctionRef<void()> change);

  /// Calls `effect` once the transaction is durable, on the caller's side of `write`, before `write` returns: wake a
  /// worker, send a message. Effects run in the order they were added and may read and write. Dropped when the unit
  /// fails. They should not throw: the others still run, then the first exception comes out of `write` although the
  /// data is stored.
  void after_commit(std::function<void()> effect) { after_commit_.push_back(std::move(effect)); }

 private:
  AfterCommit& after_commit_;
};

}  // namespace monolite::db
