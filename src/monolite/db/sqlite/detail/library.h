#pragma once

#include <string>

namespace monolite::db::sqlite {

/// Starts SQLite, which our build does not do by itself; again is free. Threads: any. Errors: what starting it says;
/// kBug in a forked child.
void initialize_library();

/// Hears what SQLite recovers on this thread while it lives: SQLite tells that to its log and nowhere else.
/// Hears nothing when the program started SQLite by itself before us. Scopes may nest; the inner one hears.
class RecoveryNotices {
 public:
  RecoveryNotices() noexcept;
  ~RecoveryNotices();
  RecoveryNotices(const RecoveryNotices&) = delete;
  RecoveryNotices& operator=(const RecoveryNotices&) = delete;

  /// A WAL whose owner did not close it.
  bool wal() const noexcept { return wal_; }
  /// The journal of a transaction that was cut off in rollback mode.
  bool journal() const noexcept { return journal_; }
  /// In SQLite's words; empty when nothing was recovered.
  const std::string& text() const noexcept { return text_; }

 private:
  static void hear(void* unused, int code, const char* message) noexcept;
  friend void initialize_library();

  RecoveryNotices* outer_;
  bool wal_ = false;
  bool journal_ = false;
  std::string text_;
};

}  // namespace monolite::db::sqlite
