#include "altyn/attribution/equilibrium_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <span>

#include "altyn/attribution/removal.h"
#include "altyn/attribution/wording.h"
#include "altyn/equilibrium/one_sector.h"

namespace altyn::attribution {
namespace {

constexpr double kLargeIncomeChange = 0.05;

/// Positions of a set of flows, and of the pairs an agreement binds, in one square world.
struct Places {
  std::vector<std::size_t> claimed;  // cells of the claimed flows
  BoundFlows bound;
  std::vector<std::pair<std::size_t, std::size_t>>
      economies;  // member: position in world, in members
};

/// What one draw changes in one year.
struct Outcome {
  bool solved = false;
  double hat = 1.0;  ///< claimed trade without over with the agreement
  std::vector<double> real_income, exports, imports;  ///< of members, change without it
};

/// One year, all draws.
struct YearOutcomes {
  std::vector<Outcome> draws;
  Index n_failed = 0;
};

double foreign_sum(const std::vector<double>& trade, std::size_t n, std::size_t economy,
                   bool exports) {
  double sum = 0.0;
  for (std::size_t other = 0; other < n; ++other) {
    if (other != economy) sum += exports ? trade[economy * n + other] : trade[other * n + economy];
  }
  return sum;
}

class Solver {
 public:
  Solver(const ClaimCase& claim_case, const WorldTrade& world,
         const data::AgreementRegistry& registry, const BoundPairs& bound, const EffectModel& model,
         const WorldBuilder& build, Context& context)
      : claim_case_(claim_case),
        world_(world),
        model_(model),
        build_(build),
        context_(context),
        n_draws_(std::min<Index>(claim_case.options.n_equilibrium_draws,
                                 static_cast<Index>(claim_case.draws.size()))) {
    const data::Month horizon =
        std::max(claim_case.windows.claimed.last, data::Month::of(world.years().back(), 12));
    const auto& codes = world.economies();
    const auto n = static_cast<Index>(codes.size());
    for (Index first = 0; first < n; ++first) {
      for (Index second = 0; second < n; ++second) {
        if (!bound.first_year(first, second)) continue;
        const std::string& one = codes[static_cast<std::size_t>(first)];
        const std::string& other = codes[static_cast<std::size_t>(second)];
        spells_[{one, other}] = {
            binding_spells(registry, claim_case.claim.agreement, one, other, horizon, true),
            binding_spells(registry, claim_case.claim.agreement, one, other, horizon, false)};
        if (members_.empty() || members_.back() != one) members_.push_back(one);
      }
    }
  }

  [[nodiscard]] const std::vector<std::string>& members() const { return members_; }

  /// Solves every draw for one year; nothing, with the reason, when a world cannot be built.
  std::optional<YearOutcomes> solve(int year, data::Window window, std::string& reason) {
    const std::optional<RemovalYear> worlds = RemovalYear::build(build_, year, reason);
    if (!worlds) return std::nullopt;
    std::vector<Places> places;
    std::vector<BoundFlows> bound;
    for (const Side side : {Side::kImporter, Side::kExporter}) {
      const std::optional<Places> found = places_in(worlds->world(side), reason);
      if (!found) return std::nullopt;
      places.push_back(*found);
      bound.push_back(found->bound);
    }
    const std::span draws(claim_case_.draws.data(), static_cast<std::size_t>(n_draws_));
    YearOutcomes outcomes;
    outcomes.draws.resize(draws.size());
    outcomes.n_failed = worlds->solve(
        draws, bound, model_, window,
        [&](std::size_t draw, const equilibrium::OneSectorResult& result) {
          keep(places[static_cast<std::size_t>(draws[draw].side)], result, outcomes.draws[draw]);
        },
        context_);
    return outcomes;
  }

