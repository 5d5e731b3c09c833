#include "altyn/attribution/check_options.h"

#include <fmt/format.h>

#include "altyn/core/errors.h"

namespace altyn::attribution {
namespace {

constexpr std::string_view kIpcc = "Mastrandrea et al. (2010), IPCC uncertainty guidance note";

[[noreturn]] void fail_option(std::string what, std::string_view field, std::string why) {
  throw InputError({.code = "bad-option",
                    .what = std::move(what),
                    .where = std::string(field),
                    .why = std::move(why)});
}

}  // namespace

std::vector<Field<CheckOptions>> CheckOptions::fields() {
  using O = CheckOptions;
  return {
      make_field(&O::number_tolerance_points,
                 {.name = "number_tolerance_points",
                  .doc = "a figure is right when the data are this near to what its words cover",
                  .unit = "points of growth, as a fraction",
                  .minimum = 0.0,
                  .maximum = 1.0}),
      make_field(&O::number_tolerance_share,
                 {.name = "number_tolerance_share",
                  .doc = "or this near as a share of the figure, whichever is wider",
                  .unit = "share",
                  .minimum = 0.0,
                  .maximum = 1.0}),
      make_field(&O::hedge_band_share,
                 {.name = "hedge_band_share",
                  .doc = "what nearly and about cover: this share of the figure",
                  .unit = "share",
                  .minimum = 0.0,
                  .maximum = 1.0}),
      make_field(&O::window_gap_points,
                 {.name = "window_gap_points",
                  .doc = "a figure holds for its window only when another window of the same "
                         "length ending within a year differs by more",
                  .unit = "points of growth, as a fraction",
                  .minimum = 0.0,
                  .maximum = 10.0}),
      make_field(
          &O::base_years,
          {.name = "base_years",
           .doc = "years before the base window whose mean the base effect is measured against",
           .unit = "years",
           .minimum = 1,
           .maximum = 30}),
      make_field(&O::strength_words,
                 {.name = "strength_words", .doc = "words that say how much a cause explains"}),
      make_field(&O::strength_thresholds,
                 {.name = "strength_thresholds",
                  .doc = "share of the growth each of them stands for, in the same order",
                  .unit = "share",
                  .minimum = 0.0,
                  .maximum = 1.0}),
      make_field(&O::default_threshold,
                 {.name = "default_threshold",
                  .doc = "share meant by a claim that names a cause and no strength",
                  .unit = "share",
                  .minimum = 0.0,
                  .maximum = 1.0}),
      make_field(&O::n_draws, {.name = "n_draws",
                               .doc = "joint draws behind every interval",
                               .minimum = 100,
                               .maximum = 1000000}),
      make_field(
          &O::n_equilibrium_draws,
          {.name = "n_equilibrium_draws",
           .doc = "draws that are also solved in general equilibrium: the first of n_draws, or all",
           .minimum = 20,
           .maximum = 1000000}),
      make_field(
          &O::max_lag_months,
          {.name = "max_lag_months",
           .doc = "longest delay from price to trade that is tried; the Schwarz criterion picks",
           .unit = "months",
           .minimum = 0,
           .maximum = 12,
           .source = "Schwarz (1978)"}),
      make_field(&O::synthetic_years_before,
                 {.name = "synthetic_years_before",
                  .doc = "years before the agreement on which a synthetic control is fitted",
                  .unit = "years",
                  .minimum = 2,
                  .maximum = 30}),
      make_field(&O::comparison_pairs,
                 {.name = "comparison_pairs",
                  .doc = "pairs nearest in size whose prediction errors say how far a pair misses",
                  .minimum = 10,
                  .maximum = 100000}),
      make_field(
          &O::agreements_in_estimate,
          {.name = "agreements_in_estimate",
           .doc = "agreements with a term of their own in the estimate, beside the claimed one"}),
      make_field(&O::phase_in_years,
                 {.name = "phase_in_years",
                  .doc = "lengths over which the agreement's effect may build up, besides at once",
                  .unit = "years",
                  .minimum = 0.25,
                  .maximum = 50.0,
                  .source = "Baier and Bergstrand (2007): 5 to 10 years"}),
      make_field(&O::theta_low, {.name = "theta_low",
                                 .doc = "lowest trade elasticity in the draws",
                                 .minimum = 0.1,
                                 .maximum = 50.0,
                                 .source = "Head and Mayer (2014), range of estimates"}),
      make_field(&O::theta_high, {.name = "theta_high",
                                  .doc = "highest trade elasticity in the draws",
                                  .minimum = 0.1,
                                  .maximum = 50.0,
                                  .source = "Head and Mayer (2014), range of estimates"}),
      make_field(&O::supported_above,
                 {.name = "supported_above",
                  .doc = "supported: every main line gives the claimed share more than this chance",
                  .unit = "probability",
                  .minimum = 0.0,
                  .maximum = 1.0,
                  .source = kIpcc}),
      make_field(&O::not_supported_below, {.name = "not_supported_below",
                                           .doc = "not supported: every main line gives it less",
                                           .unit = "probability",
                                           .minimum = 0.0,
                                           .maximum = 1.0,
                                           .source = kIpcc}),
      make_field(&O::contradicted_below, {.name = "contradicted_below",
                                          .doc = "contradicted: every main line gives it less",
                                          .unit = "probability",
                                          .minimum = 0.0,
                                          .maximum = 1.0}),
      make_field(&O::calibrate,
                 {.name = "calibrate",
                  .doc = "judge partners without any agreement the same way, to see how often the "
                         "method would find a cause where there is none"}),
  };
}

double strength_threshold(const CheckOptions& options, const std::string& word,
                          const std::string& where) {
  if (word.empty()) return options.default_threshold;
  for (std::size_t k = 0; k < options.strength_words.size(); ++k) {
    if (options.strength_words[k] == word) return options.strength_thresholds[k];
  }
  const std::string nearest = nearest_names(word, options.strength_words, 1)[0];
  throw InputError({.code = "unknown-strength",
                    .what = fmt::format("no share of growth is set for the words \"{}\"", word),
                    .where = where + " strength",
                    .why = "the verdict compares the share of growth with what the words promise",
                    .fixes = {fmt::format("write strength = \"{}\"", nearest),
                              "keep the words and add threshold = 0.5 (or another share)"}});
}

void check_options(const CheckOptions& options) {
  if (options.strength_words.empty() ||
      options.strength_words.size() != options.strength_thresholds.size()) {
    fail_option(fmt::format("there are {} strength words and {} thresholds",
                            options.strength_words.size(), options.strength_thresholds.size()),
                "strength_thresholds", "every word stands for one share");
  }
  if (options.theta_low > options.theta_high) {
    fail_option(
        fmt::format("theta_low {} is above theta_high {}", options.theta_low, options.theta_high),
        "theta_low", "the trade elasticity is drawn between the two");
  }
  if (!(options.contradicted_below <= options.not_supported_below &&
        options.not_supported_below <= options.supported_above)) {
    fail_option(fmt::format("contradicted_below {}, not_supported_below {} and supported_above {} "
                            "are not in rising order",
                            options.contradicted_below, options.not_supported_below,
                            options.supported_above),
                "contradicted_below", "each verdict is weaker than the next");
  }
}

}  // namespace altyn::attribution
