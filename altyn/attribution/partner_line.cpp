#include "altyn/attribution/partner_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "altyn/attribution/wording.h"
#include "altyn/core/rng.h"

namespace altyn::attribution {
namespace {

constexpr std::size_t kFewestPartners = 5;

struct Partner {
  std::string code;
  std::string group;  ///< "claimed", "member", "other"
  Growth growth;
};

/// Common log growth of a set of partners under one weighting.
double common_growth(const std::vector<const Partner*>& set, Weighting weighting) {
  switch (weighting) {
    case Weighting::kTrade: {
      Growth together;
      for (const Partner* partner : set) {
        together.base_musd += partner->growth.base_musd;
        together.value_musd += partner->growth.value_musd;
      }
      return together.log_growth();
    }
    case Weighting::kMean: {
      double sum = 0.0;
      for (const Partner* partner : set) sum += partner->growth.log_growth();
      return sum / static_cast<double>(set.size());
    }
    case Weighting::kMedian:
      break;
  }
  std::vector<double> values;
  for (const Partner* partner : set) values.push_back(partner->growth.log_growth());
  std::sort(values.begin(), values.end());
  return sorted_quantile(values, 0.5);
}

/// A partner drawn at random: by trade under the trade weighting, else each alike.
const Partner& random_partner(const std::vector<const Partner*>& set, Weighting weighting,
                              RandomStream& random) {
  if (weighting != Weighting::kTrade) {
    return *set[random.below(static_cast<std::uint32_t>(set.size()))];
  }
  double total = 0.0;
  for (const Partner* partner : set) total += partner->growth.base_musd;
  double place = random.uniform() * total;
  for (const Partner* partner : set) {
    place -= partner->growth.base_musd;
    if (place <= 0.0) return *partner;
  }
  return *set.back();
}

std::vector<double> draw_shares(const ClaimCase& claim_case,
                                const std::vector<const Partner*>& others) {
  const double gamma = claim_case.growth.log_growth();
  const double centre[] = {common_growth(others, Weighting::kTrade),
                           common_growth(others, Weighting::kMean),
                           common_growth(others, Weighting::kMedian)};
  std::vector<double> shares;
  shares.reserve(claim_case.draws.size());
  std::vector<const Partner*> resampled(others.size());
  for (const JointDraw& draw : claim_case.draws) {
    RandomStream random(claim_case.seed, kPartnerStream, static_cast<std::uint64_t>(draw.number));
    for (const Partner*& slot : resampled) {
      slot = others[random.below(static_cast<std::uint32_t>(others.size()))];
    }
    const double common = common_growth(resampled, draw.weighting);
    const double deviation = random_partner(others, draw.weighting, random).growth.log_growth() -
                             centre[static_cast<std::size_t>(draw.weighting)];
    shares.push_back((gamma - common - deviation) / gamma);
  }
  return shares;
}

}  // namespace

PartnerResult partner_line(const ClaimCase& claim_case, const PartnerPanel* panel,
                           const std::string& other, Measure measure,
                           const std::set<std::string>& members) {
  LineOfEvidence line = {
      .id = "L1",
      .title = "Other partners in the same months",
      .question = "Did trade with countries outside the agreement grow as much?",
      .is_main = true,
      .limits =
          "What is left to the pair holds everything particular to it, not integration alone.",
      .period = claim_case.windows.claimed.to_string() + " against " +
                claim_case.windows.versus.to_string(),
      .seed = claim_case.seed,
      .method =
          "Log growth of every partner of the same reporter in the same months. The common growth "
          "of partners outside the agreement (together, mean and median, partners resampled) is "
          "taken off the pair's own; the deviation of a partner drawn at random stands for what "
          "any pair may do for reasons of its own. p = (1 + partners that grew as much) / "
          "(partners + 1). Members of the agreement are shown apart."};

  if (panel == nullptr) {
    return {.line_result = left_out(std::move(line), no_monthly_table(claim_case))};
  }
  line.data = panel->source;
  std::vector<Partner> partners;
  std::vector<std::string> blank;
  for (const PairSeries& series : panel->partners) {
    const std::optional<Growth> growth =
        growth_between(series, measure, claim_case.windows.versus, claim_case.windows.claimed);
    if (!growth) {
      blank.push_back(claim_case.name_of(series.partner));
      continue;
    }
    const std::string group = series.partner == other            ? "claimed"
                              : members.contains(series.partner) ? "member"
                                                                 : "other";
    partners.push_back({series.partner, group, *growth});
  }
  std::sort(partners.begin(), partners.end(), [](const Partner& a, const Partner& b) {
    const double left = a.growth.growth();
    const double right = b.growth.growth();
    return left != right ? left > right : a.code < b.code;
  });

  ResultTable table = {
      .id = "placebo",
      .title = fmt::format("{}'s trade with every partner in the same months",
                           claim_case.name_of(panel->reporter)),
      .note = blank.empty()
                  ? ""
                  : fmt::format("Left out for a blank month or no trade: {}.", list_text(blank)),
      .columns = {{"partner", "Code", ""},
                  {"partner_name", "Partner", ""},
                  {"group", "Group", ""},
                  {"growth", "Growth", "fraction"},
                  {"log_growth", "Log growth", "log"},
                  {"base_musd", "Before", "million USD"},
                  {"rank", "Rank", "count"}},
      .rows = {}};
  std::vector<const Partner*> others;
  long rank = 0;
  long claimed_rank = 0;
  for (const Partner& partner : partners) {
    ++rank;
    if (partner.group == "claimed") claimed_rank = rank;
    if (partner.group == "other") others.push_back(&partner);
    table.add({partner.code, claim_case.name_of(partner.code), partner.group,
               partner.growth.growth(), partner.growth.log_growth(), partner.growth.base_musd,
               static_cast<double>(rank)});
  }
  if (others.size() < kFewestPartners) {
    return {.line_result = left_out(std::move(line),
                                    fmt::format("{} has {} partners outside the agreement with "
                                                "every month of both windows; five are needed",
                                                panel->source, others.size()))};
  }

  const double gamma = claim_case.growth.log_growth();
  const double together = common_growth(others, Weighting::kTrade);
  const double mean = common_growth(others, Weighting::kMean);
  const double median = common_growth(others, Weighting::kMedian);
  const auto above = std::count_if(others.begin(), others.end(), [gamma](const Partner* partner) {
    return partner->growth.log_growth() >= gamma;
  });
  const double p = static_cast<double>(1 + above) / static_cast<double>(others.size() + 1);

  line.available = true;
  line.tables = {"placebo"};
  line.controls = fmt::format("{} partners outside the agreement", others.size());
  line.finding = fmt::format(
      "The pair ranks {} of {} partners (p = {:.2f} among the {} outside the agreement, whose "
      "trade grew by {} together and {} at the median).",
      ordinal_text(claimed_rank), partners.size(), p, others.size(),
      percent_text(std::expm1(together)), percent_text(std::expm1(median)));
  if (claim_case.has_growth_to_explain()) {
    const double points[] = {1.0 - together / gamma, 1.0 - mean / gamma, 1.0 - median / gamma};
    line.finding +=
        fmt::format(" That leaves {} to {} of the log growth to anything particular to the pair.",
                    percent_text(*std::min_element(points, points + 3), 0),
                    percent_text(*std::max_element(points, points + 3), 0));
    const auto strays = std::count_if(others.begin(), others.end(), [&](const Partner* partner) {
      return std::abs(partner->growth.log_growth() - mean) >=
             claim_case.threshold * std::abs(gamma);
    });
    const double stray_share = static_cast<double>(strays) / static_cast<double>(others.size());
    line.checks.push_back(
        {stray_share < 0.10,
         fmt::format("{} of {} partners outside the agreement stray from their common growth by as "
                     "much as the claimed share would move the pair",
                     strays, others.size())});
    line.would_change = fmt::format(
        "Other partners: a common growth of {} or less among those outside the agreement, in place "
        "of {}.",
        signed_percent_text(std::expm1((1.0 - claim_case.threshold) * gamma)),
        signed_percent_text(std::expm1(together)));
    set_share(line, claim_case, draw_shares(claim_case, others));
  }
  return {.line_result = {.line = std::move(line), .tables = {std::move(table)}},
          .common_log_growth = together};
}

}  // namespace altyn::attribution
