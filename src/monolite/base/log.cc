#include <chrono>

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <monolite/base/clock.h>
#include <monolite/base/detail/log_text.h>
#include <monolite/base/log.h>

namespace monolite::base {
namespace {

std::string_view name_of(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarn:
      return "warn";
    case LogLevel::kError:
      return "error";
    case LogLevel::kOff:
      break;
  }
  return "off";
}

spdlog::level::level_enum to_spdlog(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarn:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
    case LogLevel::kOff:
      break;
  }
  return spdlog::level::off;
}

/// Standard error, one whole line per write, flushed at once.
class StderrSink final : public Log::Sink {
 public:
  StderrSink() : logger_("monolite", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    logger_.set_level(spdlog::level::trace);  // Log has filtered already
    logger_.set_pattern("%v");
  }

  void write(LogLevel level, std::string_view line) override {
    logger_.log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
  }

 private:
  spdlog::logger logger_;
};

std::string now_text() {
  using std::chrono::floor;
  const Timestamp now = SystemClock().now();
  const auto day = floor<std::chrono::days>(now);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(now - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                     time.minutes().count(), time.seconds().count(), time.subseconds().count());
}

}  // namespace

Log::Log(LogOptions options) : Log(options, std::make_shared<StderrSink>()) {}

Log::Log(LogOptions options, std::shared_ptr<Sink> sink) : options_(options), sink_(std::move(sink)) {}

Log Log::silent() { return Log({.level = LogLevel::kOff}, nullptr); }

Log Log::with(Fields fields) const {
  Log copy = *this;
  for (const LogField& field : fields) detail::append_field(copy.context_, options_.format, field);
  return copy;
}

void Log::write(LogLevel level, std::string_view event, Fields fields) const {
  if (!enabled(level) || !sink_) return;
  std::string line;
  line.reserve(256);
  detail::append_field(line, options_.format, {"time", now_text()});
  detail::append_field(line, options_.format, {"level", name_of(level)});
  detail::append_field(line, options_.format, {"event", event});
  line += context_;
  for (const LogField& field : fields) detail::append_field(line, options_.format, field);
  if (options_.format == LogFormat::kJson) {
    line.front() = '{';  // in place of the first field's comma
    line += '}';
    sink_->write(level, line);
  } else {
    sink_->write(level, std::string_view(line).substr(1));  // without the first field's space
  }
}

}  // namespace monolite::base
