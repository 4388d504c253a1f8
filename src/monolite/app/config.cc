#include <fmt/format.h>
#include <fmt/ranges.h>

#include <monolite/app/config.h>
#include <monolite/base/error.h>

namespace monolite::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kRepeatsInDevelopment = 5;
constexpr std::int64_t kManyBytes = std::int64_t{1} << 40;

db::sqlite::Pragma pragma_named(std::string_view name, std::string_view value) {
  using db::sqlite::PragmaFor;
  constexpr std::string_view kWriter = "writer.";
  constexpr std::string_view kReaders = "readers.";
  db::sqlite::Pragma pragma{.name = std::string(name), .value = std::string(value)};
  if (name.starts_with(kWriter)) {
    pragma.name.erase(0, kWriter.size());
    pragma.connections = PragmaFor::kWriter;
  } else if (name.starts_with(kReaders)) {
    pragma.name.erase(0, kReaders.size());
    pragma.connections = PragmaFor::kReaders;
  }
  return pragma;
}

/// The last value of a pragma wins, as with every setting.
ConfigFile::EntrySink pragma_sink(std::vector<db::sqlite::Pragma>& pragmas) {
  return [&pragmas](std::string_view name, std::string_view value) -> std::optional<std::string> {
    auto pragma = pragma_named(name, value);
    if (auto problem = problem_with(pragma)) return problem;
    std::erase_if(pragmas, [&](const auto& other) {
      return other.name == pragma.name && other.connections == pragma.connections;
    });
    pragmas.push_back(std::move(pragma));
    return std::nullopt;
  };
}

