#include "altyn/attribution/draws.h"

#include <algorithm>
#include <cmath>

#include "altyn/core/rng.h"

namespace altyn::attribution {

std::vector<JointDraw> joint_draws(const CheckOptions& options, std::uint64_t seed) {
  std::vector<JointDraw> draws(static_cast<std::size_t>(options.n_draws));
  for (Index number = 0; number < options.n_draws; ++number) {
    RandomStream random(seed, kJointStream, static_cast<std::uint64_t>(number));
    JointDraw& draw = draws[static_cast<std::size_t>(number)];
    draw.number = number;
    draw.side = random.below(2) == 0 ? Side::kImporter : Side::kExporter;
    draw.weighting = static_cast<Weighting>(random.below(3));
    draw.effect_z = random.normal();
    draw.profile_u = random.uniform();
    draw.theta = options.theta_low + (options.theta_high - options.theta_low) * random.uniform();
    draw.output_u = random.uniform();
  }
  return draws;
}

Index part_of(double u, Index n) {
  return std::min(n - 1, static_cast<Index>(std::floor(u * static_cast<double>(n))));
}

}  // namespace altyn::attribution
