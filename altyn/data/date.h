#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "altyn/data/month.h"

namespace altyn::data {

/// A calendar day as a count from 1 January 1970, so that periods are arithmetic.
struct Date {
  int count = 0;
  /// The day must exist.
  [[nodiscard]] static Date of(int year, int month, int day);
  /// Reads "2015-08-12". Errors: InputError naming `where`, also for a day that does not exist.
  [[nodiscard]] static Date parse(std::string_view text, const std::string& where);
  [[nodiscard]] static Date first_of(Month month);
  [[nodiscard]] static Date last_of(Month month);
  [[nodiscard]] std::string to_string() const;  ///< "2015-08-12"
  friend auto operator<=>(Date, Date) = default;
};

}  // namespace altyn::data
