#pragma once

#include <functional>
#include <string>
#include <vector>

#include "altyn/attribution/check_result.h"
#include "altyn/core/fields.h"
#include "altyn/equilibrium/optimal_tariff.h"

namespace altyn::study {

/// What is asked of the players' tariffs.
enum class PolicyProblem {
  kNone,         ///< nothing: rates are those of the changes
  kOptimum,      ///< one player's best rates while the others' stay
  kNash,         ///< rates from which no player wants to move alone
  kCooperative,  ///< rates that are best for the players together
};

/// Tariffs that are chosen by their makers instead of assumed. The section [optimal]; after the
/// changes of the file.
struct OptimalPolicy {
  PolicyProblem problem = PolicyProblem::kNone;
  std::vector<std::string> players;
  std::vector<std::string> sector;
  bool by_partner = false;
  bool must_not_lose = true;
  double least_rate_pct = 0.0;
  double most_rate_pct = 300.0;

  static std::vector<Field<OptimalPolicy>> fields();
};

/// Who sets tariffs: one economy, or several that set one common tariff.
struct PolicyPlayer {
  std::string name{};
  std::vector<std::size_t> members{};
};

/// Rates that were chosen, with what is told about them.
struct ChosenTariffs {
  std::vector<std::size_t> cells{};  ///< of the trade table
  std::vector<double> rates{};       ///< [cells]
  attribution::ResultTable table{};  ///< optimal_tariffs: player, instrument, before, after
  std::vector<std::string> summary{};
  Certificate certificate{};
  std::string failure{};  ///< why there are none; "" when there are
};

/// Chooses. A bloc maximises the mean of its members' ln real income, weighted by income, and with
/// `must_not_lose` each of them keeps at least what `start` leaves it. `may_tax(importer,
/// exporter)` says which trade a player may tax: nobody taxes members of its bloc. Rates start from
/// those of `start`, whose result is `before`. Errors: InputError "no-players"; "unknown-sector";
/// those of optimal_tariffs and nash_tariffs.
[[nodiscard]] ChosenTariffs choose_tariffs(
    const equilibrium::MultiSectorModel& model, const equilibrium::MultiSectorShock& start,
    const equilibrium::MultiSectorResult& before, const OptimalPolicy& policy,
    const std::vector<PolicyPlayer>& players,
    const std::function<bool(std::size_t importer, std::size_t exporter)>& may_tax,
    const std::string& where, Context& context);

}  // namespace altyn::study
