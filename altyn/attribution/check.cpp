#include "altyn/attribution/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "altyn/attribution/agreement_line.h"
#include "altyn/attribution/equilibrium_line.h"
#include "altyn/attribution/key_results.h"
#include "altyn/attribution/number.h"
#include "altyn/attribution/size_line.h"
#include "altyn/attribution/square_world.h"
#include "altyn/attribution/synthesis.h"
#include "altyn/attribution/verdict.h"
#include "altyn/attribution/waterfall.h"
#include "altyn/attribution/wording.h"
#include "altyn/core/errors.h"
#include "altyn/data/checks.h"
#include "altyn/data/country_codes.h"

namespace altyn::attribution {
namespace {

bool same_id(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

/// The monthly table that holds the pair, and the pair's series seen from the claim's reporter.
struct MonthlyPair {
  const PartnerPanel* panel = nullptr;
  std::string other;  ///< the pair's other country in the panel
  PairSeries series{};
};

std::optional<MonthlyPair> find_monthly(const CheckInputs& inputs) {
  const Claim& claim = inputs.claim;
  for (const bool mirrored : {false, true}) {
    const std::string& books = mirrored ? claim.partner : claim.reporter;
    const std::string& other = mirrored ? claim.reporter : claim.partner;
    for (const PartnerPanel& panel : inputs.monthly) {
      if (panel.reporter != books) continue;
      for (const PairSeries& series : panel.partners) {
        if (series.partner == other) {
          return MonthlyPair{&panel, other, mirrored ? series.mirrored() : series};
        }
      }
    }
  }
  return std::nullopt;
}

/// The claimed flow as the books of the panel's reporter have it.
Measure measure_in_panel(const Claim& claim, const PartnerPanel& panel) {
  if (panel.reporter == claim.reporter || claim.measure == Measure::kTurnover) return claim.measure;
  return claim.measure == Measure::kExports ? Measure::kImports : Measure::kExports;
}

bool is_whole_year(data::Window window) {
  return window.n_months() == 12 && window.first.month() == 1;
}

/// Trade of the pair in a calendar year by one side's records first; nothing when not recorded.
std::optional<double> yearly_trade(const CheckInputs& inputs, Side side, Measure measure,
                                   int year) {
  if (!inputs.world) return std::nullopt;
  const WorldTrade& world = *inputs.world;
  const auto reporter = world.find(inputs.claim.reporter);
  const auto partner = world.find(inputs.claim.partner);
  const auto at = world.find_year(year);
  if (!reporter || !partner || !at) return std::nullopt;
  double sum = 0.0;
  for (const auto& [exporter, importer] : flows_of(measure, *reporter, *partner)) {
    sum += world.recorded(side, exporter, importer, *at);
  }
  return sum > 0.0 ? std::optional(sum) : std::nullopt;
}

std::optional<Growth> yearly_growth(const CheckInputs& inputs, Side side, Measure measure,
                                    const ClaimWindows& windows) {
  const auto base = yearly_trade(inputs, side, measure, calendar_year(windows.versus));
  const auto value = yearly_trade(inputs, side, measure, calendar_year(windows.claimed));
  if (!base || !value) return std::nullopt;
  return Growth{*base, *value};
}

[[noreturn]] void fail_not_covered(const CheckInputs& inputs) {
  std::vector<std::string> covered;
  for (const PartnerPanel& panel : inputs.monthly) {
    std::vector<std::string> partners;
    for (const PairSeries& series : panel.partners) partners.push_back(series.partner);
    covered.push_back(
        fmt::format("{}: {} with {}", panel.source, panel.reporter, fmt::join(partners, ", ")));
  }
  std::vector<std::string> fixes = {"give a monthly table of one of the two countries"};
  if (inputs.world) {
    fixes.push_back(fmt::format("claim calendar years of the yearly table ({})",
                                fmt::join(inputs.world->years(), ", ")));
  }
  throw InputError(
      {.code = "pair-not-covered",
       .what = fmt::format("no table has the trade of {} with {} in the claimed months",
                           inputs.claim.reporter, inputs.claim.partner),
       .where = inputs.claim_file,
       .context = std::move(covered),
       .why = "the figure is checked against recorded trade",
       .fixes = std::move(fixes)});
}

/// Adds the calendar years by each side's records to the table of the number. They are what is
/// claimed when the claimed windows are calendar years.
void add_yearly_rows(ResultTable& number, const CheckInputs& inputs, const ClaimWindows& windows,
                     const CheckOptions& options) {
  const Claim& claim = inputs.claim;
  const bool whole_years = is_whole_year(windows.claimed) && is_whole_year(windows.versus);
  const FigureRange range = figure_range(claim.figure, claim.hedge, options.hedge_band_share);
  for (const Side side : {Side::kImporter, Side::kExporter}) {
    for (const Measure flow : {Measure::kTurnover, Measure::kExports, Measure::kImports}) {
      const auto growth = yearly_growth(inputs, side, flow, windows);
      if (!growth) continue;
      const bool stated = whole_years && flow == claim.measure;
      number.add({std::string(to_string(side)),
                  fmt::format("{} against {}", calendar_year(windows.claimed),
                              calendar_year(windows.versus)),
                  std::string(to_string(flow)), growth->base_musd, growth->value_musd,
                  growth->growth(), stated ? Cell(claim.figure) : Cell(),
                  stated ? Cell(gap_from(range, growth->growth())) : Cell()});
    }
  }
}

std::set<std::string> members_bound_with(const data::AgreementRegistry& registry,
                                         const std::string& agreement, const std::string& books,
                                         const PartnerPanel& panel, data::Window window) {
  std::set<std::string> members;
  if (agreement.empty()) return members;
  for (const PairSeries& series : panel.partners) {
    const BindingSpells spells =
        binding_spells(registry, agreement, books, series.partner, window.last, true);
    if (phase_at({}, spells, spells, window) > 0.0) members.insert(series.partner);
  }
  return members;
}

/// Whether any row of a finding is about trade between the two countries.
bool concerns(const data::Table& rows, const Claim& claim) {
  const data::Column* exporter = rows.find("exporter");
  const data::Column* importer = rows.find("importer");
  if (exporter == nullptr || importer == nullptr) return false;
  const auto& from = std::get<data::TextColumn>(exporter->values);
  const auto& to = std::get<data::TextColumn>(importer->values);
  for (Index row = 0; row < rows.n_rows(); ++row) {
    if ((from.at(row) == claim.reporter && to.at(row) == claim.partner) ||
        (from.at(row) == claim.partner && to.at(row) == claim.reporter)) {
      return true;
    }
  }
  return false;
}

/// Checks of the yearly table that concern the claimed pair.
std::vector<DataFinding> findings_on_pair(const WorldTrade& world, const Claim& claim) {
  std::vector<DataFinding> kept;
  for (const data::Finding& finding : data::check_pairs(
           world.panel(Side::kImporter), {.focus = {claim.reporter, claim.partner}})) {
    if (!concerns(finding.rows, claim)) continue;
    kept.push_back({std::string(data::to_string(finding.severity)), finding.check, finding.sentence,
                    finding.where});
  }
  return kept;
}

std::string title_of(const Claim& claim, const ClaimCase& claim_case) {
  if (!claim.title.empty()) return claim.title;
  const std::string cause =
      claim_case.agreement_name.empty() ? "something" : claim_case.agreement_name;
  return fmt::format("Did {} {} {} {} by {}?", cause, claim.figure < 0.0 ? "lower" : "raise",
                     claim_case.pair_name(), to_string(claim.measure),
                     percent_text(std::abs(claim.figure), 0));
}

/// Collects lines, tables and ledgers in the order of the report.
class Collector {
 public:
  explicit Collector(CheckResult& result) : result_(result) {}
  void add(LineResult line) {
    result_.lines.push_back(std::move(line.line));
    add(std::move(line.tables));
    for (auto& ledger : line.ledgers) result_.ledgers.push_back(std::move(ledger));
    for (auto& finding : line.findings) add(std::move(finding));
  }
  /// Adds a finding once.
  void add(DataFinding finding) {
    const bool known =
        std::any_of(result_.findings.begin(), result_.findings.end(),
                    [&](const DataFinding& other) { return other.sentence == finding.sentence; });
    if (!known) result_.findings.push_back(std::move(finding));
  }
  void add(std::vector<ResultTable> tables) {
    for (ResultTable& table : tables) result_.tables.push_back(std::move(table));
  }

 private:
  CheckResult& result_;
};

LineResult missing_line(std::string id, std::string title, std::string question, bool is_main,
                        std::string reason) {
  LineOfEvidence line = {.id = std::move(id),
                         .title = std::move(title),
                         .question = std::move(question),
                         .is_main = is_main};
  return left_out(std::move(line), std::move(reason));
}

}  // namespace

CheckResult check(const CheckInputs& inputs, const CheckOptions& options, Context& context) {
  check_options(options);
  const Claim& claim = inputs.claim;
  ClaimCase claim_case;
  claim_case.claim = claim;
  claim_case.windows = check_claim(claim, inputs.claim_file);
  claim_case.claim.reporter = data::economy_code(claim.reporter, inputs.claim_file + " reporter");
  claim_case.claim.partner = data::economy_code(claim.partner, inputs.claim_file + " partner");
  claim_case.options = options;
  claim_case.seed = context.seed;
  claim_case.threshold = claim.threshold > 0.0
                             ? claim.threshold
                             : strength_threshold(options, claim.strength, inputs.claim_file);
  if (!claim.agreement.empty()) {
    claim_case.agreement_name = inputs.agreements.agreement(claim.agreement).name;
  }
  claim_case.draws = joint_draws(options, context.seed);
  const ClaimWindows& windows = claim_case.windows;

  CheckResult result;
  result.claim = claim_case.claim;
  result.options = options;
  result.threshold = claim_case.threshold;
  result.reporter_name = claim_case.name_of(claim.reporter);
  result.partner_name = claim_case.name_of(claim.partner);
  result.agreement_name = claim_case.agreement_name;
  result.title = title_of(claim, claim_case);
  result.sources = inputs.sources;
  result.findings = inputs.findings;
  result.run.seed = context.seed;
  Collector collect(result);

  // The number.
  const std::optional<MonthlyPair> monthly = find_monthly(inputs);
  NumberVerdict number;
  std::string base_text;
  if (monthly) {
    claim_case.growth = claimed_growth(monthly->series, claim.measure, windows);
    const WindowTable table = window_table(monthly->series, claim.measure, windows);
    const BaseEffect base =
        base_effect(monthly->series, claim.measure, windows, options.base_years);
    number = judge_number(claim, windows, claim_case.growth, &table, options);
    std::vector<ResultTable> tables =
        number_tables(claim, monthly->series, windows, table, base, options);
    add_yearly_rows(tables.front(), inputs, windows, options);
    base_text = base_sentence(base, options.base_years);
    collect.add(std::move(tables));
  } else {
    const bool whole_years = is_whole_year(windows.claimed) && is_whole_year(windows.versus);
    std::optional<Growth> growth;
    for (const Side side : {Side::kImporter, Side::kExporter}) {
      if (whole_years && !growth) growth = yearly_growth(inputs, side, claim.measure, windows);
    }
    if (!growth) fail_not_covered(inputs);
    claim_case.growth = *growth;
    number = judge_number(claim, windows, claim_case.growth, nullptr, options);
    ResultTable table = empty_number_table();
    add_yearly_rows(table, inputs, windows, options);
    collect.add({std::move(table)});
  }
  result.growth = claim_case.growth;
  context.throw_if_stopped();

  // Lines on the monthly table.
  std::optional<double> common_growth;
  if (monthly) {
    PartnerResult partners = partner_line(
        claim_case, *monthly->panel, monthly->other, measure_in_panel(claim, *monthly->panel),
        members_bound_with(inputs.agreements, claim.agreement, monthly->panel->reporter,
                           *monthly->panel, windows.claimed));
    common_growth = partners.common_log_growth;
    collect.add(std::move(partners.line_result));
    collect.add(price_line(claim_case, monthly->series, inputs.drivers));
  } else {
    const std::string reason =
        fmt::format("no monthly table has the trade of {} with {}", claim.reporter, claim.partner);
    collect.add(missing_line("L1", "Other partners in the same months",
                             "Did trade with countries outside the agreement grow as much?", true,
                             reason));
    collect.add(missing_line("L2", "Prices and currency",
                             "How much growth do world prices alone predict?", false, reason));
  }

  // Lines on the yearly table.
  SizeResult sizes;
  std::optional<Interval> terms_share;
  if (inputs.world) {
    const WorldTrade& world = *inputs.world;
    for (DataFinding& finding : findings_on_pair(world, claim)) collect.add(std::move(finding));
    const BoundPairs bound(inputs.agreements, claim.agreement, world);
    sizes = size_line(claim_case, world, bound, context);
    collect.add(sizes.line_result);
    context.throw_if_stopped();

    AgreementEffect effect;
    if (claim.agreement.empty()) {
      effect.missing = "the claim names no agreement";
    } else {
      const auto reporter = world.find(claim.reporter);
      const auto partner = world.find(claim.partner);
      if (reporter && partner) {
        effect = estimate_agreement(world, inputs.agreements, claim.agreement,
                                    {*reporter, *partner}, options, context);
      } else {
        effect.missing = fmt::format("{} lacks one of the two countries", world.source());
      }
    }
    const EffectModel model(effect, options, context.seed, calendar_year(windows.versus),
                            calendar_year(windows.claimed));
    PairSpells spells;
    if (!claim.agreement.empty()) {
      for (const bool whole : {true, false}) {
        (whole ? spells.whole : spells.own) =
            binding_spells(inputs.agreements, claim.agreement, claim.reporter, claim.partner,
                           windows.claimed.last, whole);
      }
    }
    LineResult agreement = agreement_line(claim_case, world, effect, model, spells);
    terms_share = agreement.line.share;
    collect.add(std::move(agreement));
    context.throw_if_stopped();

    const WorldBuilder build = [&](Side side, int year, std::string& reason) {
      return square_world(world, inputs.gdp ? &*inputs.gdp : nullptr, side, year, reason);
    };
    collect.add(equilibrium_line(claim_case, world, inputs.agreements, bound, effect, model, build,
                                 context));
  } else {
    const std::string reason = "no yearly table of world trade was given";
    collect.add(missing_line("L4", "Sizes and third countries",
                             "Did the pair's trade grow more than the two countries' trade with "
                             "everyone else lets expect?",
                             true, reason));
    collect.add(missing_line("L5", "Estimated effect of the agreement",
                             "By how much does the agreement raise trade among those it binds?",
                             true, reason));
    collect.add(missing_line("L6", "General equilibrium",
                             "What would the pair have traded without the agreement?", true,
                             reason));
  }

  // What others have found and said.
  std::vector<Study> studies;
  for (const Literature& literature : inputs.literature) {
    if (same_id(literature.agreement, claim.agreement)) studies = literature.studies;
  }
  collect.add(literature_line(claim_case, studies));
  std::string bound_since;
  if (!claim.agreement.empty()) {
    const BindingSpells spells = binding_spells(inputs.agreements, claim.agreement, claim.reporter,
                                                claim.partner, windows.claimed.last, true);
    if (!spells.empty()) bound_since = spells.start().to_string();
  }
  collect.add(history_line(claim_case, monthly ? &monthly->series : nullptr, inputs.statements,
                           bound_since));

  // Together.
  result.synthesis = synthesise(result.lines, result.threshold);
  result.verdict = judge(claim_case, std::move(number), base_text, result.lines, result.synthesis);
  WaterfallParts parts;
  if (inputs.world) {
    parts.sizes = &sizes;
    parts.world = &*inputs.world;
  }
  if (monthly) {
    const auto year_window = [](int year) {
      return data::Window{data::Month::of(year, 1), data::Month::of(year, 12)};
    };
    parts.calendar =
        growth_between(monthly->series, claim.measure, year_window(calendar_year(windows.versus)),
                       year_window(calendar_year(windows.claimed)));
  }
  parts.common_log_growth = common_growth;
  parts.terms_share = terms_share;
  collect.add({waterfall(claim_case, parts)});
  result.tables.insert(result.tables.begin(), range_bars(result));
  collect.add({key_results(result)});
  return result;
}

}  // namespace altyn::attribution
