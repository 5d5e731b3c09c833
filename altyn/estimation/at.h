#pragma once

#include <cstddef>

#include "altyn/core/types.h"

namespace altyn::estimation {

/// A row or column number as the containers of the standard library count it.
[[nodiscard]] constexpr std::size_t at(Index i) { return static_cast<std::size_t>(i); }

}  // namespace altyn::estimation
