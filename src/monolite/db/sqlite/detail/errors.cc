#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <sqlite3.h>

#include <monolite/db/errors.h>
#include <monolite/db/sqlite/detail/errors.h>

namespace monolite::db::sqlite {
namespace {

using base::ErrorCode;
using base::ErrorScope;

std::optional<ConstraintKind> constraint_kind(int extended) {
  switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_ROWID:
      return ConstraintKind::kUnique;
    case SQLITE_CONSTRAINT_PRIMARYKEY:
      return ConstraintKind::kPrimaryKey;
    case SQLITE_CONSTRAINT_NOTNULL:
      return ConstraintKind::kNotNull;
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return ConstraintKind::kForeignKey;
    case SQLITE_CONSTRAINT_CHECK:
      return ConstraintKind::kCheck;
    case SQLITE_CONSTRAINT_DATATYPE:
      return ConstraintKind::kType;
    default:
      return (extended & 0xff) == SQLITE_CONSTRAINT ? std::optional(ConstraintKind::kOther) : std::nullopt;
  }
}

struct Columns {
  std::string table;
  std::vector<std::string> names;
};

/// SQLite reports the columns of a violation only inside its message ("… failed: posts.title, posts.user_id", "cannot
/// store TEXT value in INTEGER column posts.likes"). They are taken out as data for the caller; what kind of violation
/// it is comes from the code alone. A check or an index over an expression is reported by text that is no column.
Columns columns_in(std::string_view message, ConstraintKind kind) {
  Columns found;
  if (kind == ConstraintKind::kCheck || kind == ConstraintKind::kForeignKey || kind == ConstraintKind::kOther)
    return {};
  const std::string_view before = kind == ConstraintKind::kType ? " column " : ": ";
  const auto begin = message.find(before);
  if (begin == std::string_view::npos) return found;
  message.remove_prefix(begin + before.size());
  while (!message.empty()) {
    const auto comma = message.find(", ");
    const auto item = message.substr(0, comma);
    const auto dot = item.find('.');
    if (dot == std::string_view::npos) return {};
    found.table = item.substr(0, dot);
    found.names.emplace_back(item.substr(dot + 1));
    message.remove_prefix(comma == std::string_view::npos ? message.size() : comma + 2);
  }
  return found;
}

struct Reaction {
  int result;
  ErrorCode code;
  ErrorScope scope;
  const char* hint;
};

/// Where an extended code says more than the primary one.
constexpr Reaction kExtendedReactions[] = {
    {SQLITE_READONLY_DIRECTORY, ErrorCode::kForbidden, ErrorScope::kDatabase,
     "SQLite must make -wal and -shm files beside the database: give this user write permission on the folder, or set "
     "readonly: immutable when nobody changes the file"},
    {SQLITE_READONLY_CANTINIT, ErrorCode::kForbidden, ErrorScope::kDatabase,
     "the -shm file of the database cannot be written: give this user write permission on it, or set readonly: "
     "immutable when nobody changes the file"},
    {SQLITE_READONLY_RECOVERY, ErrorCode::kForbidden, ErrorScope::kDatabase,
     "a crash left a WAL that must be recovered, which needs write permission: open the database once as its owner"},
    {SQLITE_READONLY_ROLLBACK, ErrorCode::kForbidden, ErrorScope::kDatabase,
     "a crash left a journal that must be undone, which needs write permission: open the database once as its owner"},
    {SQLITE_READONLY_DBMOVED, ErrorCode::kClosed, ErrorScope::kDatabase,
     "the file was deleted or replaced while it was open: stop the program, put the right file in place, start again"},
};

/// By primary code; constraints, busy and corruption have types of their own.
constexpr Reaction kReactions[] = {
    {SQLITE_FULL, ErrorCode::kFull, ErrorScope::kTransaction,
     "the disk is full: free space (the WAL needs some too) and try again"},
    {SQLITE_IOERR, ErrorCode::kIo, ErrorScope::kTransaction,
     "the operating system failed a read, write or sync: look at dmesg and the disk's health"},
    {SQLITE_NOMEM, ErrorCode::kFull, ErrorScope::kTransaction, "memory ran out: look for a query that sorts too much"},
    {SQLITE_INTERRUPT, ErrorCode::kClosed, ErrorScope::kTransaction, "the statement was interrupted"},
    {SQLITE_LOCKED, ErrorCode::kConflict, ErrorScope::kTransaction,
     "another statement of this connection is still open: finish reading before changing the table"},
    {SQLITE_READONLY, ErrorCode::kForbidden, ErrorScope::kCaller,
     "a read closure cannot write: use write; otherwise check the permissions of the file and its folder"},
    {SQLITE_CANTOPEN, ErrorCode::kIo, ErrorScope::kCaller,
     "check that the folder exists and is writable, and the limit of open files (ulimit -n)"},
    {SQLITE_PERM, ErrorCode::kForbidden, ErrorScope::kCaller, "check the permissions of the database file"},
    {SQLITE_AUTH, ErrorCode::kInternal, ErrorScope::kBug,
     "a closure does not begin, commit or roll back by itself: use savepoint(), or throw to undo the unit"},
    {SQLITE_TOOBIG, ErrorCode::kInvalid, ErrorScope::kCaller, "the value or the statement is too large"},
    {SQLITE_PROTOCOL, ErrorCode::kIo, ErrorScope::kTransaction,
     "the locks of the WAL do not behave: look for a program that opens and closes the -shm file, and whether the file "
     "system is a local one"},
    {SQLITE_SCHEMA, ErrorCode::kBusy, ErrorScope::kRetry, "the schema changed meanwhile: try again"},
    {SQLITE_MISUSE, ErrorCode::kInternal, ErrorScope::kBug, "the driver used SQLite wrongly: report it"},
};

constexpr Reaction kOther{SQLITE_ERROR, ErrorCode::kInternal, ErrorScope::kBug,
                          "compare the statement with the schema (db check)"};

Reaction reaction_to(int extended) {
  for (const Reaction& reaction : kExtendedReactions) {
    if (reaction.result == extended) return reaction;
  }
  const int primary = extended & 0xff;
  for (const Reaction& reaction : kReactions) {
    if (reaction.result == primary) return reaction;
  }
  return kOther;
}

/// A held lock has several reasons, and each another remedy.
const char* hint_for_busy(int extended) {
  switch (extended) {
    case SQLITE_BUSY_SNAPSHOT:
      return "a read transaction tried to write after somebody else had: write through write()";
    case SQLITE_BUSY_RECOVERY:
      return "another process is recovering the WAL after a crash: try again";
    default:
      return "another process holds the database's lock: find it with `fuser` on the file";
  }
}

/// " (in storage/production.sqlite3)", for errors that concern the file more than the statement.
std::string file_of(sqlite3* connection) {
  const char* const path = connection ? sqlite3_db_filename(connection, "main") : nullptr;
  return path && *path ? fmt::format(" (in {})", path) : "";
}

}  // namespace

