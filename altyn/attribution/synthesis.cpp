#include "altyn/attribution/synthesis.h"

#include <fmt/format.h>

#include <algorithm>

#include "altyn/attribution/wording.h"

namespace altyn::attribution {

std::vector<const LineOfEvidence*> main_lines(const std::vector<LineOfEvidence>& lines) {
  std::vector<const LineOfEvidence*> kept;
  for (const LineOfEvidence& line : lines) {
    if (line.is_main && line.available && line.share) kept.push_back(&line);
  }
  return kept;
}

Interval pooled_interval(const std::vector<std::vector<double>>& pools) {
  std::vector<std::pair<double, double>> weighted;  // value, weight
  for (const std::vector<double>& pool : pools) {
    for (const double value : pool) {
      weighted.emplace_back(value, 1.0 / static_cast<double>(pool.size() * pools.size()));
    }
  }
  std::sort(weighted.begin(), weighted.end());
  const auto quantile = [&weighted](double p) {
    double below = 0.0;
    double last_place = 0.0;
    double last_value = weighted.front().first;
    for (const auto& [value, weight] : weighted) {
      const double place = below + 0.5 * weight;
      if (place >= p) {
        const double step = place - last_place;
        return step > 0.0 ? last_value + (value - last_value) * (p - last_place) / step : value;
      }
      below += weight;
      last_place = place;
      last_value = value;
    }
    return last_value;
  };
  return {quantile(0.05), quantile(0.50), quantile(0.95)};
}

Synthesis synthesise(const std::vector<LineOfEvidence>& lines, double threshold) {
  const std::vector<const LineOfEvidence*> kept = main_lines(lines);
  Synthesis synthesis;
  if (kept.empty()) {
    synthesis.sentence = "No main line of evidence can be computed from these data.";
    return synthesis;
  }
  std::vector<std::vector<double>> pools;
  std::vector<std::string> ids;
  double probability = 0.0;
  for (const LineOfEvidence* line : kept) {
    pools.push_back(line->share_draws);
    ids.push_back(line->id);
    probability += *line->probability_at_threshold / static_cast<double>(kept.size());
  }
  synthesis.share = pooled_interval(pools);
  synthesis.probability_at_threshold = probability;
  synthesis.sentence = fmt::format(
      "{} together, each with the same weight, put the share of the growth at {} (90% interval {} "
      "to "
      "{}); the chance that it reaches {} is {}.",
      list_text(ids), percent_text(synthesis.share->mid, 0), percent_text(synthesis.share->low, 0),
      percent_text(synthesis.share->high, 0), percent_text(threshold, 0),
      probability_text(probability));
  return synthesis;
}

}  // namespace altyn::attribution