  /// The middle case, for its certificate and for what its world assumes: importers' records first,
  /// coefficient and theta central.
  std::optional<Certificate> central(int year, data::Window window, double beta,
                                     std::vector<DataFinding>& findings) {
    std::string reason;
    const std::optional<SquareWorld> square = build_(Side::kImporter, year, reason);
    if (!square) return std::nullopt;
    const std::optional<Places> places = places_in(*square, reason);
    if (!places) return std::nullopt;
    findings = square->findings;
    equilibrium::OneSectorBase base;
    base.economies = square->economies;
    base.trade = square->trade_musd[1];
    base.theta = 0.5 * (claim_case_.options.theta_low + claim_case_.options.theta_high);
    equilibrium::OneSectorShock shock;
    shock.direct_log.assign(base.trade.size(), 0.0);
    for (std::size_t k = 0; k < places->bound.cells.size(); ++k) {
      const PairSpells& spells = *places->bound.spells[k];
      shock.direct_log[places->bound.cells[k]] =
          -beta * phase_at({}, spells.whole, spells.own, window);
    }
    equilibrium::OneSectorResult result =
        equilibrium::solve_one_sector(base, shock, equilibrium::OneSectorOptions{}, context_);
    result.certificate.subject += fmt::format(", {} without the agreement", year);
    return result.certificate;
  }

 private:
  std::optional<Places> places_in(const SquareWorld& square, std::string& reason) const {
    Places places;
    const std::size_t n = square.economies.size();
    const auto reporter = square.find(claim_case_.claim.reporter);
    const auto partner = square.find(claim_case_.claim.partner);
    if (!reporter || !partner) {
      reason = fmt::format("the world to be solved lacks {}",
                           !reporter ? claim_case_.claim.reporter : claim_case_.claim.partner);
      return std::nullopt;
    }
    places.claimed = square.cells_of(claim_case_.claim.measure, *reporter, *partner);
    double claimed = 0.0;
    for (const std::size_t cell : places.claimed) claimed += square.trade_musd[1][cell];
    if (!(claimed > 0.0)) {
      reason = "the claimed trade is zero or not recorded in the world to be solved";
      return std::nullopt;
    }
    for (const auto& [pair, spells] : spells_) {
      const auto exporter = square.find(pair.first);
      const auto importer = square.find(pair.second);
      if (!exporter || !importer) continue;
      places.bound.cells.push_back(*exporter * n + *importer);
      places.bound.spells.push_back(&spells);
    }
    for (std::size_t member = 0; member < members_.size(); ++member) {
      if (const auto at = square.find(members_[member])) {
        places.economies.emplace_back(*at, member);
      }
    }
    return places;
  }

  void keep(const Places& places, const equilibrium::OneSectorResult& result,
            Outcome& outcome) const {
    const std::size_t n = result.welfare_hat.size();
    outcome.solved = true;
    outcome.hat = trade_ratio(result, places.claimed);
    for (auto* values : {&outcome.real_income, &outcome.exports, &outcome.imports}) {
      values->assign(members_.size(), data::kMissing);
    }
    for (const auto& [at, member] : places.economies) {
      outcome.real_income[member] = result.welfare_hat[at] - 1.0;
      outcome.exports[member] =
          foreign_sum(result.trade, n, at, true) / foreign_sum(result.base_trade, n, at, true) -
          1.0;
      outcome.imports[member] =
          foreign_sum(result.trade, n, at, false) / foreign_sum(result.base_trade, n, at, false) -
          1.0;
    }
  }

