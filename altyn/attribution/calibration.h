#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "altyn/attribution/bound_pairs.h"
#include "altyn/attribution/claim_case.h"
#include "altyn/attribution/drawn_effect.h"
#include "altyn/attribution/square_world.h"
#include "altyn/attribution/synthetic_line.h"
#include "altyn/core/context.h"
#include "altyn/data/agreements.h"

namespace altyn::attribution {

/// What a calibration compares the claimed pair's verdict with.
struct CalibrationInputs {
  const PartnerPanel* panel = nullptr;  ///< null: no calibration
  SyntheticDesign design{};             ///< of the claimed pair
  const WorldTrade* world = nullptr;    ///< null: without L4
  const BoundPairs* bound = nullptr;
  const data::AgreementRegistry* agreements = nullptr;
  const EffectModel* effect = nullptr;  ///< null: without L5
  PairSpells spells{};                  ///< of the claimed pair, pretended for every partner
  const WorldBuilder* build = nullptr;  ///< null: without L6
};

/// How often this method gives which verdict where there is nothing to find.
struct Calibration {
  std::vector<ResultTable> tables{};  ///< "calibration", "calibration_cases"
  std::string sentence{};
};

/// Puts every partner of the same reporter that no agreement binds to it in the claimed pair's
/// place, with the growth that it had, in every window as long as the claimed one that ends within
/// a year of it, and judges each case by the same rules: the main lines as if the partner had
/// joined with the claimed pair. L6 takes the effect out of that pair alone, in the worlds of the
/// windows' calendar years. Where the agreement does not bind the claimed pair its partners have no
/// L3 and L5 either. The share of cases called supported is the method's false-positive rate.
/// Nothing without a panel or a partner without any agreement. Cost: two-year fits of L4 for every
/// partner and pair of years; a synthetic control and its placebos, and a hundred solves of every
/// year, for every partner.
[[nodiscard]] std::optional<Calibration> calibrate(const ClaimCase& claim_case,
                                                   const CalibrationInputs& inputs,
                                                   Context& context);

}  // namespace altyn::attribution
