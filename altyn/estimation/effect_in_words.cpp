#include "altyn/estimation/effect_in_words.h"

#include <fmt/format.h>

#include <cmath>

#include "altyn/core/errors.h"

namespace altyn::estimation {
namespace {

bool is_log(std::string_view name) {
  return name.starts_with("log(") && name.find(':') == std::string_view::npos;
}

std::string percent(double fraction) { return fmt::format("{:.1f}%", 100.0 * fraction); }

std::string direction(double change) { return change < 0.0 ? "lowers" : "raises"; }

}  // namespace

EffectInWords effect_in_words(const Estimate& estimate, std::string_view name, double theta) {
  const Coefficient& row = estimate.coefficient(name);
  if (!estimate.certified()) {
    throw InputError({.code = "not-certified",
                      .what = "the estimate is not certified, so it has no effect to put in words",
                      .where = estimate.formula,
                      .context = {estimate.certificate.summary()},
                      .why = "its numbers do not solve their equations"});
  }
  EffectInWords words{.name = row.name};
  words.is_elasticity = is_log(name);
  const bool log_outcome = (estimate.family == Family::kPoisson ||
                            estimate.family == Family::kGamma || is_log(estimate.outcome)) &&
                           estimate.family != Family::kLogit;
  const std::string outcome = is_log(estimate.outcome)
                                  ? estimate.outcome.substr(4, estimate.outcome.size() - 5)
                                  : estimate.outcome;
  const int level = static_cast<int>(std::lround(100.0 * estimate.confidence_level));
  if (!log_outcome) {
    words.change = row.value;
    words.low = row.low;
    words.high = row.high;
    const std::string scale = estimate.family == Family::kLogit ? "the log odds of " : "";
    words.sentence = fmt::format(
        "One more unit of {} {} {}{} by {:.4g} ({}% interval {:.4g} to {:.4g}).", name,
        direction(row.value), scale, outcome, std::abs(row.value), level, row.low, row.high);
    return words;
  }
  if (words.is_elasticity) {
    words.change = row.value;
    words.low = row.low;
    words.high = row.high;
    words.sentence = fmt::format("1% more {} {} {} by {:.3f}% ({}% interval {:.3f}% to {:.3f}%).",
                                 name.substr(4, name.size() - 5), direction(row.value), outcome,
                                 std::abs(row.value), level, row.low, row.high);
    return words;
  }
  words.change = std::expm1(row.value);
  words.low = std::expm1(row.low);
  words.high = std::expm1(row.high);
  words.sentence =
      fmt::format("{} {} {} by {} if nothing else changes ({}% interval {} to {}).", name,
                  direction(words.change), outcome, percent(std::abs(words.change)), level,
                  percent(words.low), percent(words.high));
  if (theta > 0.0) {
    words.tariff_equivalent = std::expm1(-row.value / theta);
    words.tariff_low = std::expm1(-row.high / theta);
    words.tariff_high = std::expm1(-row.low / theta);
    words.sentence += fmt::format(
        " At a trade elasticity of {:g} that is a tariff change of {} ({} to {}).", theta,
        percent(*words.tariff_equivalent), percent(*words.tariff_low), percent(*words.tariff_high));
  }
  return words;
}

}  // namespace altyn::estimation
