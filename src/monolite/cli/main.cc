#include <exception>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <monolite/app/process.h>
#include <monolite/base/error.h>
#include <monolite/base/nearest_word.h>
#include <monolite/cli/command.h>
#include <monolite/cli/main.h>

extern char** environ;

namespace monolite::cli {
namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kUsage = 2;

/// The one place where the process's environment is read.
app::Surroundings read_surroundings() {
  app::Surroundings surroundings;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view pair(*entry);
    const auto cut = pair.find('=');
    if (cut != std::string_view::npos) surroundings.variables.emplace(pair.substr(0, cut), pair.substr(cut + 1));
  }
  const auto name = surroundings.variable("MONOLITE_ENV");
  if (!name || name->empty()) return surroundings;
  const auto environment = app::environment_named(*name);
  if (!environment) {
    const auto near = base::nearest_word(*name, {"development", "test", "production"});
    throw base::Error(
        {.code = base::ErrorCode::kConfig,
         .what = fmt::format("MONOLITE_ENV is '{}'", *name),
         .hint = near.empty() ? "use development, test or production" : fmt::format("did you mean '{}'?", near)});
  }
  surroundings.environment = *environment;
  return surroundings;
}

int report(Terminal& terminal, const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const FoundProblems&) {  // said already
  } catch (const base::Error& e) {
    terminal.failure(e.what(), e.hint());
  } catch (const std::exception& e) {
    terminal.failure(e.what(), "");
  }
  return kFailed;
}

/// What to say about the first word that is no command; empty when there is none.
std::string unknown_command(const CLI::App& parser) {
  const CLI::App* asked = &parser;
  for (auto given = asked->get_subcommands(); !given.empty(); given = asked->get_subcommands()) asked = given.front();
  const auto words = asked->remaining();
  if (words.empty()) return {};
  std::vector<std::string> known;
  for (const auto* command : asked->get_subcommands([](const CLI::App*) { return true; })) {
    known.push_back(command->get_name());
  }
  const auto near = base::nearest_word(words.front(), known);
  return fmt::format("there is no command '{}'{}", words.front(),
                     near.empty() ? "" : fmt::format(", did you mean '{}'?", near));
}

int run(int argc, char** argv, Context& context) {
  CLI::App parser(context.application.title.empty() ? context.application.name : context.application.title,
                  context.application.name);
  parser.require_subcommand(1);
  parser.set_help_all_flag("--help-all", "Help for every command");
  std::string root;
  parser.add_option("--root", root, "The application's folder: config/, storage/ and public/ lie in it")
      ->default_str(".")
      ->each([&](const std::string& folder) { context.surroundings.root = folder; });
  declare_server(parser, context);
  declare_db(parser, context);
  declare_routes(parser, context);
  declare_config(parser, context);
  declare_version(parser, context);
  try {
    parser.parse(argc, argv);
  } catch (const CLI::RequiredError& error) {  // no command; or a word that is none, which CLI11 would pass over
    if (const auto unknown = unknown_command(parser); !unknown.empty()) {
      context.terminal.failure(unknown, "--help lists the commands");
    } else {
      fmt::print(stderr, "{}", parser.help());
    }
    return kUsage;
  } catch (const CLI::ParseError& error) {
    return parser.exit(error) == 0 ? kDone : kUsage;
  }
  return kDone;
}

}  // namespace

int main(int argc, char** argv, const app::Application& application) {
  app::tune_process();
  Terminal plain(Terminal::Ink::kWhenTerminal);
  try {
    auto surroundings = read_surroundings();
    Terminal terminal(surroundings.variable("NO_COLOR") ? Terminal::Ink::kNever : Terminal::Ink::kWhenTerminal);
    Context context{application, std::move(surroundings), terminal};
    return run(argc, argv, context);
  } catch (...) {  // the root of the process: said to the person, then the exit code
    return report(plain, std::current_exception());
  }
}

}  // namespace monolite::cli
