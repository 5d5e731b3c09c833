#include "altyn/attribution/waterfall.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "altyn/attribution/wording.h"

namespace altyn::attribution {
namespace {

/// World, reporter and partner on one side's records, weighted over the claimed flows.
std::array<double, 3> country_parts(const WorldTrade& world, const SizeGrowth& growth,
                                    Measure measure, Index reporter, Index partner, Index year0,
                                    Index year1) {
  double base = 0.0;
  double value = 0.0;
  for (const auto& [exporter, importer] : flows_of(measure, reporter, partner)) {
    base += world.recorded(growth.side, exporter, importer, year0);
    value += world.recorded(growth.side, exporter, importer, year1);
  }
  std::array<double, 3> parts{};
  for (const auto& [exporter, importer] : flows_of(measure, reporter, partner)) {
    const double weight = log_mean(world.recorded(growth.side, exporter, importer, year1),
                                   world.recorded(growth.side, exporter, importer, year0)) /
                          log_mean(value, base);
    const double as_exporter = growth.exporter_log_change[static_cast<std::size_t>(exporter)];
    const double as_importer = growth.importer_log_change[static_cast<std::size_t>(importer)];
    parts[0] += weight * growth.world_log_change;
    parts[exporter == reporter ? 1 : 2] += weight * as_exporter;
    parts[importer == reporter ? 1 : 2] += weight * as_importer;
  }
  return parts;
}

Interval over_sides(const std::vector<double>& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  double mean = 0.0;
  for (const double value : values) mean += value / static_cast<double>(values.size());
  return {*low, mean, *high};
}

std::vector<GrowthStep> country_steps(const ClaimCase& claim_case, const WaterfallParts& parts) {
  const WorldTrade& world = *parts.world;
  const Index reporter = *world.find(claim_case.claim.reporter);
  const Index partner = *world.find(claim_case.claim.partner);
  const Index year0 = *world.find_year(parts.sizes->year0);
  const Index year1 = *world.find_year(parts.sizes->year1);
  std::array<std::vector<double>, 3> by_side;
  for (const SizeGrowth& growth : parts.sizes->growths) {
    const auto values =
        country_parts(world, growth, claim_case.claim.measure, reporter, partner, year0, year1);
    for (std::size_t k = 0; k < 3; ++k) by_side[k].push_back(values[k]);
  }
  const std::string reporter_name = claim_case.name_of(claim_case.claim.reporter);
  const std::string partner_name = claim_case.name_of(claim_case.claim.partner);
  return {{"world", "World trade", "cause", over_sides(by_side[0])},
          {"reporter", fmt::format("{}'s trade with everyone else", reporter_name), "cause",
           over_sides(by_side[1])},
          {"partner", fmt::format("{}'s trade with everyone else", partner_name), "cause",
           over_sides(by_side[2])}};
}

}  // namespace

double log_mean(double a, double b) {
  const double ratio = a / b;
  return std::abs(ratio - 1.0) < 1e-8 ? 0.5 * (a + b) : (a - b) / std::log(ratio);
}

ResultTable steps_table(const ClaimCase& claim_case, std::string id, std::string title,
                        std::string note, const std::vector<GrowthStep>& steps) {
  ResultTable table = {.id = std::move(id),
                       .title = std::move(title),
                       .note = std::move(note),
                       .columns = {{"step", "Step", ""},
                                   {"label", "Label", ""},
                                   {"kind", "Kind", ""},
                                   {"log_change", "Log change", "log"},
                                   {"low", "Low", "log"},
                                   {"high", "High", "log"},
                                   {"musd", "Million USD", "million USD"},
                                   {"order", "Order", "count"}},
                       .rows = {}};
  const Growth& growth = claim_case.growth;
  const double money = log_mean(growth.value_musd, growth.base_musd);
  double order = 0.0;
  table.add({std::string("start"), window_text(claim_case.windows.versus), std::string("start"),
             0.0, Cell(), Cell(), growth.base_musd, order});
  for (const GrowthStep& step : steps) {
    order += 1.0;
    table.add({step.name, step.label, step.kind, step.log_change.mid, step.log_change.low,
               step.log_change.high, money * step.log_change.mid, order});
  }
  table.add({std::string("end"), window_text(claim_case.windows.claimed), std::string("end"),
             growth.log_growth(), Cell(), Cell(), growth.value_musd, order + 1.0});
  return table;
}

ResultTable waterfall(const ClaimCase& claim_case, const WaterfallParts& parts) {
  const double gamma = claim_case.growth.log_growth();
  const bool by_country = parts.sizes != nullptr && !parts.sizes->growths.empty();
  std::vector<GrowthStep> steps;
  if (by_country) {
    steps = country_steps(claim_case, parts);
    if (parts.calendar) {
      const double choice = gamma - parts.calendar->log_growth();
      steps.push_back({"window",
                       "These months rather than the calendar year",
                       "cause",
                       {choice, choice, choice}});
    }
  } else if (parts.common_log_growth) {
    const double common = *parts.common_log_growth;
    steps.push_back({"common", "Growth common to all partners", "cause", {common, common, common}});
  }
  if (parts.terms_share) {
    Interval terms = {gamma * parts.terms_share->low, gamma * parts.terms_share->mid,
                      gamma * parts.terms_share->high};
    if (terms.low > terms.high) std::swap(terms.low, terms.high);
    steps.push_back({"terms", "The agreement's terms between the windows", "member_terms", terms});
  }
  double explained = 0.0;
  double reach_below = 0.0;
  double reach_above = 0.0;
  for (const GrowthStep& step : steps) {
    explained += step.log_change.mid;
    reach_below += step.log_change.low - step.log_change.mid;
    reach_above += step.log_change.high - step.log_change.mid;
  }
  const double left = gamma - explained;
  steps.push_back({"unexplained",
                   "Unexplained, particular to the pair",
                   "unexplained",
                   {left - reach_above, left, left - reach_below}});

  return steps_table(
      claim_case, "waterfall",
      fmt::format("From {} to {} million USD: where the growth comes from",
                  musd_text(claim_case.growth.base_musd), musd_text(claim_case.growth.value_musd)),
      fmt::format(
          "Steps add up to the log growth and do not depend on their order; flows are combined by "
          "logarithmic means. {}The unexplained part is not a cause.",
          by_country
              ? "Whiskers: the two sides' records; for the agreement 5% and 95% of the draws. "
              : ""),
      steps);
}

}  // namespace altyn::attribution
