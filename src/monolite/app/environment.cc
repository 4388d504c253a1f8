#include <array>
#include <utility>

#include <monolite/app/environment.h>

namespace monolite::app {
namespace {

constexpr std::array kNames{std::pair{Environment::kDevelopment, std::string_view("development")},
                            std::pair{Environment::kTest, std::string_view("test")},
                            std::pair{Environment::kProduction, std::string_view("production")}};

}  // namespace

std::string_view name_of(Environment environment) noexcept {
  for (const auto& [value, name] : kNames) {
    if (value == environment) return name;
  }
  return "unknown";
}

std::optional<Environment> environment_named(std::string_view name) noexcept {
  for (const auto& [value, known] : kNames) {
    if (known == name) return value;
  }
  return std::nullopt;
}

std::optional<std::string_view> Surroundings::variable(std::string_view name) const {
  const auto found = variables.find(name);
  return found == variables.end() ? std::nullopt : std::optional<std::string_view>(found->second);
}

}  // namespace monolite::app
