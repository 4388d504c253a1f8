#include <algorithm>
#include <cctype>
#include <charconv>

#include <monolite/db/validation.h>

namespace monolite::db {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\f\v";

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::string limit(std::string_view what, std::string_view which, std::size_t count) {
  return fmt::format("is too {} ({} is {} character{})", what, which, count, count == 1 ? "" : "s");
}

}  // namespace

std::string Errors::Entry::sentence() const {
  return field.empty() ? message : fmt::format("{} {}", human_name(field), message);
}

bool Errors::has(std::string_view field) const noexcept {
  return std::ranges::any_of(entries_, [&](const Entry& entry) { return entry.field == field; });
}

std::vector<std::string> Errors::on(std::string_view field) const {
  std::vector<std::string> messages;
  for (const auto& entry : entries_) {
    if (entry.field == field) messages.push_back(entry.message);
  }
  return messages;
}

std::vector<std::string> Errors::sentences() const {
  std::vector<std::string> sentences;
  sentences.reserve(entries_.size());
  for (const auto& entry : entries_) sentences.push_back(entry.sentence());
  return sentences;
}

std::string human_name(std::string_view field) {
  if (field.size() > 3 && field.ends_with("_id")) field.remove_suffix(3);
  std::string name(field);
  std::ranges::replace(name, '_', ' ');
  if (!name.empty()) name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
  return name;
}

std::size_t length_of(std::string_view text) noexcept {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool is_blank(std::string_view text) noexcept { return text.find_first_not_of(kBlanks) == std::string_view::npos; }

const TextRules& TextRules::satisfies(Verdict verdict, std::string_view message) const {
  if (verdict == Verdict::kBad) errors_.add(field_, message);
  return *this;
}

const TextRules& TextRules::present() const {
  return satisfies(is_blank(text_) ? Verdict::kBad : Verdict::kGood, "can't be blank");
}

const TextRules& TextRules::length(LengthRange range) const {
  const auto length = length_of(text_);
  if (length < range.min) errors_.add(field_, limit("short", "minimum", range.min));
  if (length > range.max) errors_.add(field_, limit("long", "maximum", range.max));
  return *this;
}

const TextRules& TextRules::one_of(std::initializer_list<std::string_view> allowed) const {
  const bool found = std::ranges::find(allowed, text_) != allowed.end();
  return satisfies(found ? Verdict::kGood : Verdict::kBad, "is not included in the list");
}

const TextRules& TextRules::none_of(std::initializer_list<std::string_view> reserved) const {
  const bool found = std::ranges::find(reserved, text_) != reserved.end();
  return satisfies(found ? Verdict::kBad : Verdict::kGood, "is reserved");
}

const TextRules& TextRules::confirms(std::string_view field, std::string_view text) const {
  return satisfies(text_ == text ? Verdict::kGood : Verdict::kBad, fmt::format("doesn't match {}", human_name(field)));
}

std::optional<std::int64_t> Validation::integer(std::string_view field, std::string_view text) {
  const auto digits = trimmed(text);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc() && end == digits.data() + digits.size()) return value;
  errors_.add(field, "is not a number");
  return std::nullopt;
}

}  // namespace monolite::db
