#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <monolite/http/cookies.h>
#include <monolite/http/headers.h>
#include <monolite/http/status.h>
#include <monolite/view/html.h>

namespace monolite::http {

class Request;

/// An open file, closed with the last owner. Owners: the cache of a folder and the answers being sent from it.
class OpenFile {
 public:
  explicit OpenFile(int descriptor) noexcept : descriptor_(descriptor) {}
  ~OpenFile();
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int descriptor() const noexcept { return descriptor_; }

 private:
  int descriptor_;
};

/// A part of a file as a body: read while it is sent, never wholly in memory.
struct FileSlice {
  std::shared_ptr<const OpenFile> file;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

/// Immutable bytes that many answers share.
using SharedBytes = std::shared_ptr<const std::string>;

/// What a handler answers: status, headers, body, and the flash that the next page shows.
/// Lifetime: a value; owns or shares its body, which is sent without a copy.
class Response {
 public:
  using Body = std::variant<std::string, view::SafeHtml, SharedBytes, FileSlice>;

  /// An empty 200.
  Response() = default;
  explicit Response(Status status) : status_(status) {}
  Response(Status status, std::string_view content_type, Body body);

  Status status() const noexcept { return status_; }
  Response& status(Status status) & noexcept {
    status_ = status;
    return *this;
  }
  Response&& status(Status status) && noexcept { return std::move(this->status(status)); }

  Headers& headers() noexcept { return headers_; }
  const Headers& headers() const noexcept { return headers_; }

  /// Sets a header, replacing what was there.
  Response& header(std::string_view name, std::string_view value) & {
    headers_.set(name, value);
    return *this;
  }
  Response&& header(std::string_view name, std::string_view value) && { return std::move(header(name, value)); }

  /// Adds a Set-Cookie header. Throws kInvalid for a cookie that cannot be written.
  Response& cookie(const Cookie& cookie) &;
  Response&& cookie(const Cookie& cookie) && { return std::move(this->cookie(cookie)); }

  /// Text for the next page this visitor sees, through the flash of the session.
  Response& notice(std::string text) & { return flash("notice", std::move(text)); }
  Response&& notice(std::string text) && { return std::move(notice(std::move(text))); }
  Response& alert(std::string text) & { return flash("alert", std::move(text)); }
  Response&& alert(std::string text) && { return std::move(alert(std::move(text))); }

  const Body& body() const noexcept { return body_; }
  void body(Body body) { body_ = std::move(body); }
  std::uint64_t body_size() const noexcept;
  /// The bytes of a body in memory; empty for a file.
  std::string_view body_text() const noexcept;

  using FlashEntries = std::vector<std::pair<std::string, std::string>>;
  const FlashEntries& pending_flash() const noexcept { return flash_; }
  FlashEntries take_flash() noexcept { return std::exchange(flash_, {}); }

 private:
  Response& flash(std::string kind, std::string text) {
    flash_.emplace_back(std::move(kind), std::move(text));
    return *this;
  }

  Status status_ = Status::kOk;
  Headers headers_;
  Body body_;
  FlashEntries flash_;
};

/// A page: `text/html; charset=utf-8`.
Response html(view::SafeHtml page, Status status = Status::kOk);
/// `text/plain; charset=utf-8`.
Response text(std::string body, Status status = Status::kOk);
/// JSON that is serialised already.
Response json(std::string body, Status status = Status::kOk);
/// Sends the browser elsewhere. kSeeOther after PATCH, PUT and DELETE, so that it asks with GET.
Response redirect(std::string_view location, Status status = Status::kFound);

/// A plain function that answers a request. It runs as a task of the server's loop: it may wait.
/// What it throws becomes an answer at the request root (see server.h).
using Handler = std::function<Response(Request&)>;

}  // namespace monolite::http
