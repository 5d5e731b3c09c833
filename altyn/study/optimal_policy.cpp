#include "altyn/study/optimal_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "altyn/core/errors.h"

namespace altyn::study {
namespace {

using namespace equilibrium;

// The measure is flat around an optimum: slopes of this size leave gains of their square.
constexpr double kFlat = 1e-5;

std::vector<TariffInstrument> instruments_of(
    const MultiSectorBase& base, const OptimalPolicy& policy, const PolicyPlayer& player,
    const std::function<bool(std::size_t, std::size_t)>& may_tax) {
  const std::size_t n = base.economies.size();
  std::vector<TariffInstrument> instruments =
      player.members.size() == 1 ? own_tariffs(base, player.members.front(), policy.by_partner)
                                 : common_tariffs(base, player.members);
  for (TariffInstrument& instrument : instruments) {
    std::erase_if(instrument.cells, [&](std::size_t cell) {
      const std::string& sector = base.sectors[cell / (n * n)];
      const bool named =
          policy.sector.empty() ||
          std::find(policy.sector.begin(), policy.sector.end(), sector) != policy.sector.end();
      return !named || !may_tax(cell / n % n, cell % n);
    });
  }
  std::erase_if(instruments, [](const TariffInstrument& one) { return one.cells.empty(); });
  return instruments;
}

// Mean ln real income of the members, weighted by income.
SectorMeasure measure_of(const MultiSectorModel& model, const PolicyPlayer& player) {
  const std::vector<double>& income = model.base_levels().income;
  SectorMeasure measure;
  measure.welfare_log.assign(income.size(), 0.0);
  double total = 0.0;
  for (const std::size_t member : player.members) total += income[member];
  for (const std::size_t member : player.members) {
    measure.welfare_log[member] = income[member] / total;
  }
  return measure;
}

double rate_before(const MultiSectorModel& model, const MultiSectorShock& start, std::size_t cell) {
  const std::vector<double>& rates = start.tariff.empty() ? model.base().tariff : start.tariff;
  return rates.empty() ? 0.0 : rates[cell];
}

// Averages over an instrument's cells, weighted by the base's trade before duties.
struct Mean {
  double sum = 0.0, weight = 0.0;
  void see(double value, double by) {
    sum += value * by;
    weight += by;
  }
  [[nodiscard]] double value() const { return weight > 0.0 ? sum / weight : 0.0; }
};

const char* problem_words(PolicyProblem problem) {
  switch (problem) {
    case PolicyProblem::kNash:
      return "Tariffs from which nobody wants to move alone";
    case PolicyProblem::kCooperative:
      return "Tariffs that are best together";
    case PolicyProblem::kOptimum:
    case PolicyProblem::kNone:
      break;
  }
  return "Best tariffs";
}

void check_policy(const MultiSectorBase& base, const OptimalPolicy& policy,
                  const std::vector<PolicyPlayer>& players, const std::string& where) {
  for (const std::string& name : policy.sector) {
    if (std::find(base.sectors.begin(), base.sectors.end(), name) != base.sectors.end()) continue;
    const std::string near = nearest_name(name, base.sectors);
    throw InputError({.code = "unknown-sector",
                      .what = fmt::format("the base has no sector \"{}\"", name),
                      .where = where + " sector",
                      .why = "rates are chosen sector by sector",
                      .fixes = near.empty() ? std::vector<std::string>{}
                                            : std::vector<std::string>{"write " + near}});
  }
  const bool alone = policy.problem == PolicyProblem::kOptimum;
  if (!players.empty() && (!alone || players.size() == 1)) return;
  throw InputError(
      {.code = "no-players",
       .what = alone ? fmt::format("an optimum is one player's, {} are named", players.size())
                     : "nobody is named who sets tariffs",
       .where = where + " players",
       .why = "a player is an economy, or a union that sets one common tariff",
       .fixes = {"players = [\"KAZ\"]", "problem = \"nash\""}});
}

Certificate certificate_of(const MultiSectorResult& result, double slope, bool found) {
  Certificate certificate = result.certificate;
  certificate.subject = "chosen tariffs";
  certificate.blocks.push_back({.name = "slope of the players' real income",
                                .residual = slope,
                                .tolerance = kFlat,
                                .measure = "largest projected slope, in units of trade",
                                .worst = ""});
  if (!found) certificate.status = SolveStatus::kStalled;
  return certificate;
}

}  // namespace

std::vector<Field<OptimalPolicy>> OptimalPolicy::fields() {
  using S = OptimalPolicy;
  return {
      make_enum_field<&S::problem>(
          {.name = "problem",
           .doc = "optimum: the best rates of one player; nash: nobody wants to move alone; "
                  "cooperative: best for the players together",
           .source = "Ossa (2014)"},
          {"none", "optimum", "nash", "cooperative"}),
      make_field(&S::players,
                 {.name = "players",
                  .doc = "economies, or unions that set one common tariff towards outsiders"}),
      make_field(&S::sector,
                 {.name = "sector", .doc = "sectors whose rates are chosen; empty is all"}),
      make_field(
          &S::by_partner,
          {.name = "by_partner",
           .doc = "an economy may set another rate for every partner, instead of one for all"}),
      make_field(&S::must_not_lose,
                 {.name = "must_not_lose",
                  .doc = "no member of a union and no partner of a cooperative solution may lose"}),
      make_field(&S::least_rate_pct, {.name = "least_rate_pct",
                                      .doc = "lowest rate; below 0 subsidises imports",
                                      .unit = "percent",
                                      .minimum = -90,
                                      .maximum = 1000}),
      make_field(&S::most_rate_pct, {.name = "most_rate_pct",
                                     .doc = "highest rate",
                                     .unit = "percent",
                                     .minimum = 0,
                                     .maximum = 1000})};
}

ChosenTariffs choose_tariffs(const MultiSectorModel& model, const MultiSectorShock& start,
                             const MultiSectorResult& before, const OptimalPolicy& policy,
                             const std::vector<PolicyPlayer>& players,
                             const std::function<bool(std::size_t, std::size_t)>& may_tax,
                             const std::string& where, Context& context) {
  const MultiSectorBase& base = model.base();
  check_policy(base, policy, players, where);
  const OptimalTariffOptions options{.least_rate = policy.least_rate_pct / 100.0,
                                     .most_rate = policy.most_rate_pct / 100.0};
  std::vector<TariffPlayer> setting;
  std::vector<Participation> participation;
  for (const PolicyPlayer& player : players) {
    setting.push_back(
        {player.name, instruments_of(base, policy, player, may_tax), measure_of(model, player)});
    const bool bound = policy.must_not_lose && policy.problem != PolicyProblem::kNash &&
                       (player.members.size() > 1 || policy.problem == PolicyProblem::kCooperative);
    for (const std::size_t member : player.members) {
      if (bound) participation.push_back({member, std::log(before.welfare_hat[member])});
    }
  }

  ChosenTariffs chosen;
  std::vector<std::vector<double>> rates;
  if (policy.problem == PolicyProblem::kNash) {
    NashTariffs nash = nash_tariffs(model, start, setting, {.best_response = options}, context);
    const double slope = *std::max_element(nash.slope.begin(), nash.slope.end());
    rates = std::move(nash.rate);
    if (slope > kFlat || slope < 0.0) chosen.failure = nash.message;
    chosen.certificate = certificate_of(nash.result, slope, chosen.failure.empty());
  } else {
    const OptimalTariffs best =
        policy.problem == PolicyProblem::kOptimum
            ? optimal_tariffs(model, start, setting.front().instruments, setting.front().measure,
                              participation, options, context)
            : cooperative_tariffs(model, start, setting, participation, options, context);
    std::size_t next = 0;
    for (const TariffPlayer& player : setting) {
      const auto first = best.rate.begin() + static_cast<std::ptrdiff_t>(next);
      next += player.instruments.size();
      rates.emplace_back(first, best.rate.begin() + static_cast<std::ptrdiff_t>(next));
    }
    // A search that stalls on a flat top has found it.
    const bool flat = best.status == SolveStatus::kStalled && best.slope <= kFlat;
    if (best.status != SolveStatus::kConverged && !flat) chosen.failure = best.message;
    chosen.certificate = certificate_of(best.result, best.slope, chosen.failure.empty());
    for (std::size_t k = 0; k < best.multiplier.size() && chosen.failure.empty(); ++k) {
      if (!(best.multiplier[k] > 1e-6)) continue;
      chosen.summary.push_back(
          fmt::format("{} would lose without the rule that nobody may: each percent of its real "
                      "income costs the others {:.2g} percent of theirs.",
                      base.economies[participation[k].economy], best.multiplier[k]));
    }
  }
  if (!chosen.failure.empty()) {
    chosen.failure = "no tariffs were found: " + chosen.failure;
    return chosen;
  }

  chosen.summary.emplace_back(
      "The rates are chosen at the central values of all assumptions; the draws hold them.");
  chosen.table = {.id = "optimal_tariffs",
                  .title = problem_words(policy.problem),
                  .note = "Averages over the trade that a rate is charged on",
                  .columns = {{"player", "Who sets it", ""},
                              {"tariff", "Tariff", ""},
                              {"rate_before", "Before", "share"},
                              {"rate", "Chosen", "share"}}};
  const std::size_t n = base.economies.size();
  for (std::size_t p = 0; p < setting.size(); ++p) {
    Mean all_before, all_after;
    for (std::size_t k = 0; k < setting[p].instruments.size(); ++k) {
      const TariffInstrument& instrument = setting[p].instruments[k];
      Mean mean;
      for (const std::size_t cell : instrument.cells) {
        const double trade = base.trade_share[cell] * model.base_levels().expenditure[cell / n];
        const double old_rate = rate_before(model, start, cell);
        mean.see(old_rate, trade);
        all_before.see(old_rate, trade);
        all_after.see(rates[p][k], trade);
        chosen.cells.push_back(cell);
        chosen.rates.push_back(rates[p][k]);
      }
      chosen.table.add({setting[p].name, instrument.name, mean.value(), rates[p][k]});
    }
    chosen.summary.insert(
        chosen.summary.begin() + static_cast<std::ptrdiff_t>(p),
        fmt::format("{}: {} {:.1f}% on average, {:.1f}% before.", problem_words(policy.problem),
                    setting[p].name, 100.0 * all_after.value(), 100.0 * all_before.value()));
  }
  return chosen;
}

}  // namespace altyn::study
