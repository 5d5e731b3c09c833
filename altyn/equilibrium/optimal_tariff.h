#pragma once

#include <span>
#include <string>
#include <vector>

#include "altyn/equilibrium/adjoint.h"

namespace altyn::equilibrium {

/// One rate that a policy maker chooses, for all of its cells.
struct TariffInstrument {
  std::string name{};                ///< "Food from RUS"
  std::vector<std::size_t> cells{};  ///< of the trade table
};

/// Instruments of one economy: a rate per sector and partner, or per sector alike for all partners
/// (most-favoured nation). Cells without trade are left out.
[[nodiscard]] std::vector<TariffInstrument> own_tariffs(const MultiSectorBase& base,
                                                        std::size_t economy, bool by_partner);

/// Instruments of a customs union: a common external rate per sector.
[[nodiscard]] std::vector<TariffInstrument> common_tariffs(const MultiSectorBase& base,
                                                           std::span<const std::size_t> members);

/// An economy that must not lose: ln real income of at least `least_welfare_log` (0 = the base).
struct Participation {
  std::size_t economy = 0;
  double least_welfare_log = 0.0;
};

struct OptimalTariffOptions {
  double least_rate = -0.5;  ///< subsidies are allowed down to here
  double most_rate = 10.0;
  double tolerance = 1e-7;  ///< on the slope of the measure in each instrument, in units of its own
                            ///< trade: the measure is then flat to about the square of this
  double participation_tolerance = 1e-7;  ///< by which a participation constraint may be missed
  Index max_iterations = 1000;
  static std::vector<Field<OptimalTariffOptions>> fields();
};

/// The tariffs that maximise a measure. Unless `status` is kConverged they are the best found; a
/// kStalled search has usually reached the last digits of a flat optimum: see `slope`. kNoSolution:
/// the participation constraints cannot be met.
struct OptimalTariffs {
  SolveStatus status = SolveStatus::kNotRun;
  std::string message;
  std::vector<double> rate;   ///< [instrument]
  double value_before = 0.0;  ///< measure at the start
  double value_after = 0.0;
  double slope = -1.0;             ///< largest projected slope at the answer, scaled
  std::vector<double> multiplier;  ///< [participation] gain of the measure per log point of slack
  MultiSectorShock shock;          ///< the start with the new tariffs
  MultiSectorResult result;        ///< its equilibrium
  Index n_gradients = 0;
};

/// Maximises `measure` over the instruments, starting from the tariffs of `start`, other policies
/// as in `start`. Participation constraints by an augmented Lagrangian.
/// Errors: InputError ("no-instruments") and those of the solves.
/// Cost: about 50 to 200 gradients, each one solve from its neighbour and one adjoint.
/// Source: Ossa (2014) for the problem; adjoint gradients instead of constrained optimisation.
[[nodiscard]] OptimalTariffs optimal_tariffs(const MultiSectorModel& model,
                                             const MultiSectorShock& start,
                                             std::span<const TariffInstrument> instruments,
                                             const SectorMeasure& measure,
                                             std::span<const Participation> participation,
                                             const OptimalTariffOptions& options, Context& context);

/// A policy maker in a game: an economy or a bloc.
struct TariffPlayer {
  std::string name{};
  std::vector<TariffInstrument> instruments{};
  SectorMeasure measure{};
};

struct NashOptions {
  OptimalTariffOptions best_response{};
  double tolerance = 1e-6;  ///< on every player's slope at the joint tariffs
  Index max_rounds = 100;
  static std::vector<Field<NashOptions>> fields();
};

/// Tariffs from which no player wants to move alone.
struct NashTariffs {
  SolveStatus status = SolveStatus::kNotRun;
  std::string message;
  std::vector<std::vector<double>> rate;  ///< [player][instrument]
  std::vector<double> slope;  ///< [player] largest projected slope of its own measure, scaled: the
                              ///< certificate that nobody gains to first order
  MultiSectorShock shock;
  MultiSectorResult result;
  Index n_rounds = 0;
  Index n_gradients = 0;
};

/// Best responses in turn, each from the last tariffs, until every player's first-order condition
/// holds at the joint tariffs. Errors: as optimal_tariffs, and InputError ("shared-instrument")
/// when two players set the same cell.
[[nodiscard]] NashTariffs nash_tariffs(const MultiSectorModel& model, const MultiSectorShock& start,
                                       std::span<const TariffPlayer> players,
                                       const NashOptions& options, Context& context);

/// Tariffs that maximise the sum of the players' measures, with participation constraints if any.
[[nodiscard]] OptimalTariffs cooperative_tariffs(const MultiSectorModel& model,
                                                 const MultiSectorShock& start,
                                                 std::span<const TariffPlayer> players,
                                                 std::span<const Participation> participation,
                                                 const OptimalTariffOptions& options,
                                                 Context& context);

}  // namespace altyn::equilibrium
