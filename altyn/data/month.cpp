#include "altyn/data/month.h"

#include <fmt/format.h>

#include <charconv>

#include "altyn/core/errors.h"

namespace altyn::data {
namespace {

bool read_digits(std::string_view text, int& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

Month Month::parse(std::string_view text, const std::string& where) {
  int year = 0;
  int month = 0;
  if (text.size() != 7 || text[4] != '-' || !read_digits(text.substr(0, 4), year) ||
      !read_digits(text.substr(5, 2), month) || month < 1 || month > 12 || year < 1000) {
    throw InputError({.code = "bad-month",
                      .what = fmt::format("\"{}\" is not a month", text),
                      .where = where,
                      .why = "windows are compared month by month",
                      .fixes = {"write year and month as 2017-02"}});
  }
  return of(year, month);
}

std::string Month::to_string() const { return fmt::format("{:04}-{:02}", year(), month()); }

Window Window::parse(std::string_view text, const std::string& where) {
  const std::size_t dots = text.find("..");
  if (dots == std::string_view::npos) {
    const Month only = Month::parse(text, where);
    return {only, only};
  }
  const Window window = {Month::parse(text.substr(0, dots), where),
                         Month::parse(text.substr(dots + 2), where)};
  if (window.last < window.first) {
    throw InputError({.code = "bad-window",
                      .what = fmt::format("the window {} ends before it starts", text),
                      .where = where,
                      .why = "both ends count as part of the window",
                      .fixes = {fmt::format("write {}..{}", window.last.to_string(),
                                            window.first.to_string())}});
  }
  return window;
}

std::string Window::to_string() const {
  return first == last ? first.to_string()
                       : fmt::format("{}..{}", first.to_string(), last.to_string());
}

}  // namespace altyn::data
