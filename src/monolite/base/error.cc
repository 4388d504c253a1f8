#include <fmt/format.h>

#include <monolite/base/error.h>

namespace monolite::base {

std::string Error::message() const {
  return parts_.hint.empty() ? parts_.what : fmt::format("{} (hint: {})", parts_.what, parts_.hint);
}

std::string_view name_of(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kInvalid:
      return "invalid";
    case ErrorCode::kNotFound:
      return "not_found";
    case ErrorCode::kForbidden:
      return "forbidden";
    case ErrorCode::kConflict:
      return "conflict";
    case ErrorCode::kBusy:
      return "busy";
    case ErrorCode::kCancelled:
      return "cancelled";
    case ErrorCode::kClosed:
      return "closed";
    case ErrorCode::kFull:
      return "full";
    case ErrorCode::kIo:
      return "io";
    case ErrorCode::kCorrupt:
      return "corrupt";
    case ErrorCode::kUnsupported:
      return "unsupported";
    case ErrorCode::kConfig:
      return "config";
    case ErrorCode::kInternal:
      return "internal";
  }
  return "unknown";
}

std::string_view name_of(ErrorScope scope) noexcept {
  switch (scope) {
    case ErrorScope::kRetry:
      return "retry";
    case ErrorScope::kCaller:
      return "caller";
    case ErrorScope::kTransaction:
      return "transaction";
    case ErrorScope::kDatabase:
      return "database";
    case ErrorScope::kBug:
      return "bug";
  }
  return "unknown";
}

std::string describe(const std::exception_ptr& error) {
  if (!error) return "no error";
  try {
    std::rethrow_exception(error);
  } catch (const Error& e) {
    return e.message();
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "an exception that is not a std::exception";
  }
}

void throw_bug(const char* condition, std::string_view note, SourceLocation where) {
  throw Error({.code = ErrorCode::kInternal,
               .scope = ErrorScope::kBug,
               .what = fmt::format("{} [{} does not hold, {}:{}]", note, condition, where.file, where.line),
               .hint = "this is a bug: report it with the log around this line",
               .where = where});
}

}  // namespace monolite::base
