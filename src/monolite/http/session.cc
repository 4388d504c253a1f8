#include <charconv>

#include <fmt/format.h>

#include <monolite/base/error.h>
#include <monolite/http/request.h>
#include <monolite/http/session.h>

namespace monolite::http {
namespace {

constexpr std::string_view kFlashPrefix = "flash.";

/// "<bytes>:<text>", as often as there are keys and values. Only ever read back from behind our own seal.
void append_text(std::string& out, std::string_view text) { out.append(fmt::format("{}:", text.size())).append(text); }

std::optional<std::string> take_text(std::string_view& rest) {
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), size);
  const auto digits = static_cast<std::size_t>(end - rest.data());
  if (error != std::errc() || digits == rest.size() || *end != ':' || rest.size() - digits - 1 < size) {
    return std::nullopt;
  }
  std::string text(rest.substr(digits + 1, size));
  rest.remove_prefix(digits + 1 + size);
  return text;
}

}  // namespace

Session& Request::session() {
  auto* found = find_slot<Session>();
  ML_REQUIRE(found != nullptr, "no session layer is mounted around this handler (http::Sessions::layer)");
  return *found;
}

Flash& Request::flash() {
  if (auto* found = find_slot<Flash>()) return *found;
  return emplace_slot<Flash>(session());
}

Session::Map& Session::loaded() const {
  if (values_) return *values_;
  values_.emplace();
  const auto stored = jar_.read_encrypted(request_, cookie_name_);
  std::string_view rest = stored ? std::string_view(*stored) : std::string_view();
  while (!rest.empty()) {
    auto key = take_text(rest);
    auto value = key ? take_text(rest) : std::nullopt;
    if (!value) {  // written by another version: start afresh
      values_->clear();
      break;
    }
    values_->insert_or_assign(std::move(*key), std::move(*value));
  }
  return *values_;
}

std::optional<std::string_view> Session::find(std::string_view key) const {
  const Map& values = loaded();
  const auto found = values.find(key);
  if (found == values.end()) return std::nullopt;
  return found->second;
}

void Session::set(std::string_view key, std::string value) {
  Map& values = loaded();
  const auto found = values.find(key);
  if (found != values.end() && found->second == value) return;
  values.insert_or_assign(std::string(key), std::move(value));
  changed_ = true;
}

void Session::erase(std::string_view key) {
  Map& values = loaded();
  const auto found = values.find(key);
  if (found == values.end()) return;
  values.erase(found);
  changed_ = true;
}

void Session::reset() {
  if (loaded().empty()) return;
  values_->clear();
  changed_ = true;
}

Flash::Flash(Session& session) {
  Session::Map& values = session.loaded();
  auto at = values.lower_bound(kFlashPrefix);
  while (at != values.end() && at->first.starts_with(kFlashPrefix)) {
    shown_.emplace(at->first.substr(kFlashPrefix.size()), std::move(at->second));
    at = values.erase(at);
    session.changed_ = true;
  }
}

std::optional<std::string_view> Flash::find(std::string_view kind) const {
  const auto found = shown_.find(kind);
  if (found == shown_.end()) return std::nullopt;
  return found->second;
}

Layer Sessions::layer() const {
  return [this](Request& request, const Handler& next) { return serve(request, next); };
}

Response Sessions::serve(Request& request, const Handler& next) const {
  auto& session = request.emplace_slot<Session>(jar_, request, options_.cookie_name);
  Response response = next(request);
  for (auto& [kind, text] : response.take_flash()) {
    session.set(std::string(kFlashPrefix).append(kind), std::move(text));
  }
  if (session.changed_) write_back(request, response);
  return response;
}

void Sessions::write_back(Request& request, Response& response) const {
  const Session::Map& values = request.session().loaded();
  if (values.empty()) {
    response.cookie(Cookie::expired(options_.cookie_name, options_.cookie));
    return;
  }
  std::string text;
  for (const auto& [key, value] : values) {
    append_text(text, key);
    append_text(text, value);
  }
  const Cookie cookie = jar_.encrypted_cookie(options_.cookie_name, text, options_.cookie);
  ML_REQUIRE(cookie.name.size() + cookie.value.size() <= kMaxCookieBytes,
             fmt::format("the session grew to a cookie of {} bytes; keep an id in it and the rest in a table",
                         cookie.value.size()));
  response.cookie(cookie);
}

}  // namespace monolite::http
