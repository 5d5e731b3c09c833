#include "altyn/attribution/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>

#include "altyn/attribution/agreement_line.h"
#include "altyn/attribution/calibration.h"
#include "altyn/attribution/equilibrium_line.h"
#include "altyn/attribution/key_results.h"
#include "altyn/attribution/number.h"
#include "altyn/attribution/pair_findings.h"
#include "altyn/attribution/shapley.h"
#include "altyn/attribution/size_line.h"
#include "altyn/attribution/square_world.h"
#include "altyn/attribution/synthesis.h"
#include "altyn/attribution/synthetic_line.h"
#include "altyn/attribution/trade_costs.h"
#include "altyn/attribution/verdict.h"
#include "altyn/attribution/waterfall.h"
#include "altyn/attribution/wording.h"
#include "altyn/core/errors.h"
#include "altyn/data/country_codes.h"

namespace altyn::attribution {
namespace {

bool same_id(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

bool is_whole_year(data::Window window) {
  return window.n_months() == 12 && window.first.month() == 1;
}

data::Window year_window(int year) { return {data::Month::of(year, 1), data::Month::of(year, 12)}; }

ClaimCase case_of(const CheckInputs& inputs, const CheckOptions& options, std::uint64_t seed) {
  check_options(options);
  const std::string& file = inputs.claim_file;
  ClaimCase made;
  made.claim = inputs.claim;
  made.windows = check_claim(inputs.claim, file);
  made.claim.reporter = data::economy_code(inputs.claim.reporter, file + " reporter");
  made.claim.partner = data::economy_code(inputs.claim.partner, file + " partner");
  made.threshold = inputs.claim.threshold > 0.0
                       ? inputs.claim.threshold
                       : strength_threshold(options, inputs.claim.strength, file);
  if (!inputs.claim.agreement.empty()) {
    made.agreement_name = inputs.agreements.agreement(inputs.claim.agreement).name;
  }
  made.options = options;
  made.seed = seed;
  made.draws = joint_draws(options, seed);
  return made;
}

std::string title_of(const ClaimCase& claim_case) {
  const Claim& claim = claim_case.claim;
  if (!claim.title.empty()) return claim.title;
  const std::string change =
      fmt::format("{} {} by {}", claim_case.pair_name(), to_string(claim.measure),
                  percent_text(std::abs(claim.figure), 0));
  const bool fall = claim.figure < 0.0;
  if (claim_case.agreement_name.empty()) {
    return fmt::format("Did {} {}?", fall ? "the fall of" : "the rise of", change);
  }
  return fmt::format("Did the {} {} {}?", claim_case.agreement_name, fall ? "lower" : "raise",
                     change);
}

/// What is claimed, for a claim that came without words.
std::string words_of(const ClaimCase& claim_case) {
  const Claim& claim = claim_case.claim;
  const std::string_view hedge = to_string(claim.hedge);
  return fmt::format("{} {} {} by {}{}{} in {} on {}{}.", claim_case.pair_name(),
                     to_string(claim.measure), claim.figure < 0.0 ? "fell" : "rose", hedge,
                     hedge.empty() ? "" : " ", percent_text(std::abs(claim.figure), 0),
                     window_text(claim_case.windows.claimed),
                     window_text(claim_case.windows.versus),
                     claim_case.agreement_name.empty()
                         ? ""
                         : fmt::format(", because of the {}", claim_case.agreement_name));
}

/// One check from inputs to result; the steps fill the result in the order of the report.
class Checker {
 public:
  Checker(const CheckInputs& inputs, const CheckOptions& options, Context& context)
      : inputs_(inputs), context_(context), case_(case_of(inputs, options, context.seed)) {
    result_.claim = case_.claim;
    result_.options = options;
    result_.threshold = case_.threshold;
    result_.reporter_name = case_.name_of(case_.claim.reporter);
    result_.partner_name = case_.name_of(case_.claim.partner);
    result_.agreement_name = case_.agreement_name;
    result_.title = title_of(case_);
    if (case_.claim.in_our_words.empty()) result_.claim.in_our_words = words_of(case_);
    result_.sources = inputs.sources;
    result_.findings = inputs.findings;
    result_.run.seed = context.seed;
    find_monthly();
    if (!case_.claim.agreement.empty()) {
      spells_ = {spells_between(case_.claim.reporter, case_.claim.partner, true),
                 spells_between(case_.claim.reporter, case_.claim.partner, false)};
    }
  }

  CheckResult run() {
    check_number();
    context_.throw_if_stopped();
    add_monthly_lines();
    context_.throw_if_stopped();
    add_yearly_lines();
    add_published_lines();
    conclude();
    return std::move(result_);
  }

 private:
  const WorldTrade* world() const { return inputs_.world ? &*inputs_.world : nullptr; }

  BindingSpells spells_between(const std::string& first, const std::string& second,
                               bool with_predecessors) const {
    return binding_spells(inputs_.agreements, case_.claim.agreement, first, second,
                          case_.windows.claimed.last, with_predecessors);
  }

  /// The table that holds the pair, either country's, and its series seen from the reporter.
  void find_monthly() {
    const Claim& claim = case_.claim;
    for (const auto& [books, other] :
         {std::pair(claim.reporter, claim.partner), std::pair(claim.partner, claim.reporter)}) {
      for (const PartnerPanel& panel : inputs_.monthly) {
        if (panel.reporter != books || panel_ != nullptr) continue;
        for (const PairSeries& series : panel.partners) {
          if (series.partner != other) continue;
          panel_ = &panel;
          series_ = books == claim.reporter ? series : series.mirrored();
        }
      }
    }
  }

  /// The pair's growth between the windows' calendar years by one side's records.
  std::optional<Growth> yearly_growth(Side side, Measure measure) const {
    if (world() == nullptr) return std::nullopt;
    const auto reporter = world()->find(case_.claim.reporter);
    const auto partner = world()->find(case_.claim.partner);
    const auto year0 = world()->find_year(calendar_year(case_.windows.versus));
    const auto year1 = world()->find_year(calendar_year(case_.windows.claimed));
    if (!reporter || !partner || !year0 || !year1) return std::nullopt;
    Growth growth;
    for (const auto& [exporter, importer] : flows_of(measure, *reporter, *partner)) {
      growth.base_musd += world()->recorded(side, exporter, importer, *year0);
      growth.value_musd += world()->recorded(side, exporter, importer, *year1);
    }
    // A flow that was not recorded makes the sum missing, and no comparison with it holds.
    if (!(growth.base_musd > 0.0 && growth.value_musd > 0.0)) return std::nullopt;
    return growth;
  }

  void check_number() {
    const Claim& claim = case_.claim;
    const CheckOptions& options = case_.options;
    std::vector<ResultTable> tables = {empty_number_table()};
    if (panel_ != nullptr) {
      case_.growth = claimed_growth(series_, claim.measure, case_.windows);
      const WindowTable windows = window_table(series_, claim.measure, case_.windows);
      const BaseEffect base =
          base_effect(series_, claim.measure, case_.windows, options.base_years);
      number_ = judge_number(claim, case_.windows, case_.growth, &windows, options);
      base_sentence_ = base_sentence(base, options.base_years);
      tables = number_tables(claim, series_, case_.windows, windows, base, options);
      for (DataFinding& finding : series_findings(series_, case_.pair_name())) {
        add_finding(std::move(finding));
      }
    } else {
      case_.growth = growth_of_whole_years();
      number_ = judge_number(claim, case_.windows, case_.growth, nullptr, options);
    }
    add_yearly_rows(tables.front());
    add_tables(std::move(tables));
    result_.growth = case_.growth;
  }

  [[nodiscard]] bool claims_whole_years() const {
    return is_whole_year(case_.windows.claimed) && is_whole_year(case_.windows.versus);
  }

  Growth growth_of_whole_years() const {
    for (const Side side : {Side::kImporter, Side::kExporter}) {
      const auto growth = yearly_growth(side, case_.claim.measure);
      if (claims_whole_years() && growth) return *growth;
    }
    std::vector<std::string> covered;
    for (const PartnerPanel& panel : inputs_.monthly) {
      std::vector<std::string> partners;
      for (const PairSeries& series : panel.partners) partners.push_back(series.partner);
      covered.push_back(
          fmt::format("{}: {} with {}", panel.source, panel.reporter, fmt::join(partners, ", ")));
    }
    std::vector<std::string> fixes = {"give a monthly table of one of the two countries"};
    if (world() != nullptr) {
      fixes.push_back(fmt::format("claim calendar years of the yearly table ({})",
                                  fmt::join(world()->years(), ", ")));
    }
    throw InputError(
        {.code = "pair-not-covered",
         .what = fmt::format("no table has the trade of {} with {} in the claimed months",
                             case_.claim.reporter, case_.claim.partner),
         .where = inputs_.claim_file,
         .context = std::move(covered),
         .why = "the figure is checked against recorded trade",
         .fixes = std::move(fixes)});
  }

  /// Calendar years by each side's records; they are what is claimed when the windows are years.
  void add_yearly_rows(ResultTable& number) const {
    const Claim& claim = case_.claim;
    const FigureRange range =
        figure_range(claim.figure, claim.hedge, case_.options.hedge_band_share);
    for (const Side side : {Side::kImporter, Side::kExporter}) {
      for (const Measure flow : {Measure::kTurnover, Measure::kExports, Measure::kImports}) {
        const auto growth = yearly_growth(side, flow);
        if (!growth) continue;
        const bool stated = claims_whole_years() && flow == claim.measure;
        number.add({std::string(to_string(side)),
                    fmt::format("{} against {}", calendar_year(case_.windows.claimed),
                                calendar_year(case_.windows.versus)),
                    std::string(to_string(flow)), growth->base_musd, growth->value_musd,
                    growth->growth(), stated ? Cell(claim.figure) : Cell(),
                    stated ? Cell(gap_from(range, growth->growth())) : Cell()});
      }
    }
  }

  void add_monthly_lines() {
    const Claim& claim = case_.claim;
    Measure measure = claim.measure;
    std::string other = claim.partner;
    std::set<std::string>& members = design_.members;
    if (panel_ != nullptr && panel_->reporter != claim.reporter) {
      other = claim.reporter;
      if (measure != Measure::kTurnover) {
        measure = measure == Measure::kExports ? Measure::kImports : Measure::kExports;
      }
    }
    if (panel_ != nullptr && !claim.agreement.empty()) {
      if (!spells_.own.empty()) design_.start = spells_.own.start();
      for (const PairSeries& series : panel_->partners) {
        const BindingSpells spells = spells_between(panel_->reporter, series.partner, true);
        if (phase_at({}, spells, spells, case_.windows.claimed) > 0.0) {
          members.insert(series.partner);
        }
        const BindingSpells own = spells_between(panel_->reporter, series.partner, false);
        if (design_.start && !own.empty() && own.start() == *design_.start) {
          design_.cohort.insert(series.partner);
        }
      }
    }
    PartnerResult partners = partner_line(case_, panel_, other, measure, members);
    common_growth_ = partners.common_log_growth;
    add_line(std::move(partners.line_result));
    add_line(price_line(case_, panel_ != nullptr ? &series_ : nullptr, inputs_.drivers));
    design_.other = other;
    design_.measure = measure;
    add_line(synthetic_line(case_, panel_, design_));
  }

  void add_yearly_lines() {
    BoundPairs bound;
    if (world() != nullptr) {
      bound = BoundPairs(inputs_.agreements, case_.claim.agreement, *world());
      for (DataFinding& finding : pair_findings(*world(), case_.claim)) {
        add_finding(std::move(finding));
      }
    }
    const WorldBuilder build = [this](Side side, int year, std::string& reason) {
      return square_world(*world(), inputs_.gdp ? &*inputs_.gdp : nullptr, side, year, reason);
    };
    sizes_ = size_line(case_, world(), bound, context_);
    LineResult sizes = sizes_.line_result;
    if (sizes.line.available) {
      ResultTable costs = trade_cost_table(case_, *world(), build);
      if (!costs.rows.empty()) {
        sizes.line.tables.push_back(costs.id);
        sizes.tables.push_back(std::move(costs));
      }
    }
    add_line(std::move(sizes));
    context_.throw_if_stopped();

    const AgreementEffect effect = estimated_effect();
    const EffectModel model(effect, case_.options, case_.seed, calendar_year(case_.windows.versus),
                            calendar_year(case_.windows.claimed));
    LineResult agreement = agreement_line(case_, world(), effect, model, spells_);
    terms_share_ = agreement.line.share;
    add_line(std::move(agreement));
    context_.throw_if_stopped();

    add_line(equilibrium_line(case_, world(), inputs_.agreements, bound, effect, model, build,
                              context_));
    context_.throw_if_stopped();

    if (case_.options.calibrate && case_.has_growth_to_explain() &&
        !case_.claim.agreement.empty()) {
      calibration_ = calibrate(case_,
                               {.panel = panel_,
                                .design = design_,
                                .world = world(),
                                .bound = &bound,
                                .agreements = &inputs_.agreements,
                                .effect = effect.missing.empty() ? &model : nullptr,
                                .spells = spells_,
                                .build = world() != nullptr ? &build : nullptr},
                               context_);
    }
  }

  AgreementEffect estimated_effect() {
    const Claim& claim = case_.claim;
    AgreementEffect none;
    if (claim.agreement.empty()) {
      none.missing = "the claim names no agreement";
      return none;
    }
    if (world() == nullptr) {
      none.missing = std::string(kNoYearlyTable);
      return none;
    }
    const auto reporter = world()->find(claim.reporter);
    const auto partner = world()->find(claim.partner);
    if (!reporter || !partner) {
      none.missing = fmt::format("{} has no trade of {}", world()->source(),
                                 !reporter ? claim.reporter : claim.partner);
      return none;
    }
    return estimate_agreement(*world(), inputs_.agreements, claim.agreement, {*reporter, *partner},
                              case_.options, context_,
                              inputs_.political ? &*inputs_.political : nullptr);
  }

  void add_published_lines() {
    std::vector<Study> studies;
    for (const Literature& literature : inputs_.literature) {
      if (same_id(literature.agreement, case_.claim.agreement)) studies = literature.studies;
    }
    add_line(literature_line(case_, studies));
    add_line(history_line(case_, panel_ != nullptr ? &series_ : nullptr, inputs_.statements,
                          spells_.whole.empty() ? "" : spells_.whole.start().to_string()));
  }

  void conclude() {
    result_.synthesis = synthesise(result_.lines, result_.threshold);
    result_.verdict =
        judge(case_, std::move(number_), base_sentence_, result_.lines, result_.synthesis);
    WaterfallParts parts = {.sizes = &sizes_,
                            .world = world(),
                            .terms_share = terms_share_,
                            .common_log_growth = common_growth_};
    if (panel_ != nullptr) {
      parts.calendar = growth_between(series_, case_.claim.measure,
                                      year_window(calendar_year(case_.windows.versus)),
                                      year_window(calendar_year(case_.windows.claimed)));
    }
    add_tables({waterfall(case_, parts)});
    if (case_.has_growth_to_explain()) {
      if (auto shares = shapley_table(case_, result_.lines)) add_tables({std::move(*shares)});
    }
    if (calibration_) {
      result_.calibration = calibration_->sentence;
      result_.verdict.summary.push_back(calibration_->sentence);
      add_tables(std::move(calibration_->tables));
    }
    result_.tables.insert(result_.tables.begin(), range_bars(result_));
    add_tables({key_results(result_)});
  }

  void add_line(LineResult line) {
    result_.lines.push_back(std::move(line.line));
    add_tables(std::move(line.tables));
    for (auto& ledger : line.ledgers) result_.ledgers.push_back(std::move(ledger));
    for (DataFinding& finding : line.findings) add_finding(std::move(finding));
  }

  void add_tables(std::vector<ResultTable> tables) {
    for (ResultTable& table : tables) result_.tables.push_back(std::move(table));
  }

  /// A sentence is kept once.
  void add_finding(DataFinding finding) {
    const bool known =
        std::any_of(result_.findings.begin(), result_.findings.end(),
                    [&](const DataFinding& other) { return other.sentence == finding.sentence; });
    if (!known) result_.findings.push_back(std::move(finding));
  }

  const CheckInputs& inputs_;
  Context& context_;
  ClaimCase case_;
  CheckResult result_{};
  const PartnerPanel* panel_ = nullptr;  // monthly books that hold the pair
  PairSeries series_{};  // of the pair, seen from the reporter; empty without panel_
  PairSpells spells_{};
  SyntheticDesign design_{};
  std::optional<Calibration> calibration_{};
  NumberVerdict number_{};
  std::string base_sentence_{};
  std::optional<double> common_growth_{};
  SizeResult sizes_{};
  std::optional<Interval> terms_share_{};
};

}  // namespace

CheckResult check(const CheckInputs& inputs, const CheckOptions& options, Context& context) {
  return Checker(inputs, options, context).run();
}

}  // namespace altyn::attribution
