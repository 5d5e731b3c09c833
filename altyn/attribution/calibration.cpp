#include "altyn/attribution/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <span>
#include <tuple>

#include "altyn/attribution/removal.h"
#include "altyn/attribution/size_line.h"
#include "altyn/attribution/synthesis.h"
#include "altyn/attribution/verdict.h"
#include "altyn/attribution/wording.h"
#include "altyn/core/rng.h"

namespace altyn::attribution {
namespace {

constexpr Index kCalibrationDraws = 400;
constexpr std::size_t kEquilibriumDraws = 100;  // the first of them
constexpr int kMonthsAround = 12;
constexpr std::array<CauseKey, 4> kVerdicts = {CauseKey::kSupported, CauseKey::kPossibleNotShown,
                                               CauseKey::kNotSupported, CauseKey::kContradicted};

/// A partner's synthetic control, which serves every window.
struct PretendedControl {
  std::vector<data::Month> months;
  SyntheticFit fit;
  std::vector<SyntheticFit> placebos;
};

/// Holds back the progress of fits: the calibration reports its own.
class QuietProgress {
 public:
  explicit QuietProgress(Context& context) : context_(context) {
    context.on_progress.swap(held_back_);
  }
  QuietProgress(const QuietProgress&) = delete;
  QuietProgress& operator=(const QuietProgress&) = delete;
  ~QuietProgress() { context_.on_progress.swap(held_back_); }

 private:
  Context& context_;
  std::function<void(const Progress&)> held_back_;
};

class Calibrator {
 public:
  Calibrator(const ClaimCase& claim_case, const CalibrationInputs& inputs, Context& context)
      : claimed_(claim_case), inputs_(inputs), context_(context) {
    for (int offset = -kMonthsAround; offset <= kMonthsAround; ++offset) {
      windows_.push_back({.claimed = claim_case.windows.claimed.shifted(offset),
                          .versus = claim_case.windows.versus.shifted(offset)});
    }
  }

  std::optional<Calibration> run() {
    const std::vector<std::string> partners = free_partners();
    for (std::size_t k = 0; k < partners.size(); ++k) {
      context_.report({.step = "calibration",
                       .iteration = static_cast<Index>(k),
                       .total = static_cast<Index>(partners.size())});
      context_.throw_if_stopped();
      const QuietProgress quiet(context_);
      judge_partner(partners[k]);
    }
    if (n_cases_ == 0) return std::nullopt;
    return finish(partners.size());
  }

 private:
  /// Partners whose trade with the panel's reporter no agreement frees in the claimed year.
  std::vector<std::string> free_partners() const {
    std::vector<std::string> free;
    for (const PairSeries& series : inputs_.panel->partners) {
      const bool bound = inputs_.design.members.contains(series.partner) ||
                         inputs_.agreements->any_preference(inputs_.panel->reporter, series.partner,
                                                            claimed_.windows.claimed.last.year());
      if (!bound && series.partner != inputs_.design.other) free.push_back(series.partner);
    }
    return free;
  }

  /// Nothing without a start of the agreement between the claimed pair.
  std::optional<PretendedControl> control_of(const PairSeries& series) const {
    if (!inputs_.design.start) return std::nullopt;
    const data::Month start = *inputs_.design.start;
    const data::Window period = synthetic_period(series, start, claimed_.windows.claimed.last,
                                                 claimed_.options.synthetic_years_before);
    const MonthlyLogPanel data = monthly_log_panel(*inputs_.panel, inputs_.design.measure, period,
                                                   start, {series.partner}, inputs_.design.members);
    if (data.panel.n_before < 2 || data.panel.n_before >= data.panel.n_periods ||
        data.panel.n_donors < 5) {
      return std::nullopt;
    }
    PretendedControl control = {.months = data.months, .fit = {}, .placebos = {}};
    control.fit = fit_synthetic(data.panel, SyntheticMethod::kSyntheticDifference);
    control.placebos = placebo_fits(data.panel, SyntheticMethod::kSyntheticDifference);
    return control;
  }

  ClaimCase pretend(const PairSeries& series, const ClaimWindows& windows,
                    const Growth& growth) const {
    ClaimCase made = claimed_;
    made.claim.reporter = inputs_.panel->reporter;
    made.claim.partner = series.partner;
    made.claim.measure = inputs_.design.measure;
    made.claim.figure = growth.growth();
    made.windows = windows;
    made.growth = growth;
    made.draws.resize(std::min<std::size_t>(made.draws.size(), kCalibrationDraws));
    return made;
  }

