#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <monolite/cli/console_table.h>

namespace monolite::cli {
namespace {

constexpr std::size_t kNarrowest = 4;  // a column that was cut shows at least three characters
constexpr std::string_view kGap = "  ";

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

/// Characters, where UTF-8 has several bytes for one.
std::size_t characters_in(std::string_view text) {
  return text.size() - static_cast<std::size_t>(std::ranges::count_if(text, is_continuation));
}

std::string_view first_characters(std::string_view text, std::size_t count) {
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    if (!is_continuation(text[end]) && count-- == 0) break;
  }
  return text.substr(0, end);
}

/// A value on one line, which cannot command the terminal.
std::string without_controls(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

std::string as_blob_literal(std::string_view bytes) {
  std::string out = "x'";
  for (const char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out + "'";
}

}  // namespace

ConsoleTable::ConsoleTable(Terminal& terminal, const std::vector<std::string>& columns,
                           std::optional<std::size_t> width)
    : terminal_(terminal), screen_(width), widths_(columns.size(), 0) {
  for (const auto& column : columns) names_.push_back(text_field(column));
  widen_to(names_);
}

ConsoleTable::Field ConsoleTable::text_field(std::string_view text) {
  Field field{.text = without_controls(text)};
  field.width = characters_in(field.text);
  return field;
}

ConsoleTable::Field ConsoleTable::field_of(const db::Cell& cell) {
  const auto number = [](std::string text) {
    const auto width = text.size();
    return Field{.text = std::move(text), .width = width, .align = Align::kRight};
  };
  switch (cell.type) {
    case db::ColumnType::kInteger:
      return number(std::to_string(cell.integer));
    case db::ColumnType::kReal:
      return number(fmt::format("{:#}", cell.real));  // 1.0 is no integer
    case db::ColumnType::kText:
      return text_field(cell.bytes);
    case db::ColumnType::kBlob:
      return text_field(as_blob_literal(cell.bytes));
    case db::ColumnType::kNull:
      break;
  }
  return {.text = "NULL", .width = 4, .null = true};
}

void ConsoleTable::add(const db::Statement& statement) {
  Row row;
  for (int column = 0; column < statement.column_count(); ++column) row.push_back(field_of(statement.cell(column)));
  widen_to(row);
  rows_.push_back(std::move(row));
}

void ConsoleTable::widen_to(const Row& row) {
  // The columns of a statement can change between its compiling and its first row; then what is there is shown.
  if (row.size() > widths_.size()) widths_.resize(row.size(), 0);
  for (std::size_t i = 0; i < row.size(); ++i) widths_[i] = std::max(widths_[i], row[i].width);
}

/// The widths of the columns when the widest give way until a row fits.
std::vector<std::size_t> ConsoleTable::fitting() const {
  auto widths = widths_;
  if (!screen_ || widths.empty()) return widths;
  for (auto& width : widths) width = std::min(width, *screen_);
  auto all = std::accumulate(widths.begin(), widths.end(), kGap.size() * (widths.size() - 1));
  for (; all > *screen_; --all) {
    const auto widest = std::ranges::max_element(widths);
    if (*widest <= kNarrowest) break;
    --*widest;
  }
  return widths;
}

void ConsoleTable::print() {
  const auto widths = fitting();
  if (!std::exchange(named_, true)) {
    print_row(names_, widths);
    Row rule;
    for (const auto width : widths) rule.push_back({.text = std::string(width, '-'), .width = width});
    print_row(rule, widths);
  }
  for (const auto& row : rows_) print_row(row, widths);
  rows_.clear();
}

void ConsoleTable::print_row(const Row& row, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i > 0) line += kGap;
    const bool to_the_end = i + 1 == row.size() && row[i].align == Align::kLeft;  // no blanks behind the last one
    line += shown(row[i], to_the_end ? std::min(widths[i], row[i].width) : widths[i]);
  }
  terminal_.line(line);
}

std::string ConsoleTable::shown(const Field& field, std::size_t width) const {
  if (field.width > width) return fmt::format("{}…", first_characters(field.text, width - 1));
  const std::string blanks(width - field.width, ' ');
  if (field.align == Align::kRight) return blanks + field.text;
  return (field.null ? terminal_.coloured(field.text, Colour::kFaint) : field.text) + blanks;
}

void ConsoleTable::finish() {
  if (!rows_.empty() || !named_) print();
}

}  // namespace monolite::cli
