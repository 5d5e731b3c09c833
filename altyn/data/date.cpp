#include "altyn/data/date.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

#include "altyn/core/errors.h"

namespace altyn::data {
namespace {

std::chrono::year_month_day calendar(int year, int month, int day) {
  return {std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
          std::chrono::day(static_cast<unsigned>(day))};
}

bool read_digits(std::string_view text, int& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && value >= 0;
}

}  // namespace

Date Date::of(int year, int month, int day) {
  const auto date = calendar(year, month, day);
  ALTYN_CHECK(date.ok(), "no such day");
  return {static_cast<int>(std::chrono::sys_days(date).time_since_epoch().count())};
}

Date Date::parse(std::string_view text, const std::string& where) {
  int year = 0;
  int month = 0;
  int day = 0;
  if (text.size() != 10 || text[4] != '-' || text[7] != '-' ||
      !read_digits(text.substr(0, 4), year) || !read_digits(text.substr(5, 2), month) ||
      !read_digits(text.substr(8, 2), day) || !calendar(year, month, day).ok()) {
    throw InputError({.code = "bad-date",
                      .what = fmt::format("\"{}\" is not a day of the calendar", text),
                      .where = where,
                      .why = "agreements bind from a day and to a day",
                      .fixes = {"write year, month and day as 2015-08-12"}});
  }
  return of(year, month, day);
}

Date Date::first_of(Month month) { return of(month.year(), month.month(), 1); }

Date Date::last_of(Month month) { return {first_of(month.plus(1)).count - 1}; }

std::string Date::to_string() const {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(count))};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

}  // namespace altyn::data
