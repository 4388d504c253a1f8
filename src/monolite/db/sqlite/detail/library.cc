#include <sqlite3.h>

#include <monolite/base/fork_guard.h>
#include <monolite/db/sqlite/detail/errors.h>
#include <monolite/db/sqlite/detail/library.h>

namespace monolite::db::sqlite {
namespace {

thread_local RecoveryNotices* listening =
    nullptr;  // SQLite's log is one for the process; a recovery runs on one thread

}  // namespace

RecoveryNotices::RecoveryNotices() noexcept : outer_(listening) { listening = this; }

RecoveryNotices::~RecoveryNotices() { listening = outer_; }

void RecoveryNotices::hear(void* /*unused*/, int code, const char* message) noexcept {
  if (listening == nullptr) return;
  if (code != SQLITE_NOTICE_RECOVER_WAL && code != SQLITE_NOTICE_RECOVER_ROLLBACK) return;
  (code == SQLITE_NOTICE_RECOVER_WAL ? listening->wal_ : listening->journal_) = true;
  listening->text_ = message;
}

/// The library remembers which file locks the process holds, and a forked child holds none of them: it would take the
/// parent's for its own.
void initialize_library() {
  // Only what runs before the start can set the log; a program that started SQLite itself keeps its own.
  static const int result = (sqlite3_config(SQLITE_CONFIG_LOG, &RecoveryNotices::hear, nullptr), sqlite3_initialize());
  static const base::ForkGuard process;
  if (result != SQLITE_OK) throw_error(nullptr, result, "starting SQLite");
  process.require_parent("SQLite");
}

}  // namespace monolite::db::sqlite
