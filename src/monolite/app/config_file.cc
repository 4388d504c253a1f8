#include <algorithm>
#include <charconv>
#include <filesystem>
#include <numeric>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <monolite/app/config_file.h>

namespace monolite::app {
namespace {

/// Edits (insert, drop, replace a character) that turn `a` into `b`.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row.back();
}

bool is_tier(std::string_view name) { return name == "default" || environment_named(name).has_value(); }

}  // namespace

std::string nearest_word(std::string_view word, const std::vector<std::string>& known) {
  std::string best;
  std::size_t fewest = std::max<std::size_t>(2, word.size() / 2) + 1;
  for (const auto& candidate : known) {
    const auto edits = distance(word, candidate);
    if (edits >= fewest) continue;
    fewest = edits;
    best = candidate;
  }
  return best;
}

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
      const auto near = nearest_word(tier, {"default", "development", "test", "production"});
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
    Key* known = file.find(name);
    if (!known) {
      const auto near = file.nearest(name);
      return problem(key.Mark(), fmt::format("unknown setting '{}'{}", name,
                                             near.empty() ? "" : fmt::format(", did you mean '{}'?", near)));
    }
    if (!value.IsScalar()) return problem(value.Mark(), fmt::format("'{}' must be a single value", name));
    const auto text = expanded(value.Scalar(), value.Mark());
    if (!text) return;
    if (const auto wrong = known->accept(*text)) {
      return problem(value.Mark(), fmt::format("'{}' is '{}' but {}", name, *text, *wrong));
    }
    known->value = *text;
    known->origin = "config/" + file.name_;
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

std::string ConfigFile::nearest(std::string_view name) const {
  std::vector<std::string> names;
  for (const Key& key : keys_) names.push_back(key.name);
  return nearest_word(name, names);
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
