#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace monolite::app {

/// The tier of the configuration that is in force.
enum class Environment { kDevelopment, kTest, kProduction };

std::string_view name_of(Environment environment) noexcept;
std::optional<Environment> environment_named(std::string_view name) noexcept;

/// What the program takes from the process around it, read once by `main` and handed down.
struct Surroundings {
  Environment environment = Environment::kDevelopment;
  std::filesystem::path root = ".";                           ///< holds config/, storage/ and public/
  std::map<std::string, std::string, std::less<>> variables;  ///< environment variables

  std::optional<std::string_view> variable(std::string_view name) const;
};

}  // namespace monolite::app
