#include "altyn/attribution/agreement_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "altyn/attribution/wording.h"

namespace altyn::attribution {
namespace {

constexpr double kTwoSided95 = 1.959963984540054;

/// Years before the agreement in which its pairs already differed from the reference year.
std::vector<int> early_departures(const EffectPath& path) {
  std::vector<int> years;
  for (std::size_t year = 0; year < path.years.size(); ++year) {
    if (path.years[year] >= path.reference_year) continue;
    if (std::abs(path.beta[year]) > kTwoSided95 * path.se(year)) years.push_back(path.years[year]);
  }
  return years;
}

std::string effect_text(double beta, double se) {
  return fmt::format("{} (95% interval {} to {})", signed_percent_text(std::expm1(beta)),
                     signed_percent_text(std::expm1(beta - kTwoSided95 * se)),
                     signed_percent_text(std::expm1(beta + kTwoSided95 * se)));
}

ResultTable phase_in_table(const ClaimCase& claim_case, const EffectModel& model,
                           const std::vector<double>& shares) {
  std::map<Index, std::vector<double>> by_profile;
  for (const JointDraw& draw : claim_case.draws) {
    by_profile[model.profile_of(draw)].push_back(shares[static_cast<std::size_t>(draw.number)]);
  }
  ResultTable table = {.id = "phase_in",
                       .title = "Share of the growth by how the effect builds up",
                       .note = "An effect at once was in force in both windows.",
                       .columns = {{"profile", "How the effect builds up", ""},
                                   {"low", "Low", "share"},
                                   {"mid", "Middle", "share"},
                                   {"high", "High", "share"},
                                   {"draws", "Draws", "count"}},
                       .rows = {}};
  const std::vector<std::string> names = model.profile_names();
  for (const auto& [profile, draws] : by_profile) {
    const Interval share = interval_of(draws);
    table.add({names[static_cast<std::size_t>(profile)], share.low, share.mid, share.high,
               static_cast<double>(draws.size())});
  }
  return table;
}

}  // namespace

LineResult agreement_line(const ClaimCase& claim_case, const WorldTrade* yearly,
                          const AgreementEffect& effect, const EffectModel& model,
                          const PairSpells& spells) {
  LineOfEvidence line = {
      .id = "L5",
      .title = "Estimated effect of the agreement",
      .question =
          "By how much does the agreement raise trade among those it binds, and how much of that "
          "came between the two windows?",
      .is_main = true,
      .rests_on = "agreement effect",
      .limits =
          "An average over all pairs the agreement binds. Pairs that already moved apart before it "
          "began make its level no clean measure of cause.",
      .controls = "exporter-year, importer-year and pair effects; other agreements",
      .seed = claim_case.seed,
      .method =
          "Poisson pseudo maximum likelihood of trade on the agreement with exporter-year, "
          "importer-year and pair effects, errors clustered by pair; both sides' records, missing "
          "flows as zeros, and first pairs and later ones apart. The share is the effect that came "
          "into force between the windows over the log growth: the coefficient times the change of "
          "the part in force, at once or in a straight line over years from the first step or from "
          "the agreement itself, the change of the estimated year effects, or that of the effects "
          "by years since a pair was first bound, estimated cohort by cohort (ETWFE), which holds "
          "under staggered adoption."};
  for (const EffectVariant& variant : effect.variants) {
    line.certificates.push_back(variant.estimate.certificate);
    line.certificates.back().subject += ", " + variant.name;
  }
  if (!effect.missing.empty()) {
    return left_out(std::move(line), effect.missing, !claim_case.claim.agreement.empty());
  }
  const WorldTrade& world = *yearly;
  line.data = world.source();
  if (effect.path) {
    line.certificates.push_back(effect.path->estimate.certificate);
    line.certificates.back().subject += ", year by year";
  }
  if (effect.staggered) {
    for (const estimation::Estimate& estimate : effect.staggered->estimates) {
      line.certificates.push_back(estimate.certificate);
      line.certificates.back().subject += ", cohort by cohort";
    }
  }
  if (spells.whole.empty()) {
    return left_out(
        std::move(line),
        fmt::format("the {} does not bind {} and {}, so it has no effect of its own on their trade "
                    "to estimate",
                    claim_case.agreement_name, claim_case.name_of(claim_case.claim.reporter),
                    claim_case.name_of(claim_case.claim.partner)),
        false);
  }
  if (!effect.political.empty()) {
    line.limits += fmt::format(" {} {}", list_text(effect.political), kBadControls);
  }
  LineResult result;
  result.tables = effect_tables(effect);
  line.available = true;
  line.period = fmt::format("{}", fmt::join(world.years(), ", "));
  line.finding = fmt::format(
      "The agreement's effect on the level of trade among those it binds is put at {} from "
      "importers' records first and {} from exporters'.",
      effect_text(effect.beta[0], effect.se[0]), effect_text(effect.beta[1], effect.se[1]));
  if (effect.staggered) {
    const estimation::Coefficient& average = effect.staggered->treated.overall.log_effect;
    line.finding += fmt::format(
        " Estimated cohort by cohort, which holds when pairs join at different times, it is "
        "{}.",
        effect_text(average.value, average.se));
  }
  const data::Window versus = claim_case.windows.versus;
  if (phase_at({}, spells.whole, spells.own, versus) == 1.0) {
    line.finding += fmt::format(
        " It has bound the pair since {}, so a constant effect explains none of the growth inside "
        "the window; only a part still building up could.",
        month_text(spells.whole.start()));
  }
  if (effect.path) {
    const std::vector<int> early = early_departures(*effect.path);
    line.checks.push_back(
        {early.empty(),
         early.empty()
             ? std::string("pairs the agreement binds moved with the others before it began")
             : fmt::format(
                   "pairs the agreement binds already differed from {} in {}, before it began",
                   effect.path->reference_year, fmt::join(early, ", "))});
    const auto year0 = effect.path->find(calendar_year(versus));
    const auto year1 = effect.path->find(calendar_year(claim_case.windows.claimed));
    if (year0 && year1 && *year0 != *year1) {
      const std::size_t n = effect.path->years.size();
      const auto& cov = effect.path->covariance;
      const double change = effect.path->beta[*year1] - effect.path->beta[*year0];
      const double se = std::sqrt(cov[*year0 * n + *year0] + cov[*year1 * n + *year1] -
                                  2.0 * cov[*year0 * n + *year1]);
      line.finding += fmt::format(
          " Year by year, the trade of such pairs moved by {} beyond what countries explain "
          "between {} and {}.",
          effect_text(change, se), effect.path->years[*year0], effect.path->years[*year1]);
    }
  }
  if (claim_case.has_growth_to_explain()) {
    const double gamma = claim_case.growth.log_growth();
    std::vector<double> shares;
    shares.reserve(claim_case.draws.size());
    for (const JointDraw& draw : claim_case.draws) {
      const DrawnEffect drawn = model.draw(draw);
      shares.push_back((drawn.at(spells, claim_case.windows.claimed) - drawn.at(spells, versus)) /
                       gamma);
    }
    result.tables.push_back(phase_in_table(claim_case, model, shares));
    set_share(line, claim_case, std::move(shares));
    line.would_change = fmt::format(
        "Estimated effect: one that rose by {} between the windows; the draws put its rise between "
        "{} and {}.",
        signed_percent_text(std::expm1(claim_case.threshold * gamma)),
        signed_percent_text(
            std::expm1(std::min(line.share->low * gamma, line.share->high * gamma))),
        signed_percent_text(
            std::expm1(std::max(line.share->low * gamma, line.share->high * gamma))));
  }
  for (const ResultTable& table : result.tables) line.tables.push_back(table.id);
  for (const EffectVariant& variant : effect.variants) {
    result.ledgers.emplace_back("Agreement effect, " + variant.name, variant.estimate.ledger);
  }
  result.line = std::move(line);
  return result;
}

}  // namespace altyn::attribution
