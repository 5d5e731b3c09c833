#include "altyn/attribution/shapley.h"

#include <array>
#include <cmath>

#include "altyn/attribution/waterfall.h"

namespace altyn::attribution {
namespace {

/// The share draws of a line that has one for every joint draw; null otherwise.
const std::vector<double>* draws_of(const ClaimCase& claim_case,
                                    const std::vector<LineOfEvidence>& lines, std::string_view id) {
  for (const LineOfEvidence& line : lines) {
    if (line.id == id && line.available && line.share_draws.size() == claim_case.draws.size()) {
      return &line.share_draws;
    }
  }
  return nullptr;
}

}  // namespace

std::vector<double> shapley_values(int n, const std::function<double(unsigned)>& value) {
  const unsigned n_sets = 1U << static_cast<unsigned>(n);
  std::vector<double> worth(n_sets);
  for (unsigned set = 0; set < n_sets; ++set) worth[set] = value(set);
  // Orders in which a set of k others comes before a player: k! (n - k - 1)! of n!.
  std::vector<double> weight(static_cast<std::size_t>(n));
  for (int k = 0; k < n; ++k) {
    weight[static_cast<std::size_t>(k)] =
        std::exp(std::lgamma(k + 1.0) + std::lgamma(n - k) - std::lgamma(n + 1.0));
  }
  std::vector<double> shares(static_cast<std::size_t>(n), 0.0);
  for (int player = 0; player < n; ++player) {
    const unsigned bit = 1U << static_cast<unsigned>(player);
    for (unsigned set = 0; set < n_sets; ++set) {
      if ((set & bit) != 0) continue;
      const auto before = static_cast<std::size_t>(__builtin_popcount(set));
      shares[static_cast<std::size_t>(player)] += weight[before] * (worth[set | bit] - worth[set]);
    }
  }
  return shares;
}

std::optional<ResultTable> shapley_table(const ClaimCase& claim_case,
                                         const std::vector<LineOfEvidence>& lines) {
  const std::vector<double>* sizes = draws_of(claim_case, lines, "L4");
  const std::vector<double>* prices = draws_of(claim_case, lines, "L2");
  const std::vector<double>* agreement = draws_of(claim_case, lines, "L5");
  if (sizes == nullptr && prices == nullptr) return std::nullopt;
  const double gamma = claim_case.growth.log_growth();
  std::vector<GrowthStep> players = {
      {"sizes", "Sizes and third countries", "cause", {}},
      {"prices", "Prices", "cause", {}},
      {"terms", "The agreement's terms between the windows", "member_terms", {}},
      {"unexplained", "Everything else", "unexplained", {}}};
  constexpr unsigned kSizes = 1, kPrices = 2, kTerms = 4, kOther = 8;
  std::array<std::vector<double>, 4> parts;
  for (std::size_t draw = 0; draw < claim_case.draws.size(); ++draw) {
    // L2 and L4 give what they leave to the pair; the rest is what they explain.
    const double by_sizes = sizes != nullptr ? gamma * (1.0 - (*sizes)[draw]) : 0.0;
    const double by_prices = prices != nullptr ? gamma * (1.0 - (*prices)[draw]) : 0.0;
    const double by_terms = agreement != nullptr ? gamma * (*agreement)[draw] : 0.0;
    const auto explained = [&](unsigned set) {
      const bool with_sizes = sizes != nullptr && (set & kSizes) != 0;
      double sum = with_sizes ? by_sizes : (set & kPrices) != 0 ? by_prices : 0.0;
      if ((set & kTerms) != 0) sum += by_terms;
      return sum;
    };
    const double left = gamma - explained(kSizes | kPrices | kTerms);
    const std::vector<double> shares = shapley_values(
        4, [&](unsigned set) { return explained(set) + ((set & kOther) != 0 ? left : 0.0); });
    for (std::size_t k = 0; k < 4; ++k) parts[k].push_back(shares[k]);
  }

  for (std::size_t k = 0; k < players.size(); ++k) {
    double mean = 0.0;
    for (const double part : parts[k]) mean += part / static_cast<double>(parts[k].size());
    const Interval range = interval_of(parts[k]);
    players[k].log_change = {range.low, mean, range.high};
  }
  return steps_table(claim_case, "shapley",
                     "The growth shared out, whatever order the causes are taken in",
                     "Shapley shares of the log growth, means over the joint draws; they add up. "
                     "The two countries' other trade already holds what prices did, so what both "
                     "explain is shared evenly. The rest is not a cause.",
                     players);
}

}  // namespace altyn::attribution