void throw_error(sqlite3* connection, int result, std::string_view doing) {
  // A result that the connection did not set (allocation failures, misuse) has no message there.
  const bool from_connection = connection && (sqlite3_errcode(connection) & 0xff) == (result & 0xff);
  const int extended = from_connection ? sqlite3_extended_errcode(connection) : result;
  const std::string message = from_connection ? sqlite3_errmsg(connection) : sqlite3_errstr(result);
  const auto what = fmt::format("{} [SQLite {}]: {}", message, extended, doing);
  const auto at_file = what + file_of(connection);

  if (const auto kind = constraint_kind(extended)) {
    auto columns = columns_in(message, *kind);
    throw ConstraintViolation({.code = ErrorCode::kConflict, .what = what, .system_code = extended}, *kind,
                              std::move(columns.table), std::move(columns.names));
  }
  switch (extended & 0xff) {
    case SQLITE_BUSY:
      throw Busy({.code = ErrorCode::kBusy,
                  .scope = ErrorScope::kRetry,
                  .what = at_file,
                  .hint = hint_for_busy(extended),
                  .system_code = extended});
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      throw Corrupt({.code = ErrorCode::kCorrupt,
                     .scope = ErrorScope::kDatabase,
                     .what = at_file,
                     .hint = "stop writing, keep the files, run PRAGMA integrity_check on a copy, restore a backup",
                     .system_code = extended});
    default: {
      const Reaction reaction = reaction_to(extended);
      throw base::Error({.code = reaction.code,
                         .scope = reaction.scope,
                         .what = reaction.scope == ErrorScope::kTransaction ? at_file : what,
                         .hint = reaction.hint,
                         .system_code = extended});
    }
  }
}

std::exception_ptr copy_of(const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const Corrupt& e) {
    return std::make_exception_ptr(e);
  } catch (const Busy& e) {
    return std::make_exception_ptr(e);
  } catch (const ConstraintViolation& e) {
    return std::make_exception_ptr(e);
  } catch (const base::NotFound&) {
    return error;
  } catch (const base::Error& e) {
    return std::make_exception_ptr(e);
  } catch (...) {  // not made here
    return error;
  }
}

bool is_interrupted(const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const base::Error& e) {
    return (e.system_code() & 0xff) == SQLITE_INTERRUPT;
  } catch (...) {  // the answer is no
    return false;
  }
}

bool is_constraint(const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const ConstraintViolation&) {
    return true;
  } catch (...) {  // the answer is no
    return false;
  }
}

}  // namespace monolite::db::sqlite
