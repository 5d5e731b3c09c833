#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "altyn/core/fields.h"
#include "altyn/data/checks.h"
#include "altyn/data/pair_panel.h"
#include "altyn/data/table.h"

namespace altyn::data {

/// How domestic sales of goods follow from GDP where neither they nor gross output are known.
enum class DomesticRule {
  kGdpShare,  ///< a share of GDP, whatever is exported
  kGdpRatio,  ///< goods output as a ratio of GDP, less exports
};

/// Trade tables hold goods, so domestic trade is that of goods too. The default numbers were
/// measured on agriculture, mining and manufacturing of the 43 economies of the World Input-Output
/// Database, release 2016, year 2014 (Timmer, Dietzenbacher, Los, Stehrer and de Vries 2015); tests
/// repeat the measurement. Regressing goods output on GDP and goods exports gives, without China,
/// output = .351 GDP + 1.002 exports: what is sold at home does not fall when more is exported. So
/// the share of GDP is the default. A constant ratio of output to GDP misses observed domestic
/// sales by more (mean absolute log error .62 against .43) and turns negative for small open
/// economies. The ranges run from the first to the last decile; China (1.6 of GDP) and Korea (.83)
/// sell more at home than the range says.
struct DomesticOptions {
  DomesticRule rule = DomesticRule::kGdpShare;
  double share = 0.35;
  double share_low = 0.18;
  double share_high = 0.67;
  double ratio = 0.63;
  double ratio_low = 0.39;
  double ratio_high = 1.05;
  double floor_share =
      0.0;  ///< smallest domestic share of output; 0: exports above output are an error
  Index carry_years = 3;           ///< how far a last known GDP or output may be carried
  bool leave_out_unknown = false;  ///< otherwise an economy without any source is an error

  [[nodiscard]] static std::vector<Field<DomesticOptions>> fields();
};

/// Where domestic sales may come from, best first; nullptr: not given. Each table has an economy
/// column, a year column and amounts.
struct DomesticSources {
  const Table* observed = nullptr;  ///< domestic sales (column "domestic" or "trade")
  const Table* output = nullptr;    ///< gross output of goods
  const Table* gdp = nullptr;
};

/// Domestic sales of one economy in one year, in million USD.
struct DomesticTrade {
  std::string economy;
  double value_musd = 0.0;
  double low_musd = 0.0;
  double high_musd = 0.0;
  /// "observed", "output_minus_exports", "gdp_share", "gdp_ratio"; with "_interpolated" or
  /// "_carried" when its source is of other years, "_floored" when exports exceed output.
  std::string flag;
  /// In words, with the numbers used.
  std::string note;
  [[nodiscard]] bool imputed() const { return flag != "observed"; }
};

/// Domestic sales by the first source that has the economy: observed, output less exports, GDP by
/// the rule. Values of missing years are interpolated in logs, or carried up to carry_years.
/// Errors (InputError): "domestic-negative" when exports exceed output and no floor is set, with
/// the numbers and three remedies; "domestic-unknown" when no source has the economy.
[[nodiscard]] DomesticTrade domestic_trade(std::string_view economy, int year, double exports_musd,
                                           const DomesticSources& sources,
                                           const DomesticOptions& options = {});

/// One year's trade of all with all, domestic sales on the diagonal.
struct World {
  int year = 0;
  std::vector<std::string> economies;   ///< [n], sorted
  std::vector<double> trade_musd;       ///< [n * n], exporter row, importer column
  std::string flag_zero;                ///< [n * n]: p positive, r reported zero, u unknown set to
                                        ///< zero, d domestic
  std::vector<DomesticTrade> domestic;  ///< [n]
  std::vector<Finding> findings;        ///< what was assumed, and how much of the world it is

  /// The matrix with every economy's domestic sales at `position` of its range: -1 low, 0 as is, 1
  /// high, log-linear between.
  [[nodiscard]] std::vector<double> trade_at(double position) const;
};

/// Builds the world of a year from a panel (its chosen side) and the domestic sources; domestic
/// rows of the panel itself come before all others. Flows that nobody recorded count as zero,
/// flagged u. Errors: InputError "no-such-year" with the years there are; those of
/// domestic_trade().
[[nodiscard]] World build_world(const PairPanel& panel, int year, const DomesticSources& sources,
                                const DomesticOptions& options = {});

}  // namespace altyn::data
