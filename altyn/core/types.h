#pragma once

#include <cstdint>
#include <limits>

namespace altyn {

/// Counts and row numbers: 1e9 rows times a few columns overflow 32 bits.
using Index = std::int64_t;

/// Dense ids of groups (an exporter-year, a pair): 0 .. n_groups - 1.
using GroupId = std::uint32_t;

/// The code of a missing group or text.
inline constexpr GroupId kNoGroup = std::numeric_limits<GroupId>::max();

}  // namespace altyn
