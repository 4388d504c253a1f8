#pragma once

#include <string>
#include <string_view>

#include <monolite/http/method.h>
#include <monolite/http/response.h>

namespace monolite::http::detail {

enum class AfterAnswer { kKeepAlive, kClose };
enum class HttpVersion { k10, k11 };

/// Appends the status line and the headers, up to and including the empty line. Content-Length, Connection, Date and
/// Transfer-Encoding are the server's own: what a handler set under those names is left out.
void append_head(std::string& out, const Response& response, HttpVersion version, AfterAnswer after,
                 std::string_view date);

/// True when the body's bytes follow the head.
inline bool sends_body(Method method, Status status) noexcept {
  return method != Method::kHead && may_have_body(status);
}

}  // namespace monolite::http::detail
