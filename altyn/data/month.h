#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace altyn::data {

/// A calendar month as a count from January of year 0, so that windows are arithmetic.
struct Month {
  int count = 0;
  [[nodiscard]] static Month of(int year, int month) { return {year * 12 + month - 1}; }
  /// Reads "2017-02". Errors: InputError naming `where`.
  [[nodiscard]] static Month parse(std::string_view text, const std::string& where);
  [[nodiscard]] int year() const { return count / 12; }
  [[nodiscard]] int month() const { return count % 12 + 1; }
  [[nodiscard]] std::string to_string() const;  ///< "2017-02"
  [[nodiscard]] Month plus(int months) const { return {count + months}; }
  friend auto operator<=>(Month, Month) = default;
};

/// A run of months, both ends included.
struct Window {
  Month first;
  Month last;
  [[nodiscard]] int n_months() const { return last.count - first.count + 1; }
  [[nodiscard]] Window shifted(int months) const { return {first.plus(months), last.plus(months)}; }
  /// Reads "2017-02..2017-07". Errors: InputError, also when the end comes before the start.
  [[nodiscard]] static Window parse(std::string_view text, const std::string& where);
  [[nodiscard]] std::string to_string() const;
  friend bool operator==(const Window&, const Window&) = default;
};

}  // namespace altyn::data