  void judge_partner(const std::string& partner) {
    const PairSeries& series =
        *std::find_if(inputs_.panel->partners.begin(), inputs_.panel->partners.end(),
                      [&](const PairSeries& one) { return one.partner == partner; });
    const std::optional<PretendedControl> control = control_of(series);
    std::map<std::tuple<int, int, bool>, LineOfEvidence> sizes;  // by calendar years, rise or fall
    std::map<int, std::vector<double>> log_hats;                 // by calendar year
    for (const ClaimWindows& windows : windows_) {
      const auto growth =
          growth_between(series, inputs_.design.measure, windows.versus, windows.claimed);
      if (!growth) continue;
      const ClaimCase made = pretend(series, windows, *growth);
      if (!made.has_growth_to_explain()) continue;
      std::vector<LineOfEvidence> lines;
      lines.push_back(
          partner_line(made, inputs_.panel, partner, inputs_.design.measure, inputs_.design.members)
              .line_result.line);
      if (control) lines.push_back(synthetic_share(made, *control));
      if (inputs_.world != nullptr) {
        const std::tuple years = {calendar_year(windows.versus), calendar_year(windows.claimed),
                                  made.claim.figure > 0.0};
        if (!sizes.contains(years)) {
          sizes[years] = size_line(made, inputs_.world, *inputs_.bound, context_).line_result.line;
        }
        lines.push_back(sizes[years]);
      }
      const CauseKey by_pair = verdict_of(made, lines);
      if (inputs_.effect != nullptr) {
        if (!inputs_.spells.whole.empty()) lines.push_back(effect_share(made));
        if (inputs_.build != nullptr) lines.push_back(equilibrium_share(made, log_hats));
      }
      add_case(made, lines, by_pair, verdict_of(made, lines));
    }
  }

  static CauseKey verdict_of(const ClaimCase& made, const std::vector<LineOfEvidence>& lines) {
    return judge_cause(made, lines, synthesise(lines, made.threshold)).key;
  }

  static LineOfEvidence synthetic_share(const ClaimCase& made, const PretendedControl& control) {
    LineOfEvidence line = {.id = "L3", .is_main = true};
    for (const data::Window window : {made.windows.claimed, made.windows.versus}) {
      if (window.last > control.months.back() || window.first < control.months.front()) return line;
    }
    const double gamma = made.growth.log_growth();
    const double effect = between_windows(control.fit, control.months, made.windows);
    std::vector<double> shares;
    for (const JointDraw& draw : made.draws) {
      RandomStream random(made.seed, kSyntheticStream, static_cast<std::uint64_t>(draw.number));
      const auto other = random.below(static_cast<std::uint32_t>(control.placebos.size()));
      const double error = between_windows(control.placebos[other], control.months, made.windows);
      shares.push_back((effect - error) / gamma);
    }
    line.available = true;
    set_share(line, made, std::move(shares));
    return line;
  }

  LineOfEvidence effect_share(const ClaimCase& made) const {
    LineOfEvidence line = {
        .id = "L5", .available = true, .is_main = true, .rests_on = "agreement effect"};
    const double gamma = made.growth.log_growth();
    std::vector<double> shares;
    for (const JointDraw& draw : made.draws) {
      const DrawnEffect drawn = inputs_.effect->draw(draw);
      shares.push_back((drawn.at(inputs_.spells, made.windows.claimed) -
                        drawn.at(inputs_.spells, made.windows.versus)) /
                       gamma);
    }
    set_share(line, made, std::move(shares));
    return line;
  }

  /// The worlds of a year, built once; nothing when they cannot be.
  const std::optional<RemovalYear>& worlds_of(int year) {
    const auto [place, is_new] = worlds_.try_emplace(year);
    std::string reason;
    if (is_new) place->second = RemovalYear::build(*inputs_.build, year, reason);
    return place->second;
  }

  /// ln of the pair's trade without the effect over with it, per draw; NaN where it was not solved,
  /// empty where the year has no world with the pair in it.
  std::vector<double> log_hats_of(const ClaimCase& made, int year) {
    const std::optional<RemovalYear>& worlds = worlds_of(year);
    if (!worlds) return {};
    std::vector<BoundFlows> bound;
    std::vector<std::vector<std::size_t>> claimed;
    for (const Side side : {Side::kImporter, Side::kExporter}) {
      const SquareWorld& world = worlds->world(side);
      const auto reporter = world.find(made.claim.reporter);
      const auto partner = world.find(made.claim.partner);
      if (!reporter || !partner) return {};
      const std::size_t n = world.economies.size();
      bound.push_back({.cells = {*reporter * n + *partner, *partner * n + *reporter},
                       .spells = {&inputs_.spells, &inputs_.spells}});
      claimed.push_back(world.cells_of(made.claim.measure, *reporter, *partner));
    }
    const std::span draws(made.draws.data(), std::min(made.draws.size(), kEquilibriumDraws));
    std::vector<double> hats(draws.size(), data::kMissing);
    worlds->solve(
        draws, bound, *inputs_.effect, {data::Month::of(year, 1), data::Month::of(year, 12)},
        [&](std::size_t draw, const equilibrium::OneSectorResult& result) {
          hats[draw] =
              std::log(trade_ratio(result, claimed[static_cast<std::size_t>(draws[draw].side)]));
        },
        context_);
    return hats;
  }

