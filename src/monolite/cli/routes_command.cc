#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <monolite/app/app.h>
#include <monolite/cli/command.h>

namespace monolite::cli {
namespace {

void print_routes(Context& context) {
  auto config = app::load_config(context.surroundings);
  const auto app = context.open(config);
  std::size_t pattern = 0;
  std::size_t name = 0;
  const auto& routes = app->router().routes();
  for (const auto& route : routes) {
    pattern = std::max(pattern, route.pattern.size());
    name = std::max(name, route.name.size());
  }
  for (const auto& route : routes) {
    context.terminal.line(fmt::format("{:7} {:{}}  {:{}}  {}{}", http::name_of(route.method), route.pattern, pattern,
                                      route.name, name, route.label,
                                      route.csrf == http::CsrfCheck::kExempt ? " (no CSRF check)" : ""));
  }
}

}  // namespace

void declare_routes(CLI::App& parser, Context& context) {
  parser.add_subcommand("routes", "Lists every route")->callback([&] { print_routes(context); });
}

}  // namespace monolite::cli
