#include <algorithm>
#include <charconv>
#include <filesystem>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <monolite/app/config_file.h>
#include <monolite/base/nearest_word.h>

namespace monolite::app {
namespace {

bool is_tier(std::string_view name) { return name == "default" || environment_named(name).has_value(); }

}  // namespace

/// Walks one YAML document and collects what is wrong with it.
struct ConfigFile::Reader {
  ConfigFile& file;
  const Surroundings& surroundings;
  std::vector<std::string> problems;

  void problem(const YAML::Mark& mark, std::string_view text) {
    problems.push_back(fmt::format("config/{}:{}: {}", file.name_, mark.line + 1, text));
  }

  void document(const YAML::Node& root) {
    if (root.IsNull()) return;
    if (!root.IsMap()) return problem(root.Mark(), "must be a map with the tiers development, test, production");
    for (const auto& entry : root) {
      const auto tier = entry.first.as<std::string>();
      if (is_tier(tier)) continue;
      const auto near = base::nearest_word(tier, {"default", "development", "test", "production"});
      problem(entry.first.Mark(), fmt::format("unknown environment '{}'{}", tier,
                                              near.empty() ? "" : fmt::format(", did you mean '{}'?", near)));
    }
    const std::string current(name_of(surroundings.environment));
    if (const auto common = root["default"]) map(common, "");
    if (const auto tier = root[current]) map(tier, "");
  }

  void map(const YAML::Node& node, const std::string& prefix) {
    if (node.IsNull()) return;
    if (!node.IsMap()) return problem(node.Mark(), "must be a map of settings");
    if (const auto merged = node["<<"]) map(merged, prefix);
    for (const auto& entry : node) {
      const auto name = entry.first.as<std::string>();
      if (name != "<<") setting(prefix + name, entry.first, entry.second);
    }
  }

  void setting(const std::string& name, const YAML::Node& key, const YAML::Node& value) {
    if (value.IsMap()) return map(value, name + ".");
    if (const Map* map = file.find_map(name)) return entry(*map, name, value);
    Key* known = file.find(name);
    if (!known) {
      const auto near = file.nearest(name);
      return problem(key.Mark(), fmt::format("unknown setting '{}'{}", name,
                                             near.empty() ? "" : fmt::format(", did you mean '{}'?", near)));
    }
    if (known->many == Many::kYes) return list(*known, value);
    const auto text = single(name, value);
    if (!text) return;
    if (const auto wrong = known->accept(*text)) {
      return problem(value.Mark(), fmt::format("'{}' is '{}' but {}", name, *text, *wrong));
    }
    known->value = *text;
    known->origin = origin();
  }

  /// One entry of a map setting: its name is `<map>.<entry>`.
  void entry(const Map& map, const std::string& name, const YAML::Node& value) {
    if (name == map.name && value.IsNull()) return;
    if (name == map.name) return problem(value.Mark(), fmt::format("'{}' must be a map of settings", name));
    const auto text = single(name, value);
    if (!text) return;
    if (const auto wrong = map.accept(name.substr(map.name.size() + 1), *text)) {
      return problem(value.Mark(), fmt::format("'{}' is '{}' but {}", name, *text, *wrong));
    }
    Key* known = file.find(name);
    if (!known) {
      file.add({.name = name, .unit = "", .effect = map.effect, .value = "", .accept = {}});
      known = file.find(name);
    }
    known->value = *text;
    known->origin = origin();
  }

  /// A list takes the place of the one of the tier before.
  void list(Key& known, const YAML::Node& value) {
    std::vector<YAML::Node> items;
    if (value.IsSequence()) {
      for (const auto& item : value) items.emplace_back(item);
    }
    if (value.IsScalar()) items.push_back(value);
    if (!value.IsSequence() && !value.IsScalar() && !value.IsNull()) {
      return problem(value.Mark(), fmt::format("'{}' must be a list", known.name));
    }
    known.clear();
    known.value.clear();
    known.origin = origin();
    for (const auto& item : items) {
      const auto text = single(known.name, item);
      if (!text) continue;
      if (const auto wrong = known.accept(*text)) {
        problem(item.Mark(), fmt::format("'{}' has '{}' but it {}", known.name, *text, *wrong));
      }
      known.value += (known.value.empty() ? "" : ", ") + *text;
    }
  }

  std::string origin() const { return "config/" + file.name_; }

  std::optional<std::string> single(const std::string& name, const YAML::Node& value) {
    if (value.IsScalar()) return expanded(value.Scalar(), value.Mark());
    problem(value.Mark(), fmt::format("'{}' must be a single value", name));
    return std::nullopt;
  }

