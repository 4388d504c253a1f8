#include <array>

#include <monolite/http/method.h>

namespace monolite::http {
namespace {

constexpr std::array<std::string_view, kMethodCount> kNames{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

}  // namespace

std::string_view name_of(Method method) noexcept { return kNames[static_cast<std::size_t>(method)]; }

std::optional<Method> find_method(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == name) return static_cast<Method>(i);
  return std::nullopt;
}

}  // namespace monolite::http
