#include <filesystem>
#include <fstream>
#include <system_error>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <monolite/base/error.h>
#include <monolite/cli/db_commands.h>
#include <monolite/db/schema_dump.h>

namespace monolite::cli {
namespace {

namespace fs = std::filesystem;

fs::path default_file(const app::Config& config) { return config.root / "db" / "structure.sql"; }

[[noreturn]] void refuse(std::string what, std::string hint) {
  throw base::Error({.code = base::ErrorCode::kIo, .what = std::move(what), .hint = std::move(hint)});
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) refuse(fmt::format("cannot read {}", path.string()), "name the file that `db schema dump` wrote");
  return text;
}

/// Under its name when it is complete; what is the same is left alone, so that no tool sees a change.
void write_file(const fs::path& path, const std::string& text) {
  std::error_code error;
  if (fs::exists(path, error) && read_file(path) == text) return;
  auto unfinished = path;
  unfinished += ".part";
  std::ofstream file(unfinished, std::ios::binary);
  file << text;
  file.close();
  if (!file) {
    fs::remove(unfinished, error);
    refuse(fmt::format("cannot write {}", unfinished.string()), "check that its folder exists and is writable");
  }
  fs::rename(unfinished, path, error);
  if (error) refuse(fmt::format("cannot write {}: {}", path.string(), error.message()), "check what is there");
}

std::string dump_of(app::App& app) { return app.primary().read(db::dump_schema); }

void dump(Context& context, const std::string& file) {
  const auto config = app::load_config(context.surroundings);
  const auto app = context.open(config);
  if (file == "-") return context.terminal.text(dump_of(*app));
  const auto path = file.empty() ? default_file(config) : fs::path(file);
  std::error_code ignored;  // the writing reports it
  if (file.empty()) fs::create_directories(path.parent_path(), ignored);
  write_file(path, dump_of(*app));
  context.terminal.line(fmt::format("{} holds the schema of {}", path.string(), config.primary.path));
}

void load(Context& context, const std::string& file) {
  const auto config = app::load_config(context.surroundings);
  const auto path = file.empty() ? default_file(config) : fs::path(file);
  const auto text = read_file(path);  // before a database is made for nothing
  const auto app = context.open(config, db::sqlite::CreateFile::kIfMissing);
  db::load_schema(app->primary(), text);
  context.terminal.line(fmt::format("{} has the schema of {}", config.primary.path, path.string()));
}

}  // namespace

void dump_after_change(Context& context, app::App& app) {
  const auto path = default_file(app.config());
  std::error_code error;
  if (app.config().environment != app::Environment::kDevelopment || !fs::is_directory(path.parent_path(), error))
    return;
  write_file(path, dump_of(app));
  context.terminal.line(fmt::format("wrote {}", path.string()));
}

void declare_db_schema_dump(CLI::App& db, Context& context) {
  auto* schema = db.add_subcommand("schema", "Writes the schema as SQL, or makes a database of it");
  schema->require_subcommand(1);
  const auto file = std::make_shared<std::string>();
  const auto declare = [&](const char* name, const char* what, const char* about_file, auto run) {
    auto* command = schema->add_subcommand(name, what);
    command->add_option("FILE", *file, about_file)->type_name("")->default_str("db/structure.sql");
    command->callback([&context, file, run] { run(context, *file); });
  };
  declare("dump", "Writes the schema as SQL: tables, indexes, views, triggers, which migrations ran",
          "Where to; - is standard output", dump);
  declare("load", "Makes the schema of a dump in a new, empty database", "What `db schema dump` wrote", load);
}

}  // namespace monolite::cli
