#pragma once

#include <optional>
#include <string>
#include <vector>

#include "altyn/attribution/bound_pairs.h"
#include "altyn/attribution/claim_case.h"
#include "altyn/attribution/world_trade.h"
#include "altyn/core/context.h"

namespace altyn::attribution {

/// Growth between two years that every country brings to all its trade, from one side's records.
/// A flow's predicted log change is world + exporter's part + importer's part; the parts are
/// measured from the trade-weighted mean of all exporters and of all importers, which makes them
/// unique. Economies without an estimate are NaN.
struct SizeGrowth {
  Side side = Side::kImporter;
  double world_log_change = 0.0;
  std::vector<double> exporter_log_change{};  ///< [n economies]
  std::vector<double> importer_log_change{};  ///< [n economies]
  Index n_obs = 0;
  Certificate certificate{};
  data::SampleLedger ledger{};
  [[nodiscard]] double predicted(Index exporter, Index importer) const {
    return world_log_change + exporter_log_change[static_cast<std::size_t>(exporter)] +
           importer_log_change[static_cast<std::size_t>(importer)];
  }
};

/// Poisson pseudo maximum likelihood of the flows recorded in both years on exporter-year,
/// importer-year and pair effects, the pair `left_out` in both directions.
/// Source: Santos Silva and Tenreyro (2006); the prediction for a pair from the others' trade
/// follows from the two countries' own effects.
[[nodiscard]] SizeGrowth fit_sizes(const WorldTrade& world, Side side, Index year0, Index year1,
                                   std::pair<Index, Index> left_out, Context& context);

/// The claimed trade as one side records it, against what sizes predict.
struct SizePrediction {
  Side side = Side::kImporter;
  double base_musd = 0.0;
  double value_musd = 0.0;
  double observed_log_change = 0.0;
  double predicted_log_change = 0.0;
  /// What other pairs of like size did beyond their own prediction, nearest in size first.
  std::vector<double> deviations{};
};

/// What line L4 found, with what the waterfall is drawn from.
struct SizeResult {
  LineResult line_result{};
  std::vector<SizeGrowth> growths{};          ///< one per side that could be fitted
  std::vector<SizePrediction> predictions{};  ///< same order
  int year0 = 0, year1 = 0;
};

/// L4, sizes and third countries: the pair's growth between the calendar years of the two windows
/// that the two countries do not show in their trade with everyone else.
/// s = (gamma - predicted - e) / gamma on one side's records, e the deviation of a pair of like
/// size drawn at random from those that `agreement` does not bind. Table: "structural". Left out,
/// with the reason, without a yearly table (null), or when it lacks a country or a year.
[[nodiscard]] SizeResult size_line(const ClaimCase& claim_case, const WorldTrade* yearly,
                                   const BoundPairs& agreement, Context& context);

}  // namespace altyn::attribution
