#pragma once

#include <string>
#include <vector>

namespace altyn::equilibrium {

/// Import duties that members collect together and share by fixed keys, as a customs union does.
struct RevenuePool {
  std::string name{};                  ///< "eaeu"
  std::vector<std::string> members{};  ///< economy codes
  std::vector<double> keys{};          ///< [members] fractions that sum to 1 within 0.0002
  bool duties_inside_too = false;  ///< share duties on each other's goods as well; otherwise they
                                   ///< stay with the member that collects them
};

/// A pool with members as positions in `economies` and keys that sum to one exactly.
struct PoolPlaces {
  std::vector<std::size_t> members{};
  std::vector<double> keys{};
  bool duties_inside_too = false;
};

/// Resolves pools against the economies of a model.
/// Errors: InputError for an unknown or repeated member, a member of two pools, keys that are
/// negative, missing, or whose sum is off by more than 0.0002 ("revenue-keys").
[[nodiscard]] std::vector<PoolPlaces> resolve_pools(const std::vector<RevenuePool>& pools,
                                                    const std::vector<std::string>& economies);

}  // namespace altyn::equilibrium
