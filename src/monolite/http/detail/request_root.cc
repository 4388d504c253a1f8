#include <fmt/format.h>

#include <monolite/base/error.h>
#include <monolite/http/detail/gzip.h>
#include <monolite/http/detail/request_root.h>
#include <monolite/http/error_pages.h>

namespace monolite::http::detail {
namespace {

constexpr std::size_t kErrorIdBytes = 4;

Status status_for(base::ErrorCode code) noexcept {
  switch (code) {
    case base::ErrorCode::kNotFound:
      return Status::kNotFound;
    case base::ErrorCode::kForbidden:
      return Status::kForbidden;
    case base::ErrorCode::kInvalid:
      return Status::kBadRequest;
    case base::ErrorCode::kBusy:
      return Status::kServiceUnavailable;
    case base::ErrorCode::kCancelled:
      return Status::kClientClosedRequest;
    default:
      return Status::kInternalServerError;
  }
}

/// The client is gone, or has at least ended its side: the connection only needs closing.
Response unread_answer() {
  Response response(Status::kClientClosedRequest);
  response.headers().set("Connection", "close");
  return response;
}

}  // namespace

Status status_for(const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const base::Error& e) {
    // Broken invariants are ours, whatever code they carry: they must not hide as a 400.
    return e.scope() == base::ErrorScope::kBug ? Status::kInternalServerError : status_for(e.code());
  } catch (...) {  // not ours: nothing is known about it
    return Status::kInternalServerError;
  }
}

Response RequestRoot::answer(Request& request) const noexcept {
  std::exception_ptr error;
  try {
    return run(request);
  } catch (...) {
    error = std::current_exception();
  }
  // The page is made outside of the catch block: a fiber must not wait, nor a listener throw, while one is open.
  try {
    return rescue(request, error);
  } catch (...) {  // not even the error page could be made: out of memory
    return Response(Status::kInternalServerError);
  }
}

Response RequestRoot::run(Request& request) const {
  Response response = handler_(request);
  ML_REQUIRE(response.pending_flash().empty(), "notice() and alert() need a session layer (http::Sessions::layer)");
  compress(gzip_, workers_, request, response);
  return response;
}

Response RequestRoot::rescue(const Request& request, const std::exception_ptr& error) const {
  const Status status = status_for(error);
  const bool ours = status == Status::kInternalServerError;
  const std::string error_id = ours ? base::random_hex(request.context().rng, kErrorIdBytes) : std::string();
  Response response = status == Status::kClientClosedRequest ? unread_answer() : error_page(status, error_id);
  events_.failed.emit({.request = request, .error = error, .status = status, .error_id = error_id});
  return response;
}

void log_failure(const RequestFailed& failure) {
  const Request& request = failure.request;
  const std::string text = base::describe(failure.error);
  const std::string_view method = name_of(request.method());
  switch (failure.status) {
    case Status::kInternalServerError:
      return request.log().error(
          "http.error",
          {{"error_id", failure.error_id}, {"method", method}, {"path", request.path()}, {"error", text}});
    case Status::kServiceUnavailable:
      return request.log().warn("http.busy", {{"method", method}, {"path", request.path()}, {"error", text}});
    case Status::kClientClosedRequest:
      return request.log().info("http.client_gone", {{"method", method}, {"path", request.path()}, {"error", text}});
    default:
      return request.log().debug(
          "http.refused",
          {{"status", code(failure.status)}, {"method", method}, {"path", request.path()}, {"error", text}});
  }
}

}  // namespace monolite::http::detail
