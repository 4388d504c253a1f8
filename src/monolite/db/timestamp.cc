#include <charconv>
#include <chrono>

#include <monolite/base/error.h>
#include <monolite/db/timestamp.h>

namespace monolite::db {
namespace {

using std::chrono::microseconds;

constexpr std::chrono::year kFirstYear{0};
constexpr std::chrono::year kLastYear{9999};

[[noreturn]] void throw_unwritable(Timestamp at) {
  throw base::Error({.code = base::ErrorCode::kInvalid,
                     .scope = base::ErrorScope::kCaller,
                     .what = "a timestamp outside of the years 0000 to 9999 has no text form: " +
                             std::to_string(at.time_since_epoch().count()) + " us since 1970",
                     .hint = "check the unit it was computed in"});
}

/// Writes `value` right-aligned with leading zeros over `width` characters at `out`.
void put(char* out, int width, long value) {
  for (int i = width - 1; i >= 0; --i, value /= 10) out[i] = static_cast<char>('0' + value % 10);
}

/// `width` digits at `text`. A character that is none makes the result negative, so a caller checks several numbers at
/// once.
inline int number(const char* text, std::size_t width) {
  unsigned wrong = 0;
  int value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const auto digit = static_cast<unsigned>(static_cast<unsigned char>(text[i])) - '0';
    wrong |= digit > 9 ? 1U : 0U;
    value = value * 10 + static_cast<int>(digit & 0xF);
  }
  return wrong != 0 ? -1 : value;
}

/// The same for a width that is known: lists read hundreds of timestamps per page, and this one is unrolled.
template <std::size_t kWidth>
int number(const char* text) {
  return number(text, kWidth);
}

/// The digits behind the seconds: `.5` is 500,000 us.
std::optional<microseconds> fraction(std::string_view text) {
  if (text.empty()) return microseconds(0);
  if (text.front() != '.' || text.size() < 2 || text.size() > 7) return std::nullopt;
  if (text.size() == 7) {
    const int micros = number<6>(text.data() + 1);
    return micros < 0 ? std::nullopt : std::optional(microseconds(micros));
  }
  const int digits = number(text.data() + 1, text.size() - 1);
  if (digits < 0) return std::nullopt;
  long scaled = digits;
  for (std::size_t width = text.size() - 1; width < 6; ++width) scaled *= 10;
  return microseconds(scaled);
}

}  // namespace

std::string to_text(Timestamp at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss<microseconds> time(at - day);
  if (date.year() < kFirstYear || date.year() > kLastYear) throw_unwritable(at);
  std::string text = "0000-00-00 00:00:00.000000";
  put(&text[0], 4, static_cast<int>(date.year()));
  put(&text[5], 2, static_cast<unsigned>(date.month()));
  put(&text[8], 2, static_cast<unsigned>(date.day()));
  put(&text[11], 2, time.hours().count());
  put(&text[14], 2, time.minutes().count());
  put(&text[17], 2, time.seconds().count());
  put(&text[20], 6, time.subseconds().count());
  return text;
}

std::optional<Timestamp> timestamp_from_text(std::string_view text) {
  if (!text.empty() && text.back() == 'Z') text.remove_suffix(1);
  if (text.size() < 19 || text[4] != '-' || text[7] != '-' || (text[10] != ' ' && text[10] != 'T') || text[13] != ':' ||
      text[16] != ':') {
    return std::nullopt;
  }
  const char* digits = text.data();
  const int year = number<4>(digits), month = number<2>(digits + 5), day = number<2>(digits + 8);
  const int hour = number<2>(digits + 11), minute = number<2>(digits + 14), second = number<2>(digits + 17);
  const auto rest = fraction(text.substr(19));
  if ((year | month | day | hour | minute | second) < 0 || !rest) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second) + *rest;
}

}  // namespace monolite::db
