#pragma once

#include <string>
#include <vector>

#include "altyn/corridors/routing.h"
#include "altyn/equilibrium/multi_sector.h"
#include "altyn/equilibrium/one_sector.h"

namespace altyn::corridors {

/// Links before and after, and where the economies of a world stand.
struct CorridorProblem {
  const Network* network = nullptr;
  std::vector<double> cost_log{};      ///< [links] today; infinite where there is no link
  std::vector<double> new_cost_log{};  ///< [links] with today's traffic; infinite where closed
  std::vector<std::size_t> node{};     ///< [n] of each economy; several may share one
  RouteOptions route{};
  double congestion = 0.0;  ///< elasticity of link cost with respect to traffic (lambda)
};

/// Economies by the nodes they stand at: [S] distinct nodes in order of first use, [n] which.
struct Terminals {
  std::vector<std::size_t> nodes;
  std::vector<std::size_t> of;
  explicit Terminals(const std::vector<std::size_t>& node);
  /// Values by pair of economies [n * n] summed by pair of terminals [S * S].
  [[nodiscard]] std::vector<double> gather(const std::vector<double>& values) const;
};

/// Equations (2) and (7) alone: what changed links do to the costs of all pairs at today's traffic,
/// [n * n] between economies, exporter row. Errors: those of Routes. Cost: two routings.
[[nodiscard]] std::vector<double> pair_cost_hat(const CorridorProblem& problem, Context& context);

/// What changed links do, under a world of one sector or of many.
template <class Equilibrium>
struct CorridorResultOf {
  SolveStatus status = SolveStatus::kNotRun;
  std::string message;
  Certificate certificate;  ///< routes before and after, traffic, congestion, then the equilibrium
  Equilibrium equilibrium;
  std::vector<double> cost_hat;               ///< [n * n] between economies, exporter row
  std::vector<double> link_cost_log;          ///< [links] after, congestion included
  std::vector<double> base_traffic, traffic;  ///< [links] value of trade that passes, with duties
};
using CorridorResult = CorridorResultOf<equilibrium::OneSectorResult>;
using SectorCorridorResult = CorridorResultOf<equilibrium::MultiSectorResult>;

/// Equations (2) to (8): changed links to changed costs of all pairs to the equilibrium, with
/// congestion jointly. Pairs at one node keep their cost.
/// Errors: those of Routes and of the equilibrium; "bad-congestion".
/// Cost: two routings and one solve; with congestion, one routing and one solve per iteration.
[[nodiscard]] CorridorResult solve_corridors(const CorridorProblem& problem,
                                             const equilibrium::OneSectorBase& base,
                                             const equilibrium::OneSectorOptions& options,
                                             Context& context);

/// The same into a world of many sectors: every sector's costs change alike, on top of `shock`.
[[nodiscard]] SectorCorridorResult solve_corridors(const CorridorProblem& problem,
                                                   const equilibrium::MultiSectorModel& model,
                                                   const equilibrium::MultiSectorShock& shock,
                                                   Context& context);

/// A change of costs alike in every sector, as a world of many sectors takes it:
/// [sector, importer, exporter] from [n * n] with the exporter's row.
[[nodiscard]] std::vector<double> sector_cost_hat(const std::vector<double>& cost_hat,
                                                  std::size_t n_economies, std::size_t n_sectors);

/// Trade of all sectors, duties included: [n * n] with the exporter's row, from shares of spending
/// [sector, importer, exporter] and spending [sector, importer].
[[nodiscard]] std::vector<double> trade_of_sectors(const std::vector<double>& trade_share,
                                                   const std::vector<double>& expenditure,
                                                   std::size_t n_economies);

}  // namespace altyn::corridors
