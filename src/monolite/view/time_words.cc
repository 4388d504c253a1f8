#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include <monolite/view/helpers.h>

namespace monolite::view {

namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::microseconds;

constexpr std::int64_t kMinutesPerHour = 60;
constexpr std::int64_t kMinutesPerDay = 24 * kMinutesPerHour;
constexpr std::int64_t kMinutesPerMonth = 30 * kMinutesPerDay;
constexpr std::int64_t kMinutesPerYear = 365 * kMinutesPerDay;

constexpr std::array<std::string_view, 12> kMonths = {"January",   "February", "March",    "April",
                                                      "May",       "June",     "July",     "August",
                                                      "September", "October",  "November", "December"};

// The longest text here is "September 22, -32767 19:37".
class ShortText {
 public:
  void add(std::string_view text) {
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  void add(char c) { *at_++ = c; }
  void add(std::int64_t value) { at_ = std::to_chars(at_, bytes_.data() + bytes_.size(), value).ptr; }
  /// Of a value from 0 to 99.
  void add_two_digits(unsigned value) {
    add(static_cast<char>('0' + value / 10));
    add(static_cast<char>('0' + value % 10));
  }
  std::string_view view() const { return {bytes_.data(), static_cast<std::size_t>(at_ - bytes_.data())}; }

 private:
  std::array<char, 64> bytes_;  // not cleared: a page has hundreds of these
  char* at_ = bytes_.data();
};

std::int64_t rounded(std::int64_t value, std::int64_t unit) { return (value + unit / 2) / unit; }

void add_counted(ShortText& text, std::string_view qualifier, std::int64_t count, std::string_view unit) {
  text.add(qualifier);
  text.add(count);
  text.add(' ');
  text.add(unit);
  if (count != 1) text.add('s');
}

// February 29ths between the two moments, which make a span of whole years longer than 365 days each.
std::int64_t leap_days(Time from, Time to) {
  const std::chrono::year_month_day first(floor<days>(from));
  const std::chrono::year_month_day last(floor<days>(to));
  const int first_year = static_cast<int>(first.year()) + (first.month() >= std::chrono::March ? 1 : 0);
  const int last_year = static_cast<int>(last.year()) - (last.month() < std::chrono::March ? 1 : 0);
  std::int64_t count = 0;
  for (int year = first_year; year <= last_year; ++year) count += std::chrono::year(year).is_leap() ? 1 : 0;
  return count;
}

void add_years(ShortText& text, std::int64_t minutes, Time from, Time to) {
  const auto plain = minutes - leap_days(from, to) * kMinutesPerDay;
  const auto years = plain / kMinutesPerYear;
  const auto rest = plain % kMinutesPerYear;
  if (rest < kMinutesPerYear / 4) return add_counted(text, "about ", years, "year");
  if (rest < kMinutesPerYear / 4 * 3) return add_counted(text, "over ", years, "year");
  add_counted(text, "almost ", years + 1, "year");
}

void add_distance(ShortText& text, Time at, Time now) {
  const auto [from, to] = std::minmax(at, now);
  const auto minutes = rounded((to - from).count(), microseconds(std::chrono::minutes(1)).count());
  if (minutes < 1) return text.add("less than a minute");
  if (minutes < 45) return add_counted(text, "", minutes, "minute");
  if (minutes < kMinutesPerDay) return add_counted(text, "about ", rounded(minutes, kMinutesPerHour), "hour");
  if (minutes < 42 * kMinutesPerHour) return add_counted(text, "", 1, "day");
  if (minutes < kMinutesPerMonth) return add_counted(text, "", rounded(minutes, kMinutesPerDay), "day");
  const auto months = rounded(minutes, kMinutesPerMonth);
  if (minutes < 2 * kMinutesPerMonth) return add_counted(text, "about ", months, "month");
  if (minutes < kMinutesPerYear) return add_counted(text, "", months, "month");
  add_years(text, minutes, from, to);
}

struct Calendar {
  explicit Calendar(Time at) {
    const auto midnight = floor<days>(at);
    const std::chrono::year_month_day date(midnight);
    const auto second_of_day = static_cast<unsigned>(floor<std::chrono::seconds>(at - midnight).count());
    year = static_cast<int>(date.year());
    month = static_cast<unsigned>(date.month());
    day = static_cast<unsigned>(date.day());
    hour = second_of_day / 3600;
    minute = second_of_day / 60 % 60;
    second = second_of_day % 60;
  }
  int year;
  unsigned month, day, hour, minute, second;
};

/// With at least four digits, as ISO 8601 wants it.
void add_four_digits(ShortText& text, int year) {
  if (year < 0 || year > 9999) return text.add(std::int64_t{year});
  text.add_two_digits(static_cast<unsigned>(year) / 100);
  text.add_two_digits(static_cast<unsigned>(year) % 100);
}

void add_day(ShortText& text, const Calendar& at) {
  text.add(kMonths[at.month - 1]);
  text.add(' ');
  if (at.day >= 10) text.add(static_cast<char>('0' + at.day / 10));
  text.add(static_cast<char>('0' + at.day % 10));
  text.add(", ");
  if (at.year < 1000) return text.add(std::int64_t{at.year});
  add_four_digits(text, at.year);
}

void add_long_date(ShortText& text, const Calendar& at) {
  add_day(text, at);
  text.add(' ');
  text.add_two_digits(at.hour);
  text.add(':');
  text.add_two_digits(at.minute);
}

void add_iso_time(ShortText& text, const Calendar& at) {
  add_four_digits(text, at.year);
  text.add('-');
  text.add_two_digits(at.month);
  text.add('-');
  text.add_two_digits(at.day);
  text.add('T');
  text.add_two_digits(at.hour);
  text.add(':');
  text.add_two_digits(at.minute);
  text.add(':');
  text.add_two_digits(at.second);
  text.add('Z');
}

}  // namespace

std::string time_ago(Time at, Time now) {
  ShortText text;
  add_distance(text, at, now);
  return std::string(text.view());
}

std::string long_date(Time at) {
  ShortText text;
  add_long_date(text, Calendar(at));
  return std::string(text.view());
}

std::string long_day(Time at) {
  ShortText text;
  add_day(text, Calendar(at));
  return std::string(text.view());
}

std::string iso_time(Time at) {
  ShortText text;
  add_iso_time(text, Calendar(at));
  return std::string(text.view());
}

void to_html(Buffer& out, const TimeAgoTag& tag) {
  const Calendar at(tag.at);
  ShortText date;
  add_long_date(date, at);
  ShortText iso;
  add_iso_time(iso, at);
  ShortText distance;
  add_distance(distance, tag.at, tag.now);
  out.raw("<abbr title=\""_html);
  out.text(date.view());
  out.raw("\"><time datetime=\""_html);
  out.text(iso.view());
  out.raw("\">"_html);
  out.text(distance.view());
  out.raw(tag.at <= tag.now ? "</time> ago</abbr>"_html : "</time> from now</abbr>"_html);
}

}  // namespace monolite::view
