#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "altyn/core/fields.h"
#include "altyn/data/monthly_trade.h"
#include "altyn/data/pair_panel.h"
#include "altyn/data/table.h"

namespace altyn::data {

enum class Severity {
  kError,    ///< a figure that is almost surely false; results on it would be too
  kWarning,  ///< sources contradict each other or data are missing where it matters
  kNote,     ///< worth knowing before a figure is used
};

/// "error", "warning", "note".
[[nodiscard]] std::string_view to_string(Severity severity);

/// One thing that is odd about trade data, in plain words.
struct Finding {
  Severity severity = Severity::kNote;
  std::string check;        ///< stable name of the check, such as "mirror-gap"
  std::string sentence;     ///< with figures in million USD and the economies' names
  std::string where;        ///< the file
  Table rows;               ///< every case behind the sentence, largest first
  double stake_musd = 0.0;  ///< how much trade it concerns; orders the findings
};

struct CheckOptions {
  std::vector<std::string> focus{};  ///< economies whose mutual flows are looked at one by one
  double zero_conflict_musd = 10.0;
  double mirror_factor = 1.5;
  double focus_factor = 1.15;
  double large_flow_musd = 1000.0;
  double jump_factor = 10.0;
  double jump_musd = 100.0;
  double shift_log = 0.1;
  double sum_gap_share = 0.02;
  double spike_factor = 8.0;
  double spike_musd = 50.0;

  [[nodiscard]] static std::vector<Field<CheckOptions>> fields();
};

/// Checks of one reporter's months: "blank-months", "month-spike".
[[nodiscard]] std::vector<Finding> check_months(const MonthlyTrade& months,
                                                const CheckOptions& options = {});

/// Checks of a bilateral table, where each is possible:
///   zero-against-report    one side reports zero where the other reports real trade
///   zero-beside-large      a flow is zero in one year and large in another
///   mirror-gap             the two sides are far apart
///   reports-out-of-line    an economy's own figures stand higher (or lower) against its partners'
///                          than in its other years, for exports and imports alike
///   exporter-above-importer  its exports exceed what partners record with freight included
///   exporter-far-below     its exports are a fraction of what partners record
///   reporter-rare, reporter-absent, one-sided, absent-pairs   what is not reported
///   sudden-jump            one side's figure jumps and the other's does not
///   no-domestic, uneven-years
[[nodiscard]] std::vector<Finding> check_pairs(const PairPanel& panel,
                                               const CheckOptions& options = {});

/// "months-against-year": sums of months beside the same reporter's figures in the bilateral table.
[[nodiscard]] std::vector<Finding> check_months_against_years(const MonthlyTrade& months,
                                                              const PairPanel& panel,
                                                              const CheckOptions& options = {});

/// All checks of what is given (nullptr: not given): errors first, then by the trade at stake.
/// Cost: a few passes over the rows.
[[nodiscard]] std::vector<Finding> check_trade(const PairPanel* panel, const MonthlyTrade* months,
                                               const CheckOptions& options = {});

/// The findings as a table: severity, check, sentence, where, stake_musd.
[[nodiscard]] Table findings_table(const std::vector<Finding>& findings);

}  // namespace altyn::data
