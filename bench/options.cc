#include <map>

#include <CLI/CLI.hpp>
#include <bench/options.h>

namespace bench {

namespace app = monolite::app;
namespace base = monolite::base;
namespace http = monolite::http;

using monolite::db::sqlite::Synchronous;

namespace {

constexpr int kUsage = 2;

const std::map<std::string, Data> kData{{"full", Data::kFull}, {"tiny", Data::kTiny}};
const std::map<std::string, base::TaskMode> kModes{
    {"fiber", base::TaskMode::kFiber}, {"inline", base::TaskMode::kInline}, {"thread", base::TaskMode::kThread}};
const std::map<std::string, Synchronous> kSynchronous{
    {"full", Synchronous::kFull}, {"normal", Synchronous::kNormal}, {"off", Synchronous::kOff}};

template <class Value>
void add_choice(CLI::App& parser, const char* flag, Value& value, const std::map<std::string, Value>& choices,
                const std::string& description) {
  parser.add_option(flag, description)
      ->check(CLI::IsMember(choices))
      ->each([&value, &choices](const std::string& name) { value = choices.at(name); });
}

void declare(CLI::App& parser, Options& options) {
  parser.add_option("--root", options.root, "The application's folder, which holds public/")->capture_default_str();
  parser.add_option("--database", options.database, "The SQLite file")->required();
  add_choice(parser, "--synchronous", options.synchronous, kSynchronous, "full (default), normal or off");
  parser.add_option("--port", options.port, "0 (default) takes a free one; the first line of the output names it");
  parser.add_option("--threads", options.threads, "Loop threads; 0 (default): one per core");
  add_choice(parser, "--mode", options.mode, kModes, "How requests run: fiber (default), inline or thread");

  parser.add_option("--prepare", "Make and fill the database, then end: full or tiny")
      ->check(CLI::IsMember(kData))
      ->each([&options](const std::string& name) {
        options.job = Job::kPrepare;
        options.data = kData.at(name);
      });
  parser.add_option("--extra-posts", options.extra_posts, "With --prepare: posts on top of the seed, a comment each")
      ->check(CLI::NonNegativeNumber);

  parser.add_option("--ceiling", "Write from threads of this process, without HTTP: create")
      ->check(CLI::IsMember({"create"}))
      ->each([&options](const std::string&) { options.job = Job::kCeiling; });
  parser.add_option("--clients", options.clients, "With --ceiling: writing threads")->check(CLI::Range(1, 10'000));
  parser.add_option("--seconds", options.seconds, "With --ceiling: how long")->check(CLI::PositiveNumber);
}

}  // namespace

std::optional<Options> parse(int argc, char** argv, int& exit_code) {
  Options options;
  CLI::App parser("Lorem News with the routes that only a benchmark mounts", "bench_server");
  declare(parser, options);
  try {
    parser.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_code = parser.exit(error) == 0 ? 0 : kUsage;
    return std::nullopt;
  }
  return options;
}

app::Config config_for(const Options& options) {
  app::Config config;
  config.environment = app::Environment::kProduction;
  config.root = options.root;
  config.primary.path = options.database;
  config.primary.synchronous = options.synchronous;
  config.server.port = options.port;
  config.server.threads = options.threads;
  config.server.loop.mode = options.mode;
  config.server.access_log = http::AccessLog::kOff;
  config.log.level = base::LogLevel::kWarn;
  config.secret_key_base = "not a secret: this server answers nobody but the load generator";
  return config;
}

}  // namespace bench
