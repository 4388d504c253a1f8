#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <monolite/cli/terminal.h>
#include <monolite/db/statement.h>

namespace monolite::cli {

/// Rows as an aligned table under their column names, printed all at once or in bunches; columns may grow wider from
/// one bunch to the next. With a `width` (of a terminal, in characters) long values are cut so that a row fits into a
/// line. Threads: one at a time.
class ConsoleTable {
 public:
  ConsoleTable(Terminal& terminal, const std::vector<std::string>& columns, std::optional<std::size_t> width);

  /// Copies the current row of `statement`. Prints nothing.
  void add(const db::Statement& statement);
  std::size_t waiting_rows() const noexcept { return rows_.size(); }
  /// Prints the rows that wait, below the names when they are the first.
  void print();
  /// Prints what is left; the names also when there was no row.
  void finish();

 private:
  enum class Align { kLeft, kRight };
  struct Field {
    std::string text;
    std::size_t width = 0;  ///< characters on the screen
    Align align = Align::kLeft;
    bool null = false;
  };
  using Row = std::vector<Field>;

  static Field field_of(const db::Cell& cell);
  static Field text_field(std::string_view text);
  void widen_to(const Row& row);
  std::vector<std::size_t> fitting() const;
  void print_row(const Row& row, const std::vector<std::size_t>& widths);
  std::string shown(const Field& field, std::size_t width) const;

  Terminal& terminal_;
  const std::optional<std::size_t> screen_;
  Row names_;
  std::vector<std::size_t> widths_;  // the widest so far of each column
  std::vector<Row> rows_;            // not printed yet
  bool named_ = false;
};

}  // namespace monolite::cli