  LineOfEvidence equilibrium_share(const ClaimCase& made,
                                   std::map<int, std::vector<double>>& log_hats) {
    LineOfEvidence line = {.id = "L6", .is_main = true, .rests_on = "agreement effect"};
    const int years[] = {calendar_year(made.windows.versus), calendar_year(made.windows.claimed)};
    if (years[0] == years[1]) return line;
    for (const int year : years) {
      if (!log_hats.contains(year)) log_hats[year] = log_hats_of(made, year);
    }
    const std::vector<double>& before = log_hats[years[0]];
    const std::vector<double>& after = log_hats[years[1]];
    std::vector<double> shares;
    for (std::size_t k = 0; k < std::min(before.size(), after.size()); ++k) {
      const double share = (before[k] - after[k]) / made.growth.log_growth();
      if (std::isfinite(share)) shares.push_back(share);
    }
    if (shares.empty()) return line;
    line.available = true;
    set_share(line, made, std::move(shares));
    return line;
  }

  void add_case(const ClaimCase& made, const std::vector<LineOfEvidence>& lines, CauseKey by_pair,
                CauseKey by_all) {
    if (by_pair == CauseKey::kNotTestable) return;
    ++n_cases_;
    ++by_pair_[by_pair];
    ++by_all_[by_all];
    std::vector<Cell> row = {made.claim.partner, made.name_of(made.claim.partner),
                             made.windows.claimed.first.to_string(),
                             made.windows.claimed.last.to_string(), made.growth.growth()};
    for (const std::string_view id : {"L1", "L3", "L4", "L5", "L6"}) {
      const auto line = std::find_if(lines.begin(), lines.end(),
                                     [id](const LineOfEvidence& one) { return one.id == id; });
      const bool known = line != lines.end() && line->available && line->probability_at_threshold;
      row.push_back(known ? Cell(*line->probability_at_threshold) : Cell());
    }
    row.emplace_back(std::string(label_of(by_pair)));
    row.emplace_back(std::string(label_of(by_all)));
    cases_.add(std::move(row));
  }

  Calibration finish(std::size_t n_partners) {
    const auto rate = [this](std::map<CauseKey, double>& counts, CauseKey key) {
      return counts[key] / static_cast<double>(n_cases_);
    };
    ResultTable counts = {
        .id = "calibration",
        .title = "Verdicts that this method gives where there was no agreement",
        .note =
            "Every partner that no agreement binds, in the claimed pair's place with its own "
            "growth, in every window of the same length ending within a year.",
        .columns = {{"verdict", "Verdict", ""},
                    {"cases_all", "Cases, all lines", "count"},
                    {"share_all", "Share, all lines", "share"},
                    {"cases_pair", "Cases, without the estimated effect", "count"},
                    {"share_pair", "Share, without the estimated effect", "share"}},
        .rows = {}};
    for (const CauseKey key : kVerdicts) {
      counts.add({std::string(label_of(key)), by_all_[key], rate(by_all_, key), by_pair_[key],
                  rate(by_pair_, key)});
    }
    Calibration made;
    made.sentence = fmt::format(
        "Calibration: {} partners without any agreement, put in the pair's place over windows of "
        "the same length ({} cases), are called supported in {} of cases, and in {} by the lines "
        "that see the pair's own trade alone (L1, L3, L4).",
        n_partners, count_text(static_cast<double>(n_cases_)),
        percent_text(rate(by_all_, CauseKey::kSupported)),
        percent_text(rate(by_pair_, CauseKey::kSupported)));
    made.tables = {std::move(counts), std::move(cases_)};
    return made;
  }

  const ClaimCase& claimed_;
  const CalibrationInputs& inputs_;
  Context& context_;
  std::vector<ClaimWindows> windows_;
  std::map<int, std::optional<RemovalYear>> worlds_;  // by year
  Index n_cases_ = 0;
  std::map<CauseKey, double> by_pair_, by_all_;
  ResultTable cases_ = {.id = "calibration_cases",
                        .title = "The cases of the calibration",
                        .note = "Chance that the share reaches the claimed one, line by line.",
                        .columns = {{"partner", "Code", ""},
                                    {"partner_name", "Partner", ""},
                                    {"first", "First month", ""},
                                    {"last", "Last month", ""},
                                    {"growth", "Growth", "fraction"},
                                    {"l1", "L1", "share"},
                                    {"l3", "L3", "share"},
                                    {"l4", "L4", "share"},
                                    {"l5", "L5", "share"},
                                    {"l6", "L6", "share"},
                                    {"verdict_pair", "Without the estimated effect", ""},
                                    {"verdict_all", "All lines", ""}},
                        .rows = {}};
};

}  // namespace

std::optional<Calibration> calibrate(const ClaimCase& claim_case, const CalibrationInputs& inputs,
                                     Context& context) {
  if (inputs.panel == nullptr) return std::nullopt;
  return Calibrator(claim_case, inputs, context).run();
}

}  // namespace altyn::attribution
