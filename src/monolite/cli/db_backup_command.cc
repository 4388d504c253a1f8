#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <monolite/cli/db_commands.h>

namespace monolite::cli {
namespace {

void back_up(Context& context, const std::string& file) {
  auto& terminal = context.terminal;
  const auto config = app::load_config(context.surroundings);
  const auto app = context.open(config);
  app->primary().back_up(file, [&](const db::BackupProgress& progress) {
    terminal.progress("pages", static_cast<std::size_t>(progress.pages), static_cast<std::size_t>(progress.total_pages),
                      Terminal::Steps::kTenths);
  });
  terminal.line(fmt::format("{} holds a copy of {}", file, config.primary.path));
}

}  // namespace

void declare_db_backup(CLI::App& db, Context& context) {
  auto* backup = db.add_subcommand("backup", "Copies the database into a new file, while it is in use");
  const auto file = std::make_shared<std::string>();
  backup->add_option("FILE", *file, "The copy; it must not exist")->required();
  backup->callback([&context, file] { back_up(context, *file); });
}

}  // namespace monolite::cli
