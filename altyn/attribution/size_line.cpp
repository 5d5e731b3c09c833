#include "altyn/attribution/size_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "altyn/attribution/wording.h"
#include "altyn/core/rng.h"
#include "altyn/estimation/glm.h"

namespace altyn::attribution {
namespace {

/// Flows recorded by one side in both years, in order of exporter and importer.
struct TwoYearSample {
  std::vector<std::pair<Index, Index>> flows;
  std::vector<double> y;  // flow after flow: year 0, year 1
  std::vector<GroupId> exporter, importer, year;
  data::SampleLedger ledger;
};

TwoYearSample two_year_sample(const WorldTrade& world, Side side, Index year0, Index year1,
                              std::pair<Index, Index> left_out) {
  TwoYearSample sample;
  const auto n = static_cast<Index>(world.economies().size());
  Index read = 0;
  Index once = 0;
  Index claimed = 0;
  for (Index exporter = 0; exporter < n; ++exporter) {
    for (Index importer = 0; importer < n; ++importer) {
      const double values[] = {world.recorded(side, exporter, importer, year0),
                               world.recorded(side, exporter, importer, year1)};
      const Index present = (values[0] >= 0.0 ? 1 : 0) + (values[1] >= 0.0 ? 1 : 0);
      read += present;
      if (present == 0) continue;
      const bool is_left_out = (exporter == left_out.first && importer == left_out.second) ||
                               (exporter == left_out.second && importer == left_out.first);
      if (is_left_out) {
        claimed += present;
        continue;
      }
      if (present == 1 || values[0] + values[1] == 0.0) {
        once += present;
        continue;
      }
      sample.flows.emplace_back(exporter, importer);
      for (GroupId year = 0; year < 2; ++year) {
        sample.y.push_back(values[year]);
        sample.exporter.push_back(static_cast<GroupId>(exporter));
        sample.importer.push_back(static_cast<GroupId>(importer));
        sample.year.push_back(year);
      }
    }
  }
  sample.ledger = data::SampleLedger(read);
  if (claimed > 0) sample.ledger.drop("sizes", "the claimed pair, which is predicted", claimed);
  if (once > 0) {
    sample.ledger.drop("sizes", "recorded in one of the two years only, or zero in both", once);
  }
  return sample;
}

/// Log change of each economy's effect between the two years; NaN where a year has none.
std::vector<double> effect_changes(const estimation::GlmFit& fit,
                                   const estimation::RecoveredEffects& effects, Index effect,
                                   std::size_t n_economies) {
  std::vector<double> level(2 * n_economies, data::kMissing);
  const auto& values = effects.values[static_cast<std::size_t>(effect)];
  for (GroupId id = 0; id < fit.plan->n_levels(effect); ++id) {
    const std::vector<GroupId> keys = fit.plan->level_key_ids(effect, id);  // economy, year
    level[2 * keys[0] + keys[1]] = values[id];
  }
  std::vector<double> change(n_economies);
  for (std::size_t k = 0; k < n_economies; ++k) change[k] = level[2 * k + 1] - level[2 * k];
  return change;
}

/// Takes the trade-weighted mean off and returns it.
double centre(std::vector<double>& change, const std::vector<double>& weight) {
  double sum = 0.0;
  double total = 0.0;
  for (std::size_t k = 0; k < change.size(); ++k) {
    if (data::is_missing(change[k])) continue;
    sum += weight[k] * change[k];
    total += weight[k];
  }
  const double mean = sum / total;
  for (double& value : change) value -= mean;
  return mean;
}

/// The trade of a set of flows in two years as one side records it, and its predicted log change;
/// nothing when a flow is missing, zero or without prediction.
std::optional<SizePrediction> predict(const WorldTrade& world, const SizeGrowth& growth,
                                      const std::vector<std::pair<Index, Index>>& flows,
                                      Index year0, Index year1) {
  SizePrediction prediction;
  prediction.side = growth.side;
  double predicted = 0.0;
  for (const auto& [exporter, importer] : flows) {
    const double base = world.recorded(growth.side, exporter, importer, year0);
    prediction.base_musd += base;
    prediction.value_musd += world.recorded(growth.side, exporter, importer, year1);
    predicted += base * std::exp(growth.predicted(exporter, importer));
  }
  if (!(prediction.base_musd > 0.0 && prediction.value_musd > 0.0 && predicted > 0.0)) {
    return std::nullopt;
  }
  prediction.observed_log_change = std::log(prediction.value_musd / prediction.base_musd);
  prediction.predicted_log_change = std::log(predicted / prediction.base_musd);
  return prediction;
}

/// Deviations from prediction of the pairs nearest in size to the claimed trade.
std::vector<double> deviations_of_like_pairs(const WorldTrade& world, const SizeGrowth& growth,
                                             const BoundPairs& agreement, Measure measure,
                                             std::pair<Index, Index> claimed, double size_musd,
                                             Index year0, Index year1, Index count) {
  struct Like {
    double distance;
    double deviation;
  };
  std::vector<Like> likes;
  const auto n = static_cast<Index>(world.economies().size());
  for (Index first = 0; first < n; ++first) {
    for (Index second = 0; second < n; ++second) {
      const bool both_ways = measure == Measure::kTurnover;
      if (first == second || (both_ways && first > second)) continue;
      if (std::minmax(first, second) == std::minmax(claimed.first, claimed.second)) continue;
      if (agreement.bound(first, second, year1)) continue;
      const auto like =
          predict(world, growth, flows_of(both_ways ? measure : Measure::kExports, first, second),
                  year0, year1);
      if (!like) continue;
      likes.push_back({std::abs(std::log(like->base_musd / size_musd)),
                       like->observed_log_change - like->predicted_log_change});
    }
  }
  // Ties keep the order of the economies' codes.
  std::stable_sort(likes.begin(), likes.end(),
                   [](const Like& a, const Like& b) { return a.distance < b.distance; });
  std::vector<double> deviations;
  for (const Like& like : likes) {
    if (static_cast<Index>(deviations.size()) == count) break;
    deviations.push_back(like.deviation);
  }
  return deviations;
}

ResultTable structural_table(const ClaimCase& claim_case, const WorldTrade& world,
                             const std::vector<SizeGrowth>& growths, std::pair<Index, Index> pair,
                             Index year0, Index year1) {
  ResultTable table = {
      .id = "structural",
      .title = fmt::format(
          "{} to {}: the pair's growth against what both countries bring to all their trade",
          world.years()[static_cast<std::size_t>(year0)],
          world.years()[static_cast<std::size_t>(year1)]),
      .note =
          "World, exporter's and importer's part add up to the prediction; the parts are measured "
          "from the trade-weighted mean of all exporters and of all importers.",
      .columns = {{"exporter", "Exporter", ""},
                  {"importer", "Importer", ""},
                  {"side", "Reported by", ""},
                  {"observed_log_change", "Observed", "log"},
                  {"predicted_log_change", "Predicted", "log"},
                  {"world_part", "World", "log"},
                  {"exporter_part", "Exporter", "log"},
                  {"importer_part", "Importer", "log"},
                  {"pair_part", "Pair", "log"},
                  {"share", "Pair's share", "share"},
                  {"n_obs", "Observations", "count"}},
      .rows = {}};
  const std::pair<Index, Index> both[] = {pair, {pair.second, pair.first}};
  for (const SizeGrowth& growth : growths) {
    for (const auto& [exporter, importer] : both) {
      const auto flow = predict(world, growth, {{exporter, importer}}, year0, year1);
      if (!flow) continue;
      const double pair_part = flow->observed_log_change - flow->predicted_log_change;
      const auto& codes = world.economies();
      table.add({claim_case.name_of(codes[static_cast<std::size_t>(exporter)]),
                 claim_case.name_of(codes[static_cast<std::size_t>(importer)]),
                 std::string(to_string(growth.side)), flow->observed_log_change,
                 flow->predicted_log_change, growth.world_log_change,
                 growth.exporter_log_change[static_cast<std::size_t>(exporter)],
                 growth.importer_log_change[static_cast<std::size_t>(importer)], pair_part,
                 pair_part / flow->observed_log_change, static_cast<double>(growth.n_obs)});
    }
  }
  return table;
}

std::vector<double> draw_shares(const ClaimCase& claim_case,
                                const std::vector<SizePrediction>& predictions) {
  std::vector<double> shares;
  shares.reserve(claim_case.draws.size());
  for (const JointDraw& draw : claim_case.draws) {
    RandomStream random(claim_case.seed, kSizeStream, static_cast<std::uint64_t>(draw.number));
    const auto wanted =
        std::find_if(predictions.begin(), predictions.end(),
                     [&draw](const SizePrediction& one) { return one.side == draw.side; });
    const SizePrediction& prediction = wanted == predictions.end() ? predictions.front() : *wanted;
    const double deviation =
        prediction
            .deviations[random.below(static_cast<std::uint32_t>(prediction.deviations.size()))];
    shares.push_back(
        (prediction.observed_log_change - prediction.predicted_log_change - deviation) /
        prediction.observed_log_change);
  }
  return shares;
}

}  // namespace

SizeGrowth fit_sizes(const WorldTrade& world, Side side, Index year0, Index year1,
                     std::pair<Index, Index> left_out, Context& context) {
  const TwoYearSample sample = two_year_sample(world, side, year0, year1, left_out);
  const std::size_t n = world.economies().size();
  SizeGrowth growth;
  growth.side = side;
  growth.ledger = sample.ledger;
  growth.n_obs = static_cast<Index>(sample.y.size());
  growth.certificate.subject = fmt::format("sizes, {}", to_string(side));
  if (sample.y.empty()) return growth;

  const auto n_ids = static_cast<GroupId>(n);
  const estimation::GlmProblem problem = {.family = estimation::Family::kPoisson,
                                          .y = sample.y,
                                          .keys = {{"exporter", sample.exporter, n_ids},
                                                   {"importer", sample.importer, n_ids},
                                                   {"year", sample.year, 2}},
                                          .effects = {{"exporter^year", {0, 2}, {}},
                                                      {"importer^year", {1, 2}, {}},
                                                      {"exporter^importer", {0, 1}, {}}}};
  const estimation::GlmFit fit = estimation::fit_glm(problem, {}, context);
  growth.certificate = fit.certificate;
  growth.certificate.subject = fmt::format("sizes, {}", to_string(side));
  if (!fit.certificate.holds()) return growth;

  const estimation::RecoveredEffects effects = estimation::recover_effects(problem, fit, context);
  growth.exporter_log_change = effect_changes(fit, effects, 0, n);
  growth.importer_log_change = effect_changes(fit, effects, 1, n);
  std::vector<double> sold(n, 0.0);
  std::vector<double> bought(n, 0.0);
  for (std::size_t k = 0; k < sample.flows.size(); ++k) {
    sold[static_cast<std::size_t>(sample.flows[k].first)] += sample.y[2 * k];
    bought[static_cast<std::size_t>(sample.flows[k].second)] += sample.y[2 * k];
  }
  growth.world_log_change =
      centre(growth.exporter_log_change, sold) + centre(growth.importer_log_change, bought);
  return growth;
}

SizeResult size_line(const ClaimCase& claim_case, const WorldTrade* yearly,
                     const BoundPairs& agreement, Context& context) {
  const Claim& claim = claim_case.claim;
  LineOfEvidence line = {
      .id = "L4",
      .title = "Sizes and third countries",
      .question =
          "Did the two countries' trade with each other grow more than their trade with everyone "
          "else lets expect?",
      .is_main = true,
      .limits =
          "Calendar years, not the claimed months. What is left to the pair holds everything "
          "particular to it, not integration alone; trade diverted from others is in it.",
      .seed = claim_case.seed,
      .method =
          "Poisson pseudo maximum likelihood of all flows recorded in both calendar years on "
          "exporter-year, importer-year and pair effects, the claimed pair left out in both "
          "directions. The two countries' own effects predict the pair; the share is what the pair "
          "did beyond. How far pairs of like size, not bound by the agreement, stray from their "
          "prediction is the error of that share. Each side's records are a fit of their own, and "
          "every draw takes one."};
  SizeResult result;
  if (yearly == nullptr) {
    result.line_result = left_out(std::move(line), std::string(kNoYearlyTable));
    return result;
  }
  const WorldTrade& world = *yearly;
  line.data = world.source();
  result.year0 = calendar_year(claim_case.windows.versus);
  result.year1 = calendar_year(claim_case.windows.claimed);
  const auto reporter = world.find(claim.reporter);
  const auto partner = world.find(claim.partner);
  const auto year0 = world.find_year(result.year0);
  const auto year1 = world.find_year(result.year1);
  if (!reporter || !partner) {
    result.line_result =
        left_out(std::move(line), fmt::format("{} has no trade of {}", world.source(),
                                              !reporter ? claim.reporter : claim.partner));
    return result;
  }
  if (!year0 || !year1) {
    result.line_result =
        left_out(std::move(line),
                 fmt::format("{} has no year {}; it has {}", world.source(),
                             !year0 ? result.year0 : result.year1, fmt::join(world.years(), ", ")));
    return result;
  }
  const std::pair<Index, Index> pair = {*reporter, *partner};
  const std::vector<std::pair<Index, Index>> flows = flows_of(claim.measure, *reporter, *partner);
  std::vector<std::pair<std::string, data::SampleLedger>> ledgers;
  for (const Side side : {Side::kImporter, Side::kExporter}) {
    SizeGrowth growth = fit_sizes(world, side, *year0, *year1, pair, context);
    line.certificates.push_back(growth.certificate);
    if (!growth.certificate.holds()) continue;
    auto prediction = predict(world, growth, flows, *year0, *year1);
    if (!prediction) continue;
    prediction->deviations = deviations_of_like_pairs(world, growth, agreement, claim.measure, pair,
                                                      prediction->base_musd, *year0, *year1,
                                                      claim_case.options.comparison_pairs);
    if (prediction->deviations.empty()) continue;
    ledgers.emplace_back(fmt::format("Sizes and third countries, {}", to_string(side)),
                         growth.ledger);
    result.growths.push_back(std::move(growth));
    result.predictions.push_back(std::move(*prediction));
  }
  if (result.predictions.empty()) {
    result.line_result =
        left_out(std::move(line), fmt::format("neither side recorded the pair's trade in both {} "
                                              "and {} in a way that a prediction can be made for",
                                              result.year0, result.year1));
    return result;
  }

  line.available = true;
  line.tables = {"structural"};
  line.period = fmt::format("{} against {}", result.year1, result.year0);
  std::vector<std::string> sides;
  std::vector<std::string> counts;
  bool comparable = true;
  for (std::size_t k = 0; k < result.predictions.size(); ++k) {
    const SizePrediction& one = result.predictions[k];
    sides.push_back(fmt::format(
        "{} where {} was recorded ({})", signed_percent_text(std::expm1(one.predicted_log_change)),
        signed_percent_text(std::expm1(one.observed_log_change)), to_string(one.side)));
    counts.push_back(fmt::format("{} flows {}",
                                 count_text(static_cast<double>(result.growths[k].n_obs)),
                                 to_string(one.side)));
    comparable = comparable && std::abs(one.observed_log_change) >= 0.01 &&
                 std::signbit(one.observed_log_change) == std::signbit(claim.figure);
  }
  line.controls = list_text(counts);
  line.finding = fmt::format(
      "From {} to {} the two countries' trade with everyone else predicts growth between them of "
      "{}.",
      result.year0, result.year1, list_text(sides));
  if (result.predictions.size() == 2) {
    const auto beyond = [&](std::size_t k) {
      return result.predictions[k].observed_log_change - result.predictions[k].predicted_log_change;
    };
    const bool agree = std::signbit(beyond(0)) == std::signbit(beyond(1));
    line.checks.push_back(
        {agree, fmt::format("the two sides' records {} on the sign of the pair's own growth",
                            agree ? "agree" : "disagree")});
  }
  if (claim_case.has_growth_to_explain() && comparable) {
    double predicted = 0.0;
    double observed = 0.0;
    for (const SizePrediction& one : result.predictions) {
      predicted += one.predicted_log_change / static_cast<double>(result.predictions.size());
      observed += one.observed_log_change / static_cast<double>(result.predictions.size());
    }
    line.would_change =
        fmt::format("Sizes and third countries: a predicted growth of {} or less in place of {}.",
                    signed_percent_text(std::expm1((1.0 - claim_case.threshold) * observed)),
                    signed_percent_text(std::expm1(predicted)));
    set_share(line, claim_case, draw_shares(claim_case, result.predictions));
  } else if (claim_case.has_growth_to_explain()) {
    line.finding += " On these records trade did not move as claimed, so no share is computed.";
  }
  result.line_result = {
      .line = std::move(line),
      .tables = {structural_table(claim_case, world, result.growths, pair, *year0, *year1)},
      .ledgers = std::move(ledgers)};
  return result;
}

}  // namespace altyn::attribution
