#pragma once

#include <functional>
#include <string>
#include <vector>

#include "altyn/core/rng.h"
#include "altyn/core/thread_pool.h"
#include "altyn/equilibrium/adjoint.h"

namespace altyn::equilibrium {

/// What is uncertain about a counterfactual, all independent normal. Empty vectors and zeros are
/// certain.
struct SectorUncertainty {
  std::vector<double> theta_log_sd{};   ///< [sector] of ln theta
  double theta_common_log_sd = 0.0;     ///< of one factor common to all sectors
  std::vector<double> tariff_log_sd{};  ///< [sector, importer, exporter] of ln(1 + new rate)
  std::vector<double> cost_log_sd{};    ///< [sector, importer, exporter] of ln iceberg cost
  double trade_log_sd = 0.0;  ///< of every flow of the base; each draw is made an equilibrium again
  /// The policy of one draw in place of the central shock: assumptions with ranges, estimated
  /// coefficients with their covariance. Called from several threads; the noise above comes on top.
  std::function<MultiSectorShock(RandomStream&)> policy{};
  /// The base of one draw in place of the model's: regions of other sizes. Noise comes on top, and
  /// the delta method leaves it out. Called from several threads.
  std::function<MultiSectorBase(Index draw)> base{};
  /// For the delta method: the central shock with one uncertain assumption of `policy` a standard
  /// deviation higher, an entry per assumption. Wedges may differ from the central shock's, nothing
  /// else.
  std::vector<MultiSectorShock> one_sd{};
};

struct DrawOptions {
  Index n_draws = 1000;
  double level = 0.9;  ///< share of draws between `low` and `high`
  static std::vector<Field<DrawOptions>> fields();
};

/// Numbers read from an equilibrium, such as ln welfare of every economy. Called from several
/// threads.
using SectorOutcomes =
    std::function<std::vector<double>(const MultiSectorModel&, const MultiSectorResult&)>;

/// ln real income of every economy.
[[nodiscard]] std::vector<double> welfare_logs(const MultiSectorModel& model,
                                               const MultiSectorResult& result);

struct SectorDraws {
  SolveStatus status = SolveStatus::kNotRun;  ///< of the central solve; kCancelled when stopped
  std::string message;
  Index n_draws = 0;
  Index n_failed = 0;           ///< draws without an equilibrium; they are left out below
  std::string first_failure;    ///< why the first of them failed
  std::vector<double> central;  ///< [outcome] without noise
  std::vector<double> value;    ///< [draw, outcome]; NaN where a draw failed or is another run's
  std::vector<double> mean, sd, low, high;  ///< [outcome]
};

/// Solves the shock under draws of what is uncertain. A draw is a function of the context's seed
/// and its number alone, and starts from the central solution: same bits for any number of threads.
/// Errors: InputError for wrong shapes and negative deviations ("uncertainty-range").
/// Cost: one solve per draw from the central solution; about five when base flows are uncertain.
[[nodiscard]] SectorDraws draw_outcomes(const MultiSectorModel& model,
                                        const MultiSectorShock& shock,
                                        const SectorUncertainty& uncertainty,
                                        const SectorOutcomes& outcomes, const DrawOptions& options,
                                        Context& context);

/// The draws of `mine` among `n_draws`, and the central case: several runs may share a number of
/// draws, and whoever has all of their values summarises them. Errors and cost: as draw_outcomes.
[[nodiscard]] SectorDraws solve_draws(const MultiSectorModel& model, const MultiSectorShock& shock,
                                      const SectorUncertainty& uncertainty,
                                      const SectorOutcomes& outcomes, Index n_draws,
                                      ShardRange mine, Context& context);

/// Mean, deviation and interval of every outcome from the draws that have values.
void summarise(SectorDraws& draws, double level);

/// Standard deviation of a measure to first order, by source and in all.
struct DeltaDeviation {
  SolveStatus status = SolveStatus::kNotRun;
  double value = 0.0;                                         ///< the measure itself
  double sd = 0.0;                                            ///< in all
  double theta = 0.0, tariff = 0.0, cost = 0.0, trade = 0.0;  ///< each source by itself
  std::vector<double> policy;  ///< effect of each of SectorUncertainty::one_sd, with its sign
};

/// The delta method: gradients by the adjoint times the deviations of SectorUncertainty.
/// Errors: as draw_outcomes. Cost: one solve and one gradient; two more when base flows are
/// uncertain.
[[nodiscard]] DeltaDeviation delta_deviation(const MultiSectorModel& model,
                                             const MultiSectorShock& shock,
                                             const SectorUncertainty& uncertainty,
                                             const SectorMeasure& measure, Context& context);

}  // namespace altyn::equilibrium
