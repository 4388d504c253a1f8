#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <monolite/app/environment.h>

namespace monolite::app {

/// One setting as `config explain` shows it.
struct Setting {
  std::string file;    ///< "database.yml"
  std::string name;    ///< "synchronous"
  std::string value;   ///< in force, as one would write it
  std::string origin;  ///< "default", "database.yml" or the variable or flag that decided
  std::string unit;
  std::string effect;
};

/// One file of config/: the settings it knows, each bound to the field it fills. The field's value at binding time is
/// the default. Every problem of the file is collected, none is thrown.
///
/// A file has a tier per environment, and a tier `default` for all of them; `<<` merges work; `${NAME}` and
/// `${NAME:-otherwise}` stand for environment variables. A missing file means the defaults.
/// Lifetime: borrows the fields. Threads: one.
class ConfigFile {
 public:
  explicit ConfigFile(std::string name) : name_(std::move(name)) {}

  void text(std::string name, std::string& field, std::string effect);
  void flag(std::string name, std::function<void(bool)> set, std::string effect);

  /// Several texts: a YAML list, or one text alone. A tier's list takes the place of the one in `default`.
  void list(std::string name, std::vector<std::string>& field, std::string effect);

  /// Gets each entry of a map, by name, and says what is wrong with it ("must be …"). Called again with the same name
  /// when a tier overrides an entry of `default`.
  using EntrySink = std::function<std::optional<std::string>(std::string_view name, std::string_view value)>;
  /// A map whose names are not known here. The entry `b` of the map `a` is the setting `a.b`; maps inside have longer
  /// names ("a.b.c").
  void map(std::string name, EntrySink accept, std::string effect);

  template <std::integral T>
  void integer(const std::string& name, T& field, std::int64_t least, std::int64_t most, const std::string& unit,
               const std::string& effect) {
    add({.name = name,
         .unit = unit,
         .effect = effect,
         .value = std::to_string(field),
         .accept = [&field, least, most](std::string_view text) -> std::optional<std::string> {
           const auto number = whole_number(text, least, most);
           if (!number) return outside(least, most);
           field = static_cast<T>(*number);
           return std::nullopt;
         }});
  }

  /// A duration, written as a whole number of `Unit`.
  template <class Unit, class Duration>
  void duration(const std::string& name, Duration& field, std::int64_t least, std::int64_t most,
                const std::string& unit, const std::string& effect) {
    add({.name = name,
         .unit = unit,
         .effect = effect,
         .value = std::to_string(std::chrono::duration_cast<Unit>(field).count()),
         .accept = [&field, least, most](std::string_view text) -> std::optional<std::string> {
           const auto number = whole_number(text, least, most);
           if (!number) return outside(least, most);
           field = Unit(*number);
           return std::nullopt;
         }});
  }

  /// One of a few words.
  template <class E>
  void choice(const std::string& name, E& field, std::vector<std::pair<std::string, E>> words,
              const std::string& effect) {
    std::string current;
    std::string all;
    for (const auto& [word, value] : words) {
      if (value == field) current = word;
      all += (all.empty() ? "" : ", ") + word;
    }
    add({.name = name,
         .unit = all,
         .effect = effect,
         .value = current,
         .accept = [&field, words = std::move(words), all](std::string_view text) -> std::optional<std::string> {
           for (const auto& [word, value] : words) {
             if (word != text) continue;
             field = value;
             return std::nullopt;
           }
           return "must be one of " + all;
         }});
  }

  /// Reads config/<name> of the application; gives what is wrong with it, one line each.
  std::vector<std::string> read(const Surroundings& surroundings);

  /// Overrides a setting from outside the file (a variable, a flag); gives what is wrong with the value.
  std::optional<std::string> override_with(std::string_view name, std::string_view value, std::string origin);

  std::vector<Setting> settings() const;

 private:
  enum class Many { kNo, kYes };
  struct Key {
    std::string name;
    std::string unit;
    std::string effect;
    std::string value;
    std::function<std::optional<std::string>(std::string_view)> accept;
    std::string origin = "default";
    Many many = Many::kNo;
    std::function<void()> clear = {};  // of a list
  };
  struct Map {
    std::string name;
    std::string effect;
    EntrySink accept;
  };
  struct Reader;

  void add(Key key) { keys_.push_back(std::move(key)); }
  Key* find(std::string_view name);
  const Map* find_map(std::string_view name) const;
  std::string nearest(std::string_view name) const;
  static std::optional<std::int64_t> whole_number(std::string_view text, std::int64_t least, std::int64_t most);
  static std::string outside(std::int64_t least, std::int64_t most);

  std::string name_;
  std::vector<Key> keys_;
  std::vector<Map> maps_;
};

}  // namespace monolite::app
