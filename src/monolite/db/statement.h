#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>
#include <vector>

namespace monolite::db {

/// The names of a struct's members, in order; one constant object per struct (record.h).
struct RecordShape {
  const std::type_info* type;
  std::span<const char* const> members;
};

enum class ColumnType { kInteger, kReal, kText, kBlob, kNull };

/// One value of a row, as the database holds it. Only the member of its type means something.
/// Lifetime: `bytes` until the statement's next `step` or `reset`.
struct Cell {
  ColumnType type = ColumnType::kNull;
  std::int64_t integer = 0;
  double real = 0;
  std::string_view bytes = {};  ///< of a text or a blob
};

/// Whether running a statement can change the database.
enum class Effect { kReads, kWrites };

/// What the database knows of a statement before it runs.
struct StatementShape {
  int parameters = 0;
  std::vector<std::string> columns = {};  ///< names, in their order; none: the statement gives no rows
  Effect effect = Effect::kReads;
};

/// Whether bound bytes stay valid until the statement is reset.
enum class BoundBytes { kBorrowed, kCopied };

/// A prepared statement of one connection, driver-neutral. Parameters count from 1, columns from 0.
/// Threads: one. Use it through a Session; drivers implement it.
class Statement {
 public:
  virtual ~Statement() = default;

  virtual std::string_view sql() const noexcept = 0;
  virtual int parameter_count() const noexcept = 0;
  virtual Effect effect() const noexcept = 0;
  virtual void bind_null(int index) = 0;
  virtual void bind_integer(int index, std::int64_t value) = 0;
  virtual void bind_real(int index, double value) = 0;
  virtual void bind_text(int index, std::string_view value, BoundBytes bytes) = 0;
  virtual void bind_blob(int index, std::span<const std::byte> value, BoundBytes bytes) = 0;

  /// Goes to the next row: true when there is one, false when the statement is done. Throws what the database refuses.
  virtual bool step() = 0;
  /// Rows that the finished INSERT, UPDATE or DELETE changed.
  virtual std::int64_t changes() const noexcept = 0;
  /// Ends the execution; the next one may begin. Never fails.
  virtual void reset() noexcept = 0;

  virtual int column_count() const noexcept = 0;
  virtual std::string_view column_name(int column) const noexcept = 0;
  /// The value in the current row. One call per value: a page of a hundred rows reads hundreds of them.
  /// Errors: kFull when there is no memory for a text.
  virtual Cell cell(int column) const = 0;

  StatementShape shape() const;

  /// The column of each member of `shape`, matched by name; remembered until the statement is compiled anew.
  /// Errors: a member without a column, or with two, names the struct, the member and the statement.
  std::span<const int> columns_of(const RecordShape& shape);

  /// Checks that `given` values fit the statement's parameters; a mismatch is a bug of the caller.
  void require_parameters(std::size_t given) const;

 protected:
  /// Changes whenever the columns may have changed (schema change under a prepared statement).
  virtual int generation() const noexcept = 0;

 private:
  std::vector<int> match(const RecordShape& shape) const;

  std::vector<std::pair<const RecordShape*, std::vector<int>>> maps_;
  int maps_generation_ = 0;
};

}  // namespace monolite::db
