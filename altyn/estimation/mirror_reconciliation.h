#pragma once

#include <string>
#include <vector>

#include "altyn/core/context.h"
#include "altyn/core/fields.h"
#include "altyn/core/status.h"
#include "altyn/data/pair_panel.h"
#include "altyn/data/table.h"

namespace altyn::estimation {

/// The section [options] of `altyn data reconcile`.
struct ReconcileOptions {
  double cif_fob_ratio = 0.0;
  double smallest_musd = 0.1;
  double prior_flows = 20.0;
  double level = 0.9;

  [[nodiscard]] static std::vector<Field<ReconcileOptions>> fields();
};

/// One number of the regression of CIF over FOB (docs/models/reconciliation.md, equation 1).
struct CifFobTerm {
  std::string name;
  double value = 0.0;
  double sd = 0.0;  ///< robust to unequal variances
};

/// How far one economy's records lie from the truth (equation 4).
struct ReporterQuality {
  std::string economy;
  double sd_log = 0.0;           ///< of a record of a flow of 100 million USD, in logs
  double as_exporter_log = 0.0;  ///< mean of ln(own exports / partner's record FOB)
  double as_importer_log = 0.0;  ///< mean of ln(own imports FOB / partner's record)
  Index n_flows = 0;             ///< that both sides record
};

/// A two-sided panel with one figure per flow.
struct Reconciliation {
  std::vector<CifFobTerm> cif_fob;
  Index n_cif_fob = 0;      ///< flows in that regression
  double size_slope = 0.0;  ///< how fast the variance of records falls with the flow (equation 4)
  SolveStatus status = SolveStatus::kNotRun;  ///< of the search for the reporters' variances
  double residual = -1.0;                     ///< its last relative step
  std::vector<ReporterQuality> reporters;     ///< most reliable first
  /// exporter, importer, year (as in the panel), trade_musd (FOB), low_musd, high_musd,
  /// by_importer_musd, by_exporter_musd, cif_fob_ratio, importer_weight, gap_log (importer's FOB
  /// record over the exporter's), widening (of the interval, equation 7), record: "both",
  /// "importer_only", "exporter_only", "zero_against_record", "both_zero", "domestic".
  data::Table table;
};

/// Reconciles both sides' records in the manner of BACI (Gaulier and Zignago 2010): freight out of
/// import values by a regression on distance, contiguity and years; weights by how far each
/// reporter's records lie from its partners'; an interval from both.
/// `distance_km` and `contiguous` are [rows of the panel], NaN where unknown: those flows take the
/// ratio of the flow at the mean distance. Errors: InputError "one-sided" when the panel has one
/// value per flow; "too-few-flows" when fewer than 30 flows are recorded by both sides.
/// Cost: some 300 passes over the flows.
[[nodiscard]] Reconciliation reconcile_mirrors(const data::PairPanel& panel,
                                               const std::vector<double>& distance_km,
                                               const std::vector<double>& contiguous,
                                               const ReconcileOptions& options, Context& context);

}  // namespace altyn::estimation