  const ClaimCase& claim_case_;
  const WorldTrade& world_;
  const EffectModel& model_;
  const WorldBuilder& build_;
  Context& context_;
  Index n_draws_;
  std::map<std::pair<std::string, std::string>, PairSpells> spells_;
  std::vector<std::string> members_;
};

std::vector<double> hats_of(const YearOutcomes& outcomes) {
  std::vector<double> hats;
  for (const Outcome& outcome : outcomes.draws) {
    if (outcome.solved) hats.push_back(outcome.hat);
  }
  return hats;
}

double recorded_trade(const ClaimCase& claim_case, const WorldTrade& world, Index year) {
  double sum = 0.0;
  for (const auto& [exporter, importer] :
       flows_of(claim_case.claim.measure, *world.find(claim_case.claim.reporter),
                *world.find(claim_case.claim.partner))) {
    sum += world.recorded_first(Side::kImporter, exporter, importer, year);
  }
  return sum;
}

ResultTable counterfactual_table(const ClaimCase& claim_case, const WorldTrade& world,
                                 const std::map<int, YearOutcomes>& by_year) {
  ResultTable table = {.id = "counterfactual",
                       .title = "Yearly trade of the pair, with and without the agreement",
                       .note =
                           "With: as recorded. Without is an estimate, never an observation; the "
                           "band holds nine of ten draws.",
                       .columns = {{"year", "Year", ""},
                                   {"with_musd", "With", "million USD"},
                                   {"without_musd", "Without", "million USD"},
                                   {"without_low_musd", "Low", "million USD"},
                                   {"without_high_musd", "High", "million USD"},
                                   {"observed_musd", "Recorded", "million USD"}},
                       .rows = {}};
  for (Index year = 0; year < static_cast<Index>(world.years().size()); ++year) {
    const int calendar = world.years()[static_cast<std::size_t>(year)];
    const double recorded = recorded_trade(claim_case, world, year);
    const auto solved = by_year.find(calendar);
    Interval hat = {1.0, 1.0, 1.0};
    if (solved != by_year.end()) hat = interval_of(hats_of(solved->second));
    table.add({static_cast<double>(calendar), recorded, recorded * hat.mid, recorded * hat.low,
               recorded * hat.high, recorded});
  }
  return table;
}

ResultTable member_table(const ClaimCase& claim_case, const std::vector<std::string>& members,
                         const YearOutcomes& outcomes, int year) {
  ResultTable table = {
      .id = "counterfactual_members",
      .title = fmt::format("Members of the agreement without it, {}", year),
      .note = "Real income in general equilibrium; low and high hold nine of ten draws.",
      .columns = {{"economy", "Code", ""},
                  {"name", "Economy", ""},
                  {"real_income_change", "Real income", "fraction"},
                  {"low", "Low", "fraction"},
                  {"high", "High", "fraction"},
                  {"exports_change", "Exports", "fraction"},
                  {"imports_change", "Imports", "fraction"}},
      .rows = {}};
  for (std::size_t member = 0; member < members.size(); ++member) {
    std::vector<double> income, exports, imports;
    for (const Outcome& outcome : outcomes.draws) {
      if (!outcome.solved || data::is_missing(outcome.real_income[member])) continue;
      income.push_back(outcome.real_income[member]);
      exports.push_back(outcome.exports[member]);
      imports.push_back(outcome.imports[member]);
    }
    if (income.empty()) continue;
    const Interval change = interval_of(income);
    table.add({members[member], claim_case.name_of(members[member]), change.mid, change.low,
               change.high, interval_of(exports).mid, interval_of(imports).mid});
  }
  return table;
}

}  // namespace

LineResult equilibrium_line(const ClaimCase& claim_case, const WorldTrade* yearly,
                            const data::AgreementRegistry& registry, const BoundPairs& bound,
                            const AgreementEffect& effect, const EffectModel& model,
                            const WorldBuilder& build, Context& context) {
  LineOfEvidence line = {
      .id = "L6",
      .title = "General equilibrium",
      .question =
          "What would the pair have traded without the agreement, once all prices, incomes and "
          "third countries had adjusted?",
      .is_main = true,
      .rests_on = "agreement effect",
      .limits =
          "One sector, no trade in inputs; domestic sales are not observed but follow from GDP by "
          "a stated rule with its range. Rests on the same estimate as L5.",
      .controls = "all economies of the table; theta and domestic sales over their ranges",
      .seed = claim_case.seed,
      .method =
          "One-sector model in exact changes (Armington or Eaton-Kortum), spending proportional to "
          "output with one world scalar. The agreement's estimated effect, in the phase-in of each "
          "draw, is taken out of the world of each window's year; the share is the change in the "
          "pair's log growth over the log growth. Draws carry coefficient, phase-in, side, theta "
          "and the range of domestic sales."};
  if (!effect.missing.empty()) {
    return left_out(std::move(line), effect.missing, !claim_case.claim.agreement.empty());
  }
  const WorldTrade& world = *yearly;
  line.data = world.source() + "; GDP";
  const int year0 = calendar_year(claim_case.windows.versus);
  const int year1 = calendar_year(claim_case.windows.claimed);
  if (!world.find_year(year0) || !world.find_year(year1) || year0 == year1) {
    return left_out(std::move(line),
                    fmt::format("{} does not have both {} and {}", world.source(), year0, year1));
  }
  if (!world.find(claim_case.claim.reporter) || !world.find(claim_case.claim.partner)) {
    return left_out(std::move(line),
                    fmt::format("{} lacks one of the two countries", world.source()));
  }
  Solver solver(claim_case, world, registry, bound, model, build, context);
  std::map<int, YearOutcomes> by_year;
  for (Index year = 0; year < bound.n_years(); ++year) {
    const int calendar = world.years()[static_cast<std::size_t>(year)];
    const bool needed = calendar == year0 || calendar == year1;
    const bool pair_bound = bound.bound(*world.find(claim_case.claim.reporter),
                                        *world.find(claim_case.claim.partner), year);
    if (!needed && !pair_bound) continue;
    context.report({.step = "general equilibrium", .iteration = year, .total = bound.n_years()});
    const data::Window window = calendar == year0   ? claim_case.windows.versus
                                : calendar == year1 ? claim_case.windows.claimed
                                                    : data::Window{data::Month::of(calendar, 1),
                                                                   data::Month::of(calendar, 12)};
    std::string reason;
    std::optional<YearOutcomes> outcomes = solver.solve(calendar, window, reason);
    if (outcomes && !hats_of(*outcomes).empty()) {
      by_year.emplace(calendar, std::move(*outcomes));
    } else if (needed) {
      return left_out(std::move(line), reason.empty() ? "no draw could be solved" : reason);
    }
  }
  const YearOutcomes& before = by_year.at(year0);
  const YearOutcomes& after = by_year.at(year1);
  LineResult result;
  for (const auto& [year, window] : {std::pair{year0, claim_case.windows.versus},
                                     std::pair{year1, claim_case.windows.claimed}}) {
    if (const auto certificate = solver.central(year, window, effect.beta[0], result.findings)) {
      line.certificates.push_back(*certificate);
    }
  }

  const Interval hat = interval_of(hats_of(after));
  line.available = true;
  line.period = fmt::format("worlds of {} and {}", year0, year1);
  line.finding = fmt::format(
      "Without the agreement the pair's trade in {} is put at {} of what it was (90% interval {} "
      "to {}).",
      year1, percent_text(hat.mid, 0), percent_text(hat.low, 0), percent_text(hat.high, 0));
  result.tables = {counterfactual_table(claim_case, world, by_year),
                   member_table(claim_case, solver.members(), before, year0)};
  for (const auto& row : result.tables[1].rows) {
    const double change = std::get<double>(row[2]);
    if (std::abs(change) > kLargeIncomeChange) {
      line.finding += fmt::format(
          " {}'s real income would change by {}: more than models of tariffs and borders find; the "
          "estimated effect drives it.",
          std::get<std::string>(row[1]), signed_percent_text(change));
    }
  }
  if (claim_case.has_growth_to_explain()) {
    const double gamma = claim_case.growth.log_growth();
    std::vector<double> shares;
    for (std::size_t draw = 0; draw < after.draws.size(); ++draw) {
      if (!before.draws[draw].solved || !after.draws[draw].solved) continue;
      shares.push_back((std::log(before.draws[draw].hat) - std::log(after.draws[draw].hat)) /
                       gamma);
    }
    if (shares.empty()) return left_out(std::move(line), "no draw could be solved in both years");
    set_share(line, claim_case, std::move(shares));
    const double middle = (1.0 - line.share->mid) * gamma;
    const std::string without = signed_percent_text(std::expm1(middle), 0);
    const std::string with = signed_percent_text(std::expm1(gamma), 0);
    line.finding +=
        without == with
            ? fmt::format(" Growth between the windows would have been the same {}.", with)
            : fmt::format(" Growth between the windows would have been {} in place of {}.", without,
                          with);
  }
  const Index failed = before.n_failed + after.n_failed;
  if (failed > 0) {
    line.limits += fmt::format(" {} of {} solves did not converge and are left out.", failed,
                               before.draws.size() + after.draws.size());
  }
  for (const ResultTable& table : result.tables) line.tables.push_back(table.id);
  result.line = std::move(line);
  return result;
}

}  // namespace altyn::attribution
