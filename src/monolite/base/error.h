#pragma once

#include <exception>
#include <string>
#include <string_view>

#include <monolite/base/source_location.h>

namespace monolite::base {

/// What kind of thing went wrong: what a program branches on. One value per reaction of a caller, not per cause.
enum class ErrorCode {
  kInvalid,      ///< the input is malformed or out of range
  kNotFound,     ///< what was asked for does not exist
  kForbidden,    ///< the caller may not do this
  kConflict,     ///< clashes with what is stored (a constraint)
  kBusy,         ///< a queue is full, a lock is held, a deadline passed while waiting: try again later
  kCancelled,    ///< whoever asked does not wait for the answer any more
  kClosed,       ///< the object is shutting down or was given up after an earlier error
  kFull,         ///< the disk or a quota is full
  kIo,           ///< the operating system refused a read, write or open
  kCorrupt,      ///< stored bytes are not what they must be
  kUnsupported,  ///< this build, version or file system cannot do it
  kConfig,       ///< the configuration is wrong
  kInternal,     ///< a bug of ours or of the caller's
};

/// Who or what is spoiled by the error: how far the damage reaches.
enum class ErrorScope {
  kRetry,        ///< nothing: the same call may succeed later
  kCaller,       ///< this call only: its input or its assumption is wrong
  kTransaction,  ///< everything done in the current transaction is gone
  kDatabase,     ///< the database object must not be used further
  kBug,          ///< an invariant is broken: the program is wrong
};

/// The parts of an Error, for designated initialisers: `throw Error({.code = ..., .what = ..., .hint = ...})`.
struct ErrorParts {
  ErrorCode code = ErrorCode::kInternal;
  ErrorScope scope = ErrorScope::kCaller;
  std::string what = {};  ///< what happened, with the names and values that matter
  std::string hint = {};  ///< the next step: a command, a setting, a place to look
  int system_code = 0;    ///< SQLite's extended code or errno; 0 = none
  SourceLocation where = SourceLocation::current();
};

/// The one exception of Monolite. Typed subclasses exist only where a caller would branch.
/// Never decide by the text of `what()`.
class Error : public std::exception {
 public:
  explicit Error(ErrorParts parts) : parts_(std::move(parts)) {}

  const char* what() const noexcept override { return parts_.what.c_str(); }
  ErrorCode code() const noexcept { return parts_.code; }
  ErrorScope scope() const noexcept { return parts_.scope; }
  const std::string& hint() const noexcept { return parts_.hint; }
  int system_code() const noexcept { return parts_.system_code; }
  const SourceLocation& where() const noexcept { return parts_.where; }

  /// One line for a person: what happened and, when there is one, the hint.
  std::string message() const;

 private:
  ErrorParts parts_;
};

/// `get_…` did not find its record. Becomes 404 at the request root.
class NotFound : public Error {
 public:
  using Error::Error;
};

std::string_view name_of(ErrorCode code) noexcept;
std::string_view name_of(ErrorScope scope) noexcept;

/// The text of any exception in flight: `message()` of an Error, `what()` of the rest.
std::string describe(const std::exception_ptr& error);

/// Throws an Error of scope kBug that names the broken condition and its place.
[[noreturn]] void throw_bug(const char* condition, std::string_view note, SourceLocation where);

}  // namespace monolite::base

/// A promise that the caller must keep; on in every build.
#define ML_REQUIRE(condition, note)                                                                 \
  do {                                                                                              \
    if (!(condition)) [[unlikely]]                                                                  \
      ::monolite::base::throw_bug(#condition, (note), ::monolite::base::SourceLocation::current()); \
  } while (false)
