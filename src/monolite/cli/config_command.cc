#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <monolite/app/config.h>
#include <monolite/cli/command.h>

namespace monolite::cli {
namespace {

void explain(Context& context) {
  auto& terminal = context.terminal;
  const auto config = app::load_config(context.surroundings);
  terminal.line(fmt::format("environment: {}", app::name_of(config.environment)));
  std::string file;
  for (const auto& setting : config.settings) {
    if (setting.file != file) {
      file = setting.file;
      terminal.line();
      terminal.line(terminal.coloured("config/" + file, Colour::kBold));
    }
    terminal.line(fmt::format("  {} = {}  {}", setting.name, setting.value,
                              terminal.coloured(fmt::format("({})", setting.origin), Colour::kFaint)));
    terminal.line(
        fmt::format("      {}{}", setting.effect, setting.unit.empty() ? "" : fmt::format(" [{}]", setting.unit)));
  }
}

}  // namespace

void declare_config(CLI::App& parser, Context& context) {
  auto* config = parser.add_subcommand("config", "Shows the configuration");
  config->require_subcommand(1);
  config->add_subcommand("explain", "Every setting: its value, where it came from, what it does")->callback([&] {
    explain(context);
  });
}

}  // namespace monolite::cli
