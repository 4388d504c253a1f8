#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace monolite::base {

/// error = a person must act; warn = degraded but handled; info = life cycle; debug = the rest.
enum class LogLevel { kDebug, kInfo, kWarn, kError, kOff };
enum class LogFormat { kLogfmt, kJson };

/// One `key=value` of a log line. The key is a literal in snake_case; units stand in its name (`duration_ms`).
/// Lifetime: borrows its text; lives for one log call.
class LogField {
 public:
  using Value = std::variant<std::int64_t, std::uint64_t, double, bool, std::string_view>;

  template <class T>
  LogField(std::string_view name, const T& what) : key(name), value(to_value(what)) {}

  std::string_view key;
  Value value;

 private:
  template <class T>
  static Value to_value(const T& what) {
    if constexpr (std::is_same_v<T, bool>) {
      return what;
    } else if constexpr (std::is_floating_point_v<T>) {
      return static_cast<double>(what);
    } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
      return static_cast<std::int64_t>(what);
    } else if constexpr (std::is_integral_v<T>) {
      return static_cast<std::uint64_t>(what);
    } else {
      return std::string_view(what);
    }
  }
};

struct LogOptions {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kLogfmt;
};

/// Writes one line per event: time, level, constant event name, fields. Never concatenate a message: put values into
/// fields. A copy made by `with` shares the sink and carries its fields on every line (request_id).
/// Threads: any. Lifetime: a value; the sink lives as long as any copy.
class Log {
 public:
  using Fields = std::initializer_list<LogField>;

  /// Where finished lines (without line end) go. Threads: called by any; must synchronise itself.
  class Sink {
   public:
    virtual ~Sink() = default;
    virtual void write(LogLevel level, std::string_view line) = 0;
  };

  /// To standard error.
  explicit Log(LogOptions options = {});
  Log(LogOptions options, std::shared_ptr<Sink> sink);

  /// A log that drops everything: for tests that do not look.
  static Log silent();

  void debug(std::string_view event, Fields fields = {}) const { write(LogLevel::kDebug, event, fields); }
  void info(std::string_view event, Fields fields = {}) const { write(LogLevel::kInfo, event, fields); }
  void warn(std::string_view event, Fields fields = {}) const { write(LogLevel::kWarn, event, fields); }
  void error(std::string_view event, Fields fields = {}) const { write(LogLevel::kError, event, fields); }

  bool enabled(LogLevel level) const noexcept { return level >= options_.level; }
  Log with(Fields fields) const;

 private:
  void write(LogLevel level, std::string_view event, Fields fields) const;

  LogOptions options_;
  std::shared_ptr<Sink> sink_;
  std::string context_;  // already formatted fields of `with`
};

}  // namespace monolite::base