ConfigFile database_file(Config& config) {
  using db::sqlite::Synchronous;
  ConfigFile file("database.yml");
  file.text("database", config.primary.path, "the SQLite file, relative to the application's folder");
  file.choice<Synchronous>("synchronous", config.primary.synchronous,
                           {{"full", Synchronous::kFull}, {"normal", Synchronous::kNormal}, {"off", Synchronous::kOff}},
                           "what a power cut may take: nothing, the last commits, or the file");
  file.duration<milliseconds>("timeout", config.write_timeout, 1, 3'600'000, "ms",
                              "how long a write may wait to begin before it is answered with 503");
  file.integer("readers", config.primary.max_readers, 1, 1'000, "connections", "read connections outside of requests");
  file.integer("max_queued_writes", config.primary.max_queued_writes, 1, 10'000'000, "writes",
               "more are answered with 503 at once");
  file.integer("max_batch", config.primary.max_batch, 1, 100'000, "writes", "most units in one commit");
  file.choice<db::sqlite::BetweenProcesses>(
      "between_processes", config.primary.between_processes,
      {{"fifo", db::sqlite::BetweenProcesses::kFifo}, {"poll", db::sqlite::BetweenProcesses::kPoll}},
      "how processes take turns at writing: in order of arrival, or whoever asks first");
  file.duration<milliseconds>("fifo_slice", config.primary.fifo_slice, 0, 1'000, "ms",
                              "how long a process with a full queue writes while another one waits");
  file.integer("checkpoint_frames", config.primary.checkpoint_frames, 1, 1'000'000, "WAL frames",
               "after how many frames the log is copied into the file");
  file.integer("wal_limit", config.primary.max_wal_bytes, 1'000'000, kManyBytes, "bytes",
               "a longer log is made to begin anew, if need be by holding new reads up for a moment");
  file.duration<milliseconds>("snapshot_barrier", config.primary.snapshot_barrier, 0, 1'000, "ms",
                              "most that new reads are held up for that; 0 = never");
  file.duration<milliseconds>("snapshot_warning", config.primary.snapshot_warn_after, 0, 86'400'000, "ms",
                              "a read that lasts longer is worth a line in the log; 0 = never");
  file.duration<milliseconds>("snapshot_limit", config.primary.snapshot_interrupt_after, 0, 86'400'000, "ms",
                              "a read that lasts longer is interrupted, because it keeps the log growing; 0 = never");
  file.duration<milliseconds>(
      "wal_sync_interval", config.primary.wal_sync_interval, 0, 60'000, "ms",
      "at synchronous: normal, how soon after a commit its log is synced; 0 = by checkpoints only");
  file.duration<milliseconds>("slow_query", config.primary.slow_query, 0, 3'600'000, "ms",
                              "a statement or write of that length is worth a line in the log; 0 = never");
  file.duration<milliseconds>("query_timeout", config.queries.time, 0, 3'600'000, "ms",
                              "all reads of one request together; beyond it is answered with 503; 0 = any");
  file.integer("query_steps", config.queries.steps, 0, kManyBytes, "steps",
               "the same in instructions of SQLite's virtual machine; 0 = any");
  file.integer("repeated_query", config.queries.repeats, 0, 1'000'000, "times",
               "one statement that a request runs so often is worth a line in the log; 0 = not counted");
  file.duration<milliseconds>("unit_timeout", config.primary.unit_timeout, 0, 86'400'000, "ms",
                              "how long one write may hold up the others before it is ended; 0 = any");
  file.integer("writer_cache", config.primary.writer_cache_kib, 100, 100'000'000, "KiB", "page cache of the writer");
  file.integer("reader_cache", config.primary.reader_cache_kib, 100, 100'000'000, "KiB", "page cache of each reader");
  using db::sqlite::Access;
  file.choice<Access>("readonly", config.primary.access,
                      {{"false", Access::kReadWrite}, {"true", Access::kReadOnly}, {"immutable", Access::kImmutable}},
                      "true: never write; immutable: for a file on a read-only medium that nobody changes");
  using db::sqlite::Unwritable;
  file.choice<Unwritable>("unwritable", config.primary.unwritable,
                          {{"refuse", Unwritable::kRefuse}, {"readonly", Unwritable::kReadOnly}},
                          "what to do when this user may not write the file or its folder");
  using db::sqlite::LostWal;
  file.choice<LostWal>("lost_wal", config.primary.lost_wal, {{"refuse", LostWal::kRefuse}, {"warn", LostWal::kWarn}},
                       "what to do when a -wal file with committed data is gone since the last run");
  file.list("extensions", config.primary.extensions,
            "loadable extensions for every connection, relative to the application's folder");
  file.map("pragmas", pragma_sink(config.primary.pragmas),
           "a pragma in place of ours; under `writer` or `readers` for these connections alone");
  file.flag(
      "sqlite.allow_unsafe_version",
      [&config](bool on) {
        config.primary.unsafe_version = on ? db::sqlite::UnsafeVersion::kAllow : db::sqlite::UnsafeVersion::kRefuse;
      },
      "start with a SQLite below 3.51.3, which can corrupt a WAL");
  return file;
}

ConfigFile server_file(Config& config) {
  ConfigFile file("server.yml");
  auto& server = config.server;
  file.text("host", server.host, "the address to listen on; 0.0.0.0 for all");
  file.integer("port", server.port, 0, 65'535, "", "the port to listen on; 0 takes a free one");
  file.integer("threads", server.threads, 0, 1'024, "threads", "event loops; 0 = one per core");
  file.integer("workers", config.workers, 1, 1'024, "threads", "threads for password hashes and compression");
  file.integer("max_header_bytes", server.limits.header_bytes, 256, kManyBytes, "bytes", "larger requests get 431");
  file.integer("max_body_bytes", server.limits.body_bytes, 0, kManyBytes, "bytes", "larger requests get 413");
  file.integer("max_connections", server.limits.connections, 1, 1'000'000, "connections", "more get 503");
  file.duration<milliseconds>("header_timeout", server.timeouts.header, 1, 3'600'000, "ms", "to send all headers");
  file.duration<milliseconds>("body_timeout", server.timeouts.body, 1, 3'600'000, "ms", "without progress of a body");
  file.duration<milliseconds>("idle_timeout", server.timeouts.idle, 1, 86'400'000, "ms", "between two requests");
  file.duration<milliseconds>("write_timeout", server.timeouts.write, 1, 3'600'000, "ms",
                              "without progress of an answer");
  file.duration<milliseconds>("shutdown_grace", config.shutdown_grace, 0, 3'600'000, "ms",
                              "for requests in flight after Ctrl-C or SIGTERM");
  file.integer("gzip_level", server.gzip.level, 0, 9, "", "0 never compresses");
  file.flag(
      "trust_proxy", [&server](bool on) { server.forwarded = on ? http::Forwarded::kTrust : http::Forwarded::kIgnore; },
      "believe X-Forwarded-For and X-Forwarded-Proto: only behind a proxy that sets both");
  file.choice<http::Secure>("secure_cookies", config.secure_cookies,
                            {{"true", http::Secure::kYes}, {"false", http::Secure::kNo}}, "cookies only over HTTPS");
  file.choice<base::LogLevel>("log_level", config.log.level,
                              {{"debug", base::LogLevel::kDebug},
                               {"info", base::LogLevel::kInfo},
                               {"warn", base::LogLevel::kWarn},
                               {"error", base::LogLevel::kError}},
                              "what is worth a line");
  file.choice<base::LogFormat>("log_format", config.log.format,
                               {{"logfmt", base::LogFormat::kLogfmt}, {"json", base::LogFormat::kJson}},
                               "how a line is written");
  return file;
}

std::string below(const std::filesystem::path& root, const std::string& path) {
  return std::filesystem::path(path).is_absolute() ? path : (root / path).lexically_normal().string();
}

struct Variable {
  const char* name;
  const char* setting;
};
constexpr Variable kVariables[] = {{"PORT", "port"}, {"LOG_LEVEL", "log_level"}};

template <class List, class Item>
void append(List& list, Item&& item) {
  if (item) list.push_back(std::move(*item));
}

void override_from_outside(ConfigFile& server, const Surroundings& surroundings, const std::vector<Flag>& flags,
                           std::vector<std::string>& problems) {
  for (const auto& [name, setting] : kVariables) {
    if (const auto value = surroundings.variable(name)) append(problems, server.override_with(setting, *value, name));
  }
  for (const Flag& flag : flags) append(problems, server.override_with(flag.setting, flag.value, flag.origin));
}

/// The secret is a setting like the others, but `config explain` must not show it.
std::string secret_from(const Surroundings& surroundings, std::vector<std::string>& problems) {
  const auto secret = surroundings.variable("SECRET_KEY_BASE");
  if (!secret) return {};
  if (secret->size() < 32) problems.emplace_back("SECRET_KEY_BASE must have at least 32 characters");
  return std::string(*secret);
}

}  // namespace

Config load_config(const Surroundings& surroundings, const std::vector<Flag>& flags) {
  Config config;
  config.environment = surroundings.environment;
  config.root = surroundings.root;
  config.primary.path = fmt::format("storage/{}.sqlite3", name_of(surroundings.environment));
  if (surroundings.environment != Environment::kProduction) config.primary.lost_wal = db::sqlite::LostWal::kWarn;
  if (surroundings.environment == Environment::kProduction && !surroundings.variable("RELAX_SSL")) {
    config.secure_cookies = http::Secure::kYes;
  }

  if (surroundings.environment == Environment::kDevelopment) config.queries.repeats = kRepeatsInDevelopment;

  auto database = database_file(config);
  auto server = server_file(config);
  auto problems = database.read(surroundings);
  for (auto& problem : server.read(surroundings)) problems.push_back(std::move(problem));
  override_from_outside(server, surroundings, flags, problems);
  config.secret_key_base = secret_from(surroundings, problems);
  if (!problems.empty()) {
    throw base::Error({.code = base::ErrorCode::kConfig,
                       .what = fmt::format("{}", fmt::join(problems, "\n")),
                       .hint = "config explain lists every setting"});
  }

  config.settings = database.settings();
  for (auto& setting : server.settings()) config.settings.push_back(std::move(setting));
  config.primary.path = below(surroundings.root, config.primary.path);
  for (auto& extension : config.primary.extensions) extension = below(surroundings.root, extension);
  return config;
}

}  // namespace monolite::app
