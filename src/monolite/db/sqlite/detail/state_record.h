#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;

namespace monolite::db::sqlite {

/// What a program left in `<database>-state` about the two files, so that the next one notices when a WAL with
/// committed data is gone. Layout: docs/formats/database-state.md.
struct FileState {
  static constexpr std::size_t kBytes = 72;

  bool wal_has_commits = false;      ///< the WAL holds what the database file lacks
  std::int64_t file_bytes = 0;       ///< of the database file
  std::int64_t file_changed_ns = 0;  ///< its time stamp: changes when a WAL is copied back
  std::int64_t wal_bytes = 0;
  std::uint64_t wal_salt = 0;  ///< from the WAL's header: differs between two WALs; 0 = there was none
  std::uint64_t boot = 0;      ///< of the machine; 0 = unknown

  bool operator==(const FileState&) const = default;
};

/// The bytes on disk, and back; nothing when they are not whole.
std::string encoded(const FileState& state);
std::optional<FileState> decoded(std::string_view bytes);

/// The state as it is now. The sizes are asked by name; the WAL's header is read through SQLite's own handle (null: the
/// salt stays 0).
FileState state_now(const std::string& database, sqlite3* handle);

struct Loss {
  std::string what;  ///< the end of a sentence: "its -wal file … is gone"
  /// False when the machine was started anew in between: a power cut leaves an older record, an older time stamp or, at
  /// `synchronous` below full, a shorter WAL.
  bool is_certain = true;
};

/// What the difference says about lost data, if it says anything.
/// `now` was taken before anything wrote, its salt from the first connection.
std::optional<Loss> loss_between(const FileState& last, const FileState& now);

/// The record beside a database, open as long as the database is. Threads: one at a time.
class StateRecord {
 public:
  /// Reads what is there. To be compared with a state that is taken afterwards: other programs of ours may be at work.
  explicit StateRecord(const std::string& database);
  ~StateRecord();
  StateRecord(const StateRecord&) = delete;
  StateRecord& operator=(const StateRecord&) = delete;

  enum class Read { kNone, kDamaged, kRead };
  Read found() const noexcept { return found_; }
  const FileState& last() const noexcept { return last_; }

  /// Makes the file when it is missing, for the same users as the database. False: it cannot be written.
  bool create() noexcept;

  /// One write, without a sync: a record is read by the program after a crash of this one. After a power cut it may be
  /// old, which `Loss::is_certain` knows. False: it could not be written.
  bool write(const FileState& state) noexcept;

  /// Keeps other programs of ours from doing the same at once (a switch of the journal mode); until the scope ends.
  class Turn {
   public:
    explicit Turn(const StateRecord& record);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    int descriptor_;
  };

 private:
  const std::string database_;
  int descriptor_ = -1;
  Read found_ = Read::kNone;
  FileState last_;
};

}  // namespace monolite::db::sqlite
