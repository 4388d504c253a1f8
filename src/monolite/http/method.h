#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace monolite::http {

enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions };

inline constexpr std::size_t kMethodCount = 7;

/// "GET" for kGet.
std::string_view name_of(Method method) noexcept;

/// Case-sensitive, as HTTP wants it. nullopt for a method that Monolite does not serve.
std::optional<Method> find_method(std::string_view name) noexcept;

/// GET, HEAD and OPTIONS: a client may send them without meaning to change anything.
constexpr bool is_safe(Method method) noexcept {
  return method == Method::kGet || method == Method::kHead || method == Method::kOptions;
}

}  // namespace monolite::http
