#pragma once

#include <string>
#include <vector>

#include "altyn/equilibrium/multi_sector_base.h"
#include "equilibrium/reference_data.h"

namespace altyn::testing {

/// The base of Caliendo and Parro (2015) without deficits, 31 regions by 40 sectors, 1993, as the
/// authors' programs use it.
struct CaliendoParro {
  equilibrium::MultiSectorBase base;
  std::vector<double> tariff_2005;  ///< [sector, importer, exporter]
};

inline const std::vector<std::string>& caliendo_parro_regions() {
  static const std::vector<std::string> names = {
      "Argentina",   "Australia", "Austria",  "Brazil",       "Canada", "Chile",   "China",
      "Denmark",     "Finland",   "France",   "Germany",      "Greece", "Hungary", "India",
      "Indonesia",   "Ireland",   "Italy",    "Japan",        "Korea",  "Mexico",  "Netherlands",
      "New Zealand", "Norway",    "Portugal", "South Africa", "Spain",  "Sweden",  "Turkey",
      "UK",          "USA",       "ROW"};
  return names;
}
inline constexpr std::size_t kCanada = 4;
inline constexpr std::size_t kMexico = 19;
inline constexpr std::size_t kUsa = 29;

inline CaliendoParro caliendo_parro() {
  constexpr std::size_t n = 31;
  constexpr std::size_t n_sectors = 40;
  constexpr std::size_t n_traded = 20;
  const std::string folder = "equilibrium/cp2015/";
  CaliendoParro data;
  equilibrium::MultiSectorBase& base = data.base;
  base.economies = caliendo_parro_regions();
  for (std::size_t j = 0; j < n_sectors; ++j) {
    base.sectors.push_back((j < 9 ? "sector 0" : "sector ") + std::to_string(j + 1));
  }
  base.trade_share = read_numbers(folder + "noS_Din.csv.gz");  // rows sector * 31 + importer
  base.value_added_share = read_numbers(folder + "noS_B.csv.gz");
  base.consumption_share = read_numbers(folder + "noS_alphas.csv.gz");
  base.factor_income = read_numbers(folder + "noS_VAn.csv.gz");
  base.expenditure = read_numbers(folder + "noS_X0.csv.gz");
  for (const double inverse : read_numbers(folder + "noS_T.csv.gz"))
    base.theta.push_back(1.0 / inverse);
  base.input_share = read_numbers(folder + "noS_G.csv.gz");  // shares of materials
  for (std::size_t e = 0; e < n; ++e) {
    for (std::size_t output = 0; output < n_sectors; ++output) {
      double sum = 0.0;
      for (std::size_t input = 0; input < n_sectors; ++input) {
        // One entry of the authors' table is slightly negative.
        double& share = base.input_share[base.input_at(e, input, output)];
        share = std::max(share, 0.0);
        sum += share;
      }
      for (std::size_t input = 0; input < n_sectors; ++input) {
        double& share = base.input_share[base.input_at(e, input, output)];
        share *= sum == 0.0 ? 0.0 : (1.0 - base.value_added_share[base.at(output, e)]) / sum;
      }
    }
  }
  const auto tariffs = [&](const std::string& file) {
    std::vector<double> rates(n_sectors * n * n, 0.0);
    const std::vector<double> percent = read_numbers(file, '\t');
    for (std::size_t k = 0; k < n_traded * n * n; ++k) rates[k] = percent.at(k) / 100.0;
    return rates;
  };
  base.tariff = tariffs(folder + "tariffs1993.txt");
  data.tariff_2005 = tariffs(folder + "tariffs2005.txt");
  return data;
}

/// 1993 tariffs everywhere but between Canada, Mexico and the United States, which take 2005's.
inline std::vector<double> only_nafta(const CaliendoParro& data) {
  std::vector<double> rates = data.base.tariff;
  for (std::size_t j = 0; j < data.base.sectors.size(); ++j) {
    for (const std::size_t importer : {kCanada, kMexico, kUsa}) {
      for (const std::size_t exporter : {kCanada, kMexico, kUsa}) {
        rates[data.base.cell(j, importer, exporter)] =
            data.tariff_2005[data.base.cell(j, importer, exporter)];
      }
    }
  }
  return rates;
}

}  // namespace altyn::testing
