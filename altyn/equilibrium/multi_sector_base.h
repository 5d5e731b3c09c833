#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "altyn/equilibrium/closure.h"
#include "altyn/equilibrium/revenue_pool.h"

namespace altyn::equilibrium {

/// The observed world, as shares. N economies, J sectors, F factors. The last index moves fastest:
///   "sector, importer, exporter"  is  (sector * N + importer) * N + exporter
///   "sector, economy"             is  sector * N + economy
///   "economy, input, output"      is  (economy * J + input) * J + output
///   "factor, sector, economy"     is  (factor * J + sector) * N + economy
struct MultiSectorBase {
  std::vector<std::string> economies;                  ///< [N] distinct codes
  std::vector<std::string> sectors;                    ///< [J] distinct names
  std::vector<std::string> factors = {"value added"};  ///< [F]

  std::vector<double> trade_share;  ///< [sector, importer, exporter] of the importer's spending in
                                    ///< the sector, tariff included; a row sums to 1, or to 0 where
                                    ///< nothing is bought
  std::vector<double> tariff;       ///< [sector, importer, exporter] ad-valorem rates; empty = none
  std::vector<double> export_tax;   ///< same shape, on the producer's price; empty = none
  std::vector<double> input_share;  ///< [economy, input, output] of the output's gross cost; empty
                                    ///< = no inputs
  std::vector<double> value_added_share;  ///< [sector, economy] of gross cost; empty = 1
  std::vector<double> factor_share;  ///< [factor, sector, economy] of value added; may be empty
                                     ///< when there is one factor
  std::vector<double> consumption_share;  ///< [sector, economy] of final spending
  std::vector<double> theta;              ///< [sector] trade elasticity, above 0
  std::vector<double> entry;  ///< [sector] exponent of firm entry in trade shares: 0 (empty) for
                              ///< perfect competition, 1 for Krugman and Melitz
  std::vector<double> selection;  ///< [sector] theta / (sigma - 1) - 1: 0 (empty) without selection
                                  ///< of exporters, above 0 for Melitz

  std::vector<double> factor_income;  ///< [factor, economy] in any one currency
  std::vector<double> deficit;      ///< [economy] spending over income, sums to zero; empty = none
  std::vector<RevenuePool> pools;   ///< duties shared in the base
  std::vector<double> expenditure;  ///< [sector, economy] as observed; empty = as implied
  LabourMobility mobility{};        ///< of workers between regions; empty = none
  std::size_t mobile_factor = 0;    ///< the factor that these workers are

  [[nodiscard]] std::size_t cell(std::size_t sector, std::size_t importer,
                                 std::size_t exporter) const {
    return (sector * economies.size() + importer) * economies.size() + exporter;
  }
  [[nodiscard]] std::size_t at(std::size_t sector, std::size_t economy) const {
    return sector * economies.size() + economy;
  }
  [[nodiscard]] std::size_t input_at(std::size_t economy, std::size_t input,
                                     std::size_t output) const {
    return (economy * sectors.size() + input) * sectors.size() + output;
  }
};

/// What changes. Empty vectors mean no change; shapes as in the base.
struct MultiSectorShock {
  std::vector<double> tariff{};      ///< [sector, importer, exporter] new rates
  std::vector<double> export_tax{};  ///< [sector, importer, exporter] new rates
  std::vector<double> cost_hat{};    ///< [sector, importer, exporter] iceberg cost, new over old
  std::vector<double> productivity_hat{};           ///< [sector, economy]
  std::vector<double> deficit{};                    ///< [economy] new, instead of the base's
  std::vector<double> theta{};                      ///< [sector] other elasticities for this solve
  std::optional<std::vector<RevenuePool>> pools{};  ///< new pools; an empty list ends sharing
};

}  // namespace altyn::equilibrium
