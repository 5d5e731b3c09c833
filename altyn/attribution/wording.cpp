#include "altyn/attribution/wording.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace altyn::attribution {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

std::string_view month_name(data::Month month) {
  return kMonths[static_cast<std::size_t>(month.month() - 1)];
}

/// Groups the digits before the decimal point by three.
std::string grouped(std::string digits) {
  std::size_t point = digits.find('.');
  if (point == std::string::npos) point = digits.size();
  const std::size_t start = digits.starts_with('-') ? 1 : 0;
  while (point > start + 3) {
    point -= 3;
    digits.insert(point, 1, ',');
  }
  return digits;
}

/// Rounding must not print "-0.0".
double unsigned_zero(double value, int decimals) {
  const double scale = std::pow(10.0, decimals);
  return std::round(value * scale) == 0.0 ? 0.0 : value;
}

}  // namespace

std::string percent_text(double fraction, int decimals) {
  return fmt::format("{:.{}f}%", unsigned_zero(100.0 * fraction, decimals), decimals);
}

std::string signed_percent_text(double fraction, int decimals) {
  return fmt::format("{:+.{}f}%", unsigned_zero(100.0 * fraction, decimals), decimals);
}

std::string musd_text(double musd) {
  return grouped(fmt::format("{:.1f}", unsigned_zero(musd, 1)));
}

std::string count_text(double count) { return grouped(fmt::format("{:.0f}", count)); }

std::string probability_text(double p) {
  if (p < 0.01) return "below 1%";
  if (p > 0.99) return "above 99%";
  return percent_text(p, 0);
}

std::string month_text(data::Month month) {
  return fmt::format("{} {}", month_name(month), month.year());
}

std::string window_text(data::Window window) {
  if (window.first == window.last) return month_text(window.first);
  if (window.n_months() == 12 && window.first.month() == 1) {
    return fmt::format("{}", window.first.year());
  }
  if (window.first.year() == window.last.year()) {
    return fmt::format("{}-{} {}", month_name(window.first), month_name(window.last),
                       window.last.year());
  }
  return fmt::format("{} to {}", month_text(window.first), month_text(window.last));
}

std::string ordinal_text(long rank) {
  const long tens = rank % 100;
  const long ones = rank % 10;
  const bool teen = tens >= 11 && tens <= 13;
  const char* ending = teen ? "th" : ones == 1 ? "st" : ones == 2 ? "nd" : ones == 3 ? "rd" : "th";
  return fmt::format("{}{}", rank, ending);
}

std::string list_text(const std::vector<std::string>& words) {
  if (words.empty()) return "";
  std::string text = words.front();
  for (std::size_t k = 1; k < words.size(); ++k) {
    text += (k + 1 == words.size() ? " and " : ", ") + words[k];
  }
  return text;
}

std::string share_text(const Interval& share) {
  return fmt::format("{} to {}, middle {}", percent_text(share.low, 0), percent_text(share.high, 0),
                     percent_text(share.mid, 0));
}

std::string_view likelihood_word(double probability) {
  if (probability > 0.99) return "virtually certain";
  if (probability > 0.90) return "very likely";
  if (probability > 0.66) return "likely";
  if (probability >= 0.33) return "about as likely as not";
  if (probability >= 0.10) return "unlikely";
  if (probability >= 0.01) return "very unlikely";
  return "exceptionally unlikely";
}

}  // namespace altyn::attribution
