#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace altyn::fuzz {

/// Bytes damaged in one to three ways, the same for the same number: flipped, cut, doubled, put
/// together with another seed, numbers replaced by those that readers trip over, encodings broken,
/// nested deep.
[[nodiscard]] std::string mutated(std::string_view bytes, const std::vector<std::string>& seeds,
                                  std::uint64_t number);

/// How many times as many mutations are tried as by default: ALTYN_MUTANTS, else 1.
[[nodiscard]] std::uint64_t times_as_many();

/// How many times as many mutations are tried as by default: ALTYN_MUTANTS, else 1.
[[nodiscard]] std::uint64_t times_as_many();

}  // namespace altyn::fuzz
