#include <algorithm>

#include <fmt/format.h>

#include <monolite/base/error.h>
#include <monolite/http/detail/syntax.h>
#include <monolite/http/request.h>

namespace monolite::http {
namespace {

bool is_sane_request_id(std::string_view id) noexcept {
  return !id.empty() && id.size() <= 128 && std::all_of(id.begin(), id.end(), [](char c) {
    return detail::is_alnum(c) || c == '-' || c == '_' || c == '.' || c == '@';
  });
}

bool is_urlencoded(const Headers& headers) noexcept {
  std::string_view type = headers.find("Content-Type").value_or("");
  return equal_ignoring_case(detail::next_element(type, ';'), "application/x-www-form-urlencoded");
}

}  // namespace

void RequestParts::clear() noexcept {
  method = Method::kGet;
  target.clear();
  headers.clear();
  body.clear();
  remote_ip.clear();
  scheme = Scheme::kHttp;
}

std::optional<std::string_view> PathParams::find(std::string_view name) const noexcept {
  for (const auto& [key, value] : pairs_)
    if (key == name) return value;
  return std::nullopt;
}

std::string_view PathParams::operator[](std::string_view name) const {
  const auto value = find(name);
  ML_REQUIRE(value.has_value(), fmt::format("the route of this request has no parameter ':{}'", name));
  return *value;
}

namespace detail {

void throw_malformed_param(std::string_view name) {
  throw base::NotFound({.code = base::ErrorCode::kNotFound,
                        .what = fmt::format("the path parameter '{}' is not a number in range", name),
                        .hint = "no record can have such an id"});
}

}  // namespace detail

Request::Request(RequestParts parts, const RequestContext& context)
    : parts_(std::move(parts)),
      context_(&context),
      method_(parts_.method),
      path_size_(std::min(parts_.target.find('?'), parts_.target.size())) {}

std::string_view Request::query_string() const noexcept {
  const std::string_view target = parts_.target;
  return path_size_ == target.size() ? std::string_view() : target.substr(path_size_ + 1);
}

const Fields& Request::query() const {
  if (!query_) query_ = Fields::parse(query_string());
  return *query_;
}

const Fields& Request::form() const {
  if (!form_) form_ = is_urlencoded(headers()) ? Fields::parse(body()) : Fields();
  return *form_;
}

const Cookies& Request::cookies() const {
  if (!cookies_) {
    cookies_.emplace();
    for (const auto field : headers())
      if (equal_ignoring_case(field.name, "Cookie")) cookies_->parse(field.value);
  }
  return *cookies_;
}

const std::string& Request::request_id() const {
  if (request_id_.empty()) {
    const std::string_view sent = header("X-Request-Id").value_or("");
    request_id_ = is_sane_request_id(sent) ? std::string(sent) : base::uuid7(context_->clock.now(), context_->rng);
  }
  return request_id_;
}

const base::Log& Request::log() const {
  if (!log_) log_ = context_->log.with({{"request_id", request_id()}});
  return *log_;
}

}  // namespace monolite::http
