#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "altyn/study/scenario.h"

namespace altyn::study {

/// One uncertain number of a scenario.
struct Assumption {
  std::string name{};
  double value = 0.0;
  double low = 0.0;  ///< of its range; low and high equal the value where nothing is drawn
  double high = 0.0;
  double se = 0.0;  ///< normal with this standard error instead, when positive
  std::string unit{};
  std::string source{};      ///< "" when none is given
  bool wants_source = true;  ///< the user's own assumption, not a rule of the data
  [[nodiscard]] bool drawn() const { return se > 0.0 || high > low; }

  /// The value at a quantile of its distribution, and its standard deviation.
  [[nodiscard]] double quantile(double u) const;
  [[nodiscard]] double deviation() const;
  /// The value in one draw: normal, or uniform below and above the value with half the draws on
  /// each side, so that the value is the median. A function of (seed, name, draw): two scenarios
  /// that make the same assumption draw it alike.
  [[nodiscard]] double at(std::uint64_t seed, std::uint64_t draw) const;
};

/// Values of all assumptions by name.
using Values = std::map<std::string, double>;

/// Names of the assumptions that every scenario makes.
inline constexpr const char* kThetaName = "trade elasticity";
inline constexpr const char* kDomesticName = "domestic trade";
inline constexpr const char* kDistanceName = "distance elasticity";
/// Names of those that belong to an entry of a list.
[[nodiscard]] std::string name_of_share(const ScenarioRegion& region);
[[nodiscard]] std::string name_of_level(const ScenarioChange& change);
[[nodiscard]] std::string name_of_key(const std::string& newcomer);

/// What the regions of a scenario assume: how trade falls with distance, and their sizes.
[[nodiscard]] std::vector<Assumption> region_assumptions(const std::vector<ScenarioRegion>& regions,
                                                         const ScenarioRegions& options);

/// Every number that a scenario assumes, in the order of the file.
[[nodiscard]] std::vector<Assumption> assumptions_of(const Scenario& scenario);

[[nodiscard]] Values central_values(const std::vector<Assumption>& assumptions);
[[nodiscard]] Values drawn_values(const std::vector<Assumption>& assumptions, std::uint64_t seed,
                                  std::uint64_t draw);

}  // namespace altyn::study