  /// `text` with ${NAME} and ${NAME:-otherwise} replaced.
  std::optional<std::string> expanded(std::string_view text, const YAML::Mark& mark) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      const auto open = text.find("${", at);
      out += text.substr(at, open - at);
      if (open == std::string_view::npos) break;
      const auto close = text.find('}', open);
      if (close == std::string_view::npos) {
        problem(mark, fmt::format("'${{' without '}}' in '{}'", text));
        return std::nullopt;
      }
      const auto inner = text.substr(open + 2, close - open - 2);
      const auto cut = inner.find(":-");
      const auto variable = inner.substr(0, cut);
      if (const auto value = surroundings.variable(variable)) {
        out += *value;
      } else if (cut != std::string_view::npos) {
        out += inner.substr(cut + 2);
      } else {
        problem(mark, fmt::format("the environment variable {} is not set; set it, or write ${{{}:-otherwise}}",
                                  variable, variable));
        return std::nullopt;
      }
      at = close + 1;
    }
    return out;
  }
};

void ConfigFile::text(std::string name, std::string& field, std::string effect) {
  add({.name = std::move(name),
       .unit = "",
       .effect = std::move(effect),
       .value = field,
       .accept = [&field](std::string_view value) -> std::optional<std::string> {
         if (value.empty()) return "must not be empty";
         field = value;
         return std::nullopt;
       }});
}

void ConfigFile::flag(std::string name, std::function<void(bool)> set, std::string effect) {
  add({.name = std::move(name),
       .unit = "true, false",
       .effect = std::move(effect),
       .value = "false",
       .accept = [set = std::move(set)](std::string_view value) -> std::optional<std::string> {
         if (value != "true" && value != "false") return "must be true or false";
         set(value == "true");
         return std::nullopt;
       }});
}

void ConfigFile::list(std::string name, std::vector<std::string>& field, std::string effect) {
  add({.name = std::move(name),
       .unit = "list",
       .effect = std::move(effect),
       .value = "",
       .accept = [&field](std::string_view value) -> std::optional<std::string> {
         if (value.empty()) return "must not be empty";
         field.emplace_back(value);
         return std::nullopt;
       },
       .many = Many::kYes,
       .clear = [&field] { field.clear(); }});
}

void ConfigFile::map(std::string name, EntrySink accept, std::string effect) {
  maps_.push_back({std::move(name), std::move(effect), std::move(accept)});
}

std::vector<std::string> ConfigFile::read(const Surroundings& surroundings) {
  const auto path = surroundings.root / "config" / name_;
  std::error_code missing;
  if (!std::filesystem::exists(path, missing)) return {};
  Reader reader{*this, surroundings, {}};
  try {
    reader.document(YAML::LoadFile(path.string()));
  } catch (const YAML::Exception& error) {
    reader.problem(error.mark, error.msg);
  }
  return std::move(reader.problems);
}

std::optional<std::string> ConfigFile::override_with(std::string_view name, std::string_view value,
                                                     std::string origin) {
  Key* key = find(name);
  if (const auto wrong = key->accept(value)) return fmt::format("{} is '{}' but {}", origin, value, *wrong);
  key->value = value;
  key->origin = std::move(origin);
  return std::nullopt;
}

std::vector<Setting> ConfigFile::settings() const {
  std::vector<Setting> all;
  for (const Key& key : keys_) all.push_back({name_, key.name, key.value, key.origin, key.unit, key.effect});
  return all;
}

ConfigFile::Key* ConfigFile::find(std::string_view name) {
  const auto found = std::ranges::find(keys_, name, &Key::name);
  return found == keys_.end() ? nullptr : &*found;
}

const ConfigFile::Map* ConfigFile::find_map(std::string_view name) const {
  const auto found =
      std::ranges::find_if(maps_, [&](const Map& map) { return name == map.name || name.starts_with(map.name + "."); });
  return found == maps_.end() ? nullptr : &*found;
}

std::string ConfigFile::nearest(std::string_view name) const {
  std::vector<std::string> names;
  for (const Key& key : keys_) names.push_back(key.name);
  for (const Map& map : maps_) names.push_back(map.name);
  return base::nearest_word(name, names);
}

std::optional<std::int64_t> ConfigFile::whole_number(std::string_view text, std::int64_t least, std::int64_t most) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < least || number > most) return std::nullopt;
  return number;
}

std::string ConfigFile::outside(std::int64_t least, std::int64_t most) {
  return fmt::format("must be a whole number from {} to {}", least, most);
}

}  // namespace monolite::app
