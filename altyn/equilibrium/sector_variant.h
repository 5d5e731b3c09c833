#pragma once

#include <string>
#include <vector>

#include "altyn/equilibrium/multi_sector_levels.h"

namespace altyn::equilibrium {

/// Simpler models of the same world, to see what a part of the model does to an answer
/// (docs/models/multi-sector.md, section 9).
enum class SectorVariant {
  kFull,
  kNoLinks,    ///< a sector buys inputs from itself only; what it paid others is value added
  kNoInputs,   ///< everything is made of factors alone
  kOneSector,  ///< all sectors are one: duties and elasticities are averages
};

/// The name used in files: "full", "no_links", "no_inputs", "one_sector".
[[nodiscard]] const char* to_string(SectorVariant variant);
[[nodiscard]] std::vector<std::string> sector_variant_names();

/// The world's values as the variant has them. Flows, output and duties stay what they are, so the
/// base stays an equilibrium (base_from_levels); final use takes up what inputs leave. With several
/// factors value added grows by their shares. One sector: tariffs and export taxes are those that
/// collect the same; theta, entry and selection are averages weighted by trade across borders.
/// Errors: InputError "no-value-added" where a sector has inputs but no factors to take their
/// place. Source: Caliendo and Parro (2015), section 5.3, for the set of variants.
[[nodiscard]] MultiSectorLevels as_variant(MultiSectorLevels levels, SectorVariant variant);

/// The values behind a base: its own spending where given, else what its equations imply.
/// Errors: InputError of checked_base.
[[nodiscard]] MultiSectorLevels levels_of(const MultiSectorBase& base);

}  // namespace altyn::equilibrium
