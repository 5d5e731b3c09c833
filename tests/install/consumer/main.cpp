#include <cstdio>
#include <vector>

#include "altyn/core/context.h"
#include "altyn/equilibrium/one_sector.h"

// Two identical economies that halve the cost of trade between them gain alike.
int main() {
  altyn::Context context(1);
  const altyn::equilibrium::OneSectorBase base{
      .economies = {"AAA", "BBB"}, .trade = {3.0, 1.0, 1.0, 3.0}, .theta = 1.0};
  const altyn::equilibrium::OneSectorShock shock{.cost_hat = {1.0, 0.5, 0.5, 1.0}};
  const auto result = altyn::equilibrium::solve_one_sector(base, shock, {}, context);
  if (!result.certificate.holds()) return 1;
  // P = 1 / (3/4 + 1/4 * 2) = 0.8, so real income is up by a quarter.
  std::printf("%.6f\n", result.welfare_hat[0]);
}
