#pragma once

#include <cstdint>
#include <vector>

#include "altyn/attribution/agreement_effect.h"
#include "altyn/attribution/draws.h"
#include "altyn/attribution/phase_in.h"

namespace altyn::attribution {

/// When the agreement binds one pair, with and without what it grew from.
struct PairSpells {
  BindingSpells whole{};
  BindingSpells own{};
};

/// The agreement's effect as one draw has it: a coefficient with a way of building up, the
/// estimated path of the years, or the estimated effects by years since a pair was first bound.
class DrawnEffect {
 public:
  /// Effect on the log of the pair's trade in a window: the part in force times the full effect.
  [[nodiscard]] double at(const PairSpells& pair, data::Window window) const;

 private:
  friend class EffectModel;
  PhaseIn phase_in_{};
  double beta_ = 0.0;
  std::vector<double> path_{};  // empty unless the draw takes the path or the event times
  std::vector<double> at_{};    // calendar years of the path, or event times
  const std::vector<int>* table_years_ = nullptr;  // set when at_ are event times
};

/// Turns joint draws into effects. Profiles weigh the same: each phase-in; the path when it has
/// both calendar years of the claim; the effects by event time (ETWFE) when they reach over the
/// claimed pair's. A year counts from the first of the table in which the pair is bound, as in the
/// estimate; between two estimated times the effect lies on a straight line, after the last it
/// stays.
class EffectModel {
 public:
  EffectModel(const AgreementEffect& effect, const CheckOptions& options, std::uint64_t seed,
              int year0, int year1);
  [[nodiscard]] DrawnEffect draw(const JointDraw& draw) const;
  /// Names of the profiles, in order.
  [[nodiscard]] std::vector<std::string> profile_names() const;
  [[nodiscard]] Index profile_of(const JointDraw& draw) const;

 private:
  const AgreementEffect& effect_;
  std::uint64_t seed_;
  std::vector<PhaseIn> phase_ins_;
  bool has_path_ = false;
  bool has_times_ = false;
  std::vector<double> path_root_;   // lower triangular square root of the path's covariance
  std::vector<double> times_root_;  // and of that by event time
};

}  // namespace altyn::attribution
