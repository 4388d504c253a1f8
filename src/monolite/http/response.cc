#include <unistd.h>

#include <monolite/http/response.h>

namespace monolite::http {

OpenFile::~OpenFile() { ::close(descriptor_); }

Response::Response(Status status, std::string_view content_type, Body body) : status_(status), body_(std::move(body)) {
  headers_.add("Content-Type", content_type);
}

Response& Response::cookie(const Cookie& cookie) & {
  headers_.add("Set-Cookie", set_cookie_value(cookie));
  return *this;
}

std::uint64_t Response::body_size() const noexcept {
  if (const auto* file = std::get_if<FileSlice>(&body_)) return file->size;
  return body_text().size();
}

std::string_view Response::body_text() const noexcept {
  if (const auto* own = std::get_if<std::string>(&body_)) return *own;
  if (const auto* page = std::get_if<view::SafeHtml>(&body_)) return page->view();
  if (const auto* shared = std::get_if<SharedBytes>(&body_)) return *shared ? std::string_view(**shared) : "";
  return "";
}

Response html(view::SafeHtml page, Status status) { return {status, "text/html; charset=utf-8", std::move(page)}; }

Response text(std::string body, Status status) { return {status, "text/plain; charset=utf-8", std::move(body)}; }

Response json(std::string body, Status status) { return {status, "application/json", std::move(body)}; }

Response redirect(std::string_view location, Status status) { return Response(status).header("Location", location); }

}  // namespace monolite::http
