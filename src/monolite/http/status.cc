#include <monolite/http/status.h>

namespace monolite::http {

std::string_view reason(Status status) noexcept {
  switch (status) {
    case Status::kOk:
      return "OK";
    case Status::kCreated:
      return "Created";
    case Status::kAccepted:
      return "Accepted";
    case Status::kNoContent:
      return "No Content";
    case Status::kPartialContent:
      return "Partial Content";
    case Status::kMovedPermanently:
      return "Moved Permanently";
    case Status::kFound:
      return "Found";
    case Status::kSeeOther:
      return "See Other";
    case Status::kNotModified:
      return "Not Modified";
    case Status::kTemporaryRedirect:
      return "Temporary Redirect";
    case Status::kPermanentRedirect:
      return "Permanent Redirect";
    case Status::kBadRequest:
      return "Bad Request";
    case Status::kUnauthorized:
      return "Unauthorized";
    case Status::kForbidden:
      return "Forbidden";
    case Status::kNotFound:
      return "Not Found";
    case Status::kMethodNotAllowed:
      return "Method Not Allowed";
    case Status::kNotAcceptable:
      return "Not Acceptable";
    case Status::kRequestTimeout:
      return "Request Timeout";
    case Status::kConflict:
      return "Conflict";
    case Status::kGone:
      return "Gone";
    case Status::kPayloadTooLarge:
      return "Content Too Large";
    case Status::kUriTooLong:
      return "URI Too Long";
    case Status::kUnsupportedMediaType:
      return "Unsupported Media Type";
    case Status::kRangeNotSatisfiable:
      return "Range Not Satisfiable";
    case Status::kExpectationFailed:
      return "Expectation Failed";
    case Status::kUnprocessable:
      return "Unprocessable Content";
    case Status::kTooManyRequests:
      return "Too Many Requests";
    case Status::kHeaderFieldsTooLarge:
      return "Request Header Fields Too Large";
    case Status::kClientClosedRequest:
      return "Client Closed Request";
    case Status::kInternalServerError:
      return "Internal Server Error";
    case Status::kNotImplemented:
      return "Not Implemented";
    case Status::kServiceUnavailable:
      return "Service Unavailable";
    case Status::kVersionNotSupported:
      return "HTTP Version Not Supported";
  }
  return "";
}

}  // namespace monolite::http
