#pragma once

#include <cstdint>
#include <vector>

#include "altyn/attribution/check_options.h"
#include "altyn/core/types.h"

namespace altyn::attribution {

/// Which country's books a flow is taken from first.
enum class Side { kImporter, kExporter };

/// How the growth of the other partners is put into one number.
enum class Weighting { kTrade, kMean, kMedian };

/// The choices that all lines share in one draw, so that the uncertainty is joint: a draw that
/// takes the exporters' books takes them everywhere.
struct JointDraw {
  Index number = 0;
  Side side = Side::kImporter;
  Weighting weighting = Weighting::kTrade;
  double effect_z = 0.0;   ///< standard normal: where in its distribution the estimate lies
  double profile_u = 0.0;  ///< in (0, 1): which phase-in profile
  double theta = 0.0;      ///< trade elasticity
  double output_u = 0.0;   ///< in (0, 1): where in its range the gross-output ratio lies
};

/// Streams of random numbers, one per use, so that no line's draws move another's.
enum DrawStream : std::uint32_t {
  kJointStream = 100,
  kPartnerStream = 101,
  kPriceStream = 102,
  kSizeStream = 103,
  kPathStream = 104,
  kSyntheticStream = 105,
  kEventTimeStream = 106,
};

/// Draws 0 .. n - 1; a function of (seed, draw) alone.
[[nodiscard]] std::vector<JointDraw> joint_draws(const CheckOptions& options, std::uint64_t seed);

/// 0 .. n - 1 from a number in (0, 1), in equal parts.
[[nodiscard]] Index part_of(double u, Index n);

}  // namespace altyn::attribution
