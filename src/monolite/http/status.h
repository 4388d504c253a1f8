#pragma once

#include <cstdint>
#include <string_view>

namespace monolite::http {

/// The status codes that Monolite gives or tests for. The value is the number on the wire.
enum class Status : std::uint16_t {
  kOk = 200,
  kCreated = 201,
  kAccepted = 202,
  kNoContent = 204,
  kPartialContent = 206,
  kMovedPermanently = 301,
  kFound = 302,
  kSeeOther = 303,
  kNotModified = 304,
  kTemporaryRedirect = 307,
  kPermanentRedirect = 308,
  kBadRequest = 400,
  kUnauthorized = 401,
  kForbidden = 403,
  kNotFound = 404,
  kMethodNotAllowed = 405,
  kNotAcceptable = 406,
  kRequestTimeout = 408,
  kConflict = 409,
  kGone = 410,
  kPayloadTooLarge = 413,
  kUriTooLong = 414,
  kUnsupportedMediaType = 415,
  kRangeNotSatisfiable = 416,
  kExpectationFailed = 417,
  kUnprocessable = 422,
  kTooManyRequests = 429,
  kHeaderFieldsTooLarge = 431,
  kClientClosedRequest = 499,  ///< nobody reads it: for the log (nginx's number, HTTP has none)
  kInternalServerError = 500,
  kNotImplemented = 501,
  kServiceUnavailable = 503,
  kVersionNotSupported = 505,
};

constexpr int code(Status status) noexcept { return static_cast<int>(status); }

/// "Not Found" for 404; empty for a number that is not in the enum.
std::string_view reason(Status status) noexcept;

/// False for the answers that HTTP defines without a body (204, 304).
constexpr bool may_have_body(Status status) noexcept {
  return status != Status::kNoContent && status != Status::kNotModified;
}

}  // namespace monolite::http
