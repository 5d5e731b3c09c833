#include "altyn/study/shared_draws.h"

#include <fmt/format.h>

#include "altyn/core/errors.h"

namespace altyn::study {

ShardRange SharedDraws::own(Index n_draws) const {
  return merging ? ShardRange{} : shard_range(n_draws, n_parts, part);
}

std::vector<DrawValues> SharedDraws::taken(const std::string& scenario, Index n_draws) const {
  std::vector<DrawValues> all(static_cast<std::size_t>(n_draws));
  const auto found = kept.find(scenario);
  Index n_missing = 0;
  for (std::size_t draw = 0; draw < all.size(); ++draw) {
    const bool known = found != kept.end() && found->second.contains(static_cast<Index>(draw));
    if (known) all[draw] = found->second.at(static_cast<Index>(draw));
    n_missing += known ? 0 : 1;
  }
  if (n_missing == 0) return all;
  throw InputError({.code = "missing-part",
                    .what = fmt::format("{} draws of {} are in no part", n_missing, scenario),
                    .where = scenario,
                    .why = "a merge needs every part of the same study",
                    .fixes = {"run the parts again"}});
}

}  // namespace altyn::study
