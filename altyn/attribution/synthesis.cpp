#include "altyn/attribution/synthesis.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "altyn/attribution/wording.h"

namespace altyn::attribution {
namespace {

const std::string& basis_of(const LineOfEvidence& line) {
  return line.rests_on.empty() ? line.id : line.rests_on;
}

}  // namespace

std::vector<const LineOfEvidence*> main_lines(const std::vector<LineOfEvidence>& lines) {
  std::vector<const LineOfEvidence*> kept;
  for (const LineOfEvidence& line : lines) {
    if (line.is_main && line.available && line.share) kept.push_back(&line);
  }
  return kept;
}

Interval pooled_interval(const std::vector<std::vector<double>>& pools,
                         const std::vector<double>& weights) {
  std::vector<std::pair<double, double>> weighted;  // value, weight
  for (std::size_t pool = 0; pool < pools.size(); ++pool) {
    const double weight = weights[pool] / static_cast<double>(pools[pool].size());
    for (const double value : pools[pool]) weighted.emplace_back(value, weight);
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
  std::map<std::string, double> lines_on;  // how many lines rest on each estimate
  for (const LineOfEvidence* line : kept) lines_on[basis_of(*line)] += 1.0;
  std::vector<std::vector<double>> pools;
  std::vector<double> weights;
  std::vector<std::string> ids;
  double probability = 0.0;
  for (const LineOfEvidence* line : kept) {
    pools.push_back(line->share_draws);
    weights.push_back(1.0 / (static_cast<double>(lines_on.size()) * lines_on[basis_of(*line)]));
    ids.push_back(line->id);
    probability += *line->probability_at_threshold * weights.back();
  }
  synthesis.share = pooled_interval(pools, weights);
  synthesis.probability_at_threshold = probability;
  synthesis.sentence = fmt::format(
      "{} together{} put the share of the growth at {} (90% interval {} to {}); the chance that it "
      "reaches {} is {}.",
      list_text(ids),
      lines_on.size() == kept.size() ? ", each with the same weight,"
                                     : ", lines on the same estimate sharing one weight,",
      percent_text(synthesis.share->mid, 0), percent_text(synthesis.share->low, 0),
      percent_text(synthesis.share->high, 0), percent_text(threshold, 0),
      probability_text(probability));
  return synthesis;
}

}  // namespace altyn::attribution
