#include "altyn/attribution/synthetic_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "altyn/attribution/wording.h"
#include "altyn/core/rng.h"
#include "altyn/data/monthly_trade.h"

namespace altyn::attribution {
namespace {

constexpr Index kFewestDonors = 5;
constexpr Index kFewestMonthsBefore = 24;
constexpr double kPassingP = 0.10;

const PairSeries* series_with(const PartnerPanel& partners, const std::string& code) {
  for (const PairSeries& series : partners.partners) {
    if (series.partner == code) return &series;
  }
  return nullptr;
}

bool has_trade(const PairSeries& series, Measure measure, data::Month month) {
  return series.at(measure, month) > 0.0;
}

std::vector<Index> counted(Index first, Index count) {
  std::vector<Index> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), first);
  return all;
}

/// Share of donors whose value is as far out as the treated one's, counting it: a p-value.
double placebo_p(double treated, const std::vector<double>& donors, bool two_sided) {
  const auto as_far = std::count_if(donors.begin(), donors.end(), [&](double value) {
    return two_sided ? std::abs(value) >= std::abs(treated) : value >= treated;
  });
  return static_cast<double>(1 + as_far) / static_cast<double>(donors.size() + 1);
}

std::vector<double> windows_of(const std::vector<SyntheticFit>& fits,
                               const std::vector<data::Month>& months,
                               const ClaimWindows& windows) {
  std::vector<double> values;
  for (const SyntheticFit& fit : fits) values.push_back(between_windows(fit, months, windows));
  return values;
}

/// The panel before the treatment, with a start pretended in the middle of it.
SyntheticPanel in_time_panel(const SyntheticPanel& panel) {
  return sub_panel(panel, counted(0, panel.n_donors), counted(panel.n_donors, panel.n_treated),
                   counted(0, panel.n_before), panel.n_before / 2);
}

ResultTable path_table(const ClaimCase& claim_case, const PairSeries& series, Measure measure,
                       const MonthlyLogPanel& data, const SyntheticFit& fit,
                       const std::vector<SyntheticFit>& placebos) {
  ResultTable table = {
      .id = "synthetic_path",
      .title = "Monthly trade of the pair, and of its synthetic control",
      .note =
          "The control is a weighted mixture of other partners, set to follow the pair before the "
          "agreement. The band holds nine of ten partners treated as if they had joined.",
      .columns = {{"month", "Month", ""},
                  {"observed_musd", "Recorded", "million USD"},
                  {"synthetic_musd", "Synthetic", "million USD"},
                  {"effect_log", "Difference", "log"},
                  {"low", "Placebo low", "log"},
                  {"high", "Placebo high", "log"},
                  {"after", "After the start", ""},
                  {"in_window", "Window", ""}},
      .rows = {}};
  const auto in = [](data::Window window, data::Month month) {
    return month >= window.first && month <= window.last;
  };
  for (std::size_t period = 0; period < data.months.size(); ++period) {
    const data::Month month = data.months[period];
    std::vector<double> others;
    for (const SyntheticFit& placebo : placebos) others.push_back(placebo.path[period]);
    const Interval band = interval_of(others);
    const double recorded = series.at(measure, month);
    const std::string window = in(claim_case.windows.claimed, month)  ? "claimed"
                               : in(claim_case.windows.versus, month) ? "versus"
                                                                      : "";
    table.add({month.to_string(), recorded, recorded * std::exp(-fit.path[period]),
               fit.path[period], band.low, band.high,
               static_cast<Index>(period) >= data.panel.n_before, window});
  }
  return table;
}

ResultTable weight_table(const ClaimCase& claim_case, const MonthlyLogPanel& data,
                         const SyntheticFit& fit, const SyntheticFit& classic) {
  ResultTable table = {.id = "synthetic_weights",
                       .title = "Partners that the synthetic control is made of",
                       .note = "",
                       .columns = {{"partner", "Code", ""},
                                   {"partner_name", "Partner", ""},
                                   {"weight", "Weight", "share"},
                                   {"weight_classic", "Weight, classic control", "share"}},
                       .rows = {}};
  std::vector<std::size_t> order(data.donors.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return fit.donor_weights[a] > fit.donor_weights[b];
  });
  for (const std::size_t donor : order) {
    table.add({data.donors[donor], claim_case.name_of(data.donors[donor]), fit.donor_weights[donor],
               classic.donor_weights[donor]});
  }
  std::vector<std::string> weighted_months;
  for (std::size_t period = 0; period < fit.period_weights.size(); ++period) {
    if (fit.period_weights[period] < 0.005) continue;
    weighted_months.push_back(fmt::format("{} ({})", data.months[period].to_string(),
                                          percent_text(fit.period_weights[period], 0)));
  }
  table.note = fmt::format(
      "Months before the start that carry weight: {}.{}{}", list_text(weighted_months),
      data.blank_months.empty() ? ""
                                : fmt::format(" Left out for a blank month of the pair: {}.",
                                              data::describe_months(data.blank_months)),
      data.blank_donors.empty()
          ? ""
          : fmt::format(" Not used, for a month without trade: {}.", list_text(data.blank_donors)));
  return table;
}

ResultTable placebo_table(const ClaimCase& claim_case, const MonthlyLogPanel& data,
                          const SyntheticFit& fit, const std::vector<SyntheticFit>& placebos,
                          double effect, const std::vector<double>& others) {
  struct Row {
    std::string code;
    bool claimed;
    const SyntheticFit* fit;
    double between;
  };
  std::vector<Row> rows = {{data.treated.front(), true, &fit, effect}};
  for (std::size_t donor = 0; donor < placebos.size(); ++donor) {
    rows.push_back({data.donors[donor], false, &placebos[donor], others[donor]});
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.between > b.between; });
  ResultTable table = {.id = "synthetic_placebo",
                       .title = "Every partner treated as if it had joined",
                       .note = "Growth between the windows beyond the partner's own control.",
                       .columns = {{"partner", "Code", ""},
                                   {"partner_name", "Partner", ""},
                                   {"group", "Group", ""},
                                   {"window_log", "Between the windows", "log"},
                                   {"effect_log", "Level since the start", "log"},
                                   {"miss_before_log", "Average miss before", "log"},
                                   {"rank", "Rank", "count"}},
                       .rows = {}};
  double rank = 0.0;
  for (const Row& row : rows) {
    table.add({row.code, claim_case.name_of(row.code),
               std::string(row.claimed ? "claimed" : "other"), row.between, row.fit->effect,
               row.fit->miss_before, ++rank});
  }
  return table;
}

/// Other designs, side by side with the one that the line rests on.
class EstimateTable {
 public:
  explicit EstimateTable(const ClaimWindows& windows) : windows_(windows) {
    table_ = {.id = "synthetic_estimates",
              .title = "The same comparison under other designs",
              .note =
                  "Standard errors: of the placebos' spread, and by leaving out one partner at a "
                  "time where several are treated.",
              .columns = {{"design", "Design", ""},
                          {"effect_log", "Level since the start", "log"},
                          {"window_log", "Between the windows", "log"},
                          {"se_log", "Standard error of the level", "log"},
                          {"miss_before_log", "Average miss before", "log"}},
              .rows = {}};
  }
  void add(const std::string& design, const SyntheticFit& fit,
           const std::vector<data::Month>* months, std::optional<double> se) {
    table_.add({design, fit.effect,
                months == nullptr ? Cell() : Cell(between_windows(fit, *months, windows_)),
                se ? Cell(*se) : Cell(), fit.miss_before});
  }
  [[nodiscard]] ResultTable finish() { return std::move(table_); }

 private:
  const ClaimWindows& windows_;
  ResultTable table_;
};

}  // namespace

MonthlyLogPanel monthly_log_panel(const PartnerPanel& partners, Measure measure,
                                  data::Window period, data::Month start,
                                  const std::vector<std::string>& treated,
                                  const std::set<std::string>& not_donors) {
  MonthlyLogPanel made;
  made.treated = treated;
  std::vector<const PairSeries*> units;
  for (data::Month month = period.first; month <= period.last; month = month.plus(1)) {
    const bool complete = std::all_of(treated.begin(), treated.end(), [&](const std::string& code) {
      const PairSeries* series = series_with(partners, code);
      return series != nullptr && has_trade(*series, measure, month);
    });
    if (!complete) {
      made.blank_months.push_back(month);
      continue;
    }
    made.months.push_back(month);
    if (month < start) ++made.panel.n_before;
  }
  for (const PairSeries& series : partners.partners) {
    const bool is_treated =
        std::find(treated.begin(), treated.end(), series.partner) != treated.end();
    if (is_treated || not_donors.contains(series.partner)) continue;
    const bool complete =
        std::all_of(made.months.begin(), made.months.end(),
                    [&](data::Month month) { return has_trade(series, measure, month); });
    if (complete) {
      made.donors.push_back(series.partner);
      units.push_back(&series);
    } else {
      made.blank_donors.push_back(series.partner);
    }
  }
  for (const std::string& code : treated) units.push_back(series_with(partners, code));
  made.panel.n_donors = static_cast<Index>(made.donors.size());
  made.panel.n_treated = static_cast<Index>(treated.size());
  made.panel.n_periods = static_cast<Index>(made.months.size());
  for (const PairSeries* series : units) {
    for (const data::Month month : made.months) {
      made.panel.outcome.push_back(std::log(series->at(measure, month)));
    }
  }
  return made;
}

data::Window synthetic_period(const PairSeries& series, data::Month start, data::Month claimed_last,
                              Index years_before) {
  const data::Month wanted = start.plus(-12 * static_cast<int>(years_before));
  return {std::max(series.first, wanted),
          std::min(series.last(), data::Month::of(claimed_last.year(), 12))};
}

double between_windows(const SyntheticFit& fit, const std::vector<data::Month>& months,
                       const ClaimWindows& windows) {
  const auto mean_in = [&](data::Window window) {
    double sum = 0.0;
    double count = 0.0;
    for (std::size_t period = 0; period < months.size(); ++period) {
      if (months[period] < window.first || months[period] > window.last) continue;
      sum += fit.path[period];
      count += 1.0;
    }
    return sum / count;
  };
  return mean_in(windows.claimed) - mean_in(windows.versus);
}

LineResult synthetic_line(const ClaimCase& claim_case, const PartnerPanel* panel,
                          const SyntheticDesign& design) {
  LineOfEvidence line = {
      .id = "L3",
      .title = "Synthetic control",
      .question =
          "Did the pair's trade leave that of a mixture of partners outside the agreement which "
          "moved with it before?",
      .is_main = true,
      .limits =
          "What sets the pair apart after the start holds everything particular to it, not "
          "integration alone; with one pair treated, chance is judged from the partners' own "
          "departures.",
      .seed = claim_case.seed,
      .method =
          "Synthetic difference-in-differences on monthly log trade: weights of partners outside "
          "the agreement, and of months before it began, that make the mixture move with the pair "
          "before. The share is the mean difference in the claimed window less that in the window "
          "compared with, over the log growth. Its error is the same quantity of partners that are "
          "treated as if they had joined. Weights solve a quadratic programme over the simplex, "
          "with certificate."};
  if (panel == nullptr) return left_out(std::move(line), no_monthly_table(claim_case));
  line.data = panel->source;
  if (claim_case.claim.agreement.empty()) {
    return left_out(std::move(line), "the claim names no agreement", false);
  }
  if (!design.start) {
    return left_out(std::move(line),
                    fmt::format("the {} does not bind the pair, so there is no start from which "
                                "its trade could depart",
                                claim_case.agreement_name),
                    false);
  }
  const data::Month start = *design.start;
  const PairSeries& series = *series_with(*panel, design.other);
  const data::Window period = synthetic_period(series, start, claim_case.windows.claimed.last,
                                               claim_case.options.synthetic_years_before);
  if (start > claim_case.windows.claimed.first || period.first > claim_case.windows.versus.first) {
    return left_out(std::move(line),
                    fmt::format("the agreement binds the pair since {}, and the two windows do not "
                                "both lie in the months around its start that are fitted",
                                month_text(start)),
                    false);
  }
  const MonthlyLogPanel data =
      monthly_log_panel(*panel, design.measure, period, start, {design.other}, design.members);
  if (data.panel.n_before < kFewestMonthsBefore) {
    return left_out(
        std::move(line),
        fmt::format("{} has {} months of the pair's trade before {}; {} are needed", panel->source,
                    data.panel.n_before, month_text(start), kFewestMonthsBefore));
  }
  if (data.panel.n_donors < kFewestDonors) {
    return left_out(std::move(line),
                    fmt::format("{} has {} partners outside the agreement with trade in every "
                                "month; five are needed",
                                panel->source, data.panel.n_donors));
  }

  const auto method = SyntheticMethod::kSyntheticDifference;
  const SyntheticFit fit = fit_synthetic(data.panel, method);
  const SyntheticFit classic = fit_synthetic(data.panel, SyntheticMethod::kSyntheticControl);
  for (const SyntheticFit* one : {&fit, &classic}) {
    for (Certificate certificate : one->certificates) {
      certificate.subject = fmt::format("{}, {}", to_string(one->method), certificate.subject);
      line.certificates.push_back(std::move(certificate));
    }
  }
  const std::vector<SyntheticFit> placebos = placebo_fits(data.panel, method);
  const bool certified =
      fit.certified() && std::all_of(placebos.begin(), placebos.end(),
                                     [](const SyntheticFit& one) { return one.certified(); });
  if (!certified) return left_out(std::move(line), "the weights could not be solved for");
  const double effect = between_windows(fit, data.months, claim_case.windows);
  const std::vector<double> others = windows_of(placebos, data.months, claim_case.windows);
  const double p = placebo_p(effect, others, false);
  const auto rank = std::count_if(others.begin(), others.end(),
                                  [effect](double other) { return other > effect; }) +
                    1;

  LineResult result;
  result.tables = {path_table(claim_case, series, design.measure, data, fit, placebos),
                   weight_table(claim_case, data, fit, classic)};
  EstimateTable estimates(claim_case.windows);
  estimates.add(std::string(to_string(method)), fit, &data.months, placebo_se(placebos));
  estimates.add(std::string(to_string(classic.method)), classic, &data.months,
                placebo_se(placebo_fits(data.panel, classic.method)));
  const auto plain = SyntheticMethod::kDifferenceInDifferences;
  estimates.add(std::string(to_string(plain)), fit_synthetic(data.panel, plain), &data.months,
                placebo_se(placebo_fits(data.panel, plain)));
  if (design.cohort.size() > 1) {
    const MonthlyLogPanel together =
        monthly_log_panel(*panel, design.measure, period, start,
                          {design.cohort.begin(), design.cohort.end()}, design.members);
    const SyntheticFit joint = fit_synthetic(together.panel, method);
    std::vector<std::string> names;
    for (const std::string& code : design.cohort) names.push_back(claim_case.name_of(code));
    estimates.add(fmt::format("{} treated together", list_text(names)), joint, &together.months,
                  jackknife_se(together.panel, joint));
  }
  double lowest = effect;
  double highest = effect;
  const auto without = leave_one_out_fits(data.panel, fit);
  for (std::size_t donor = 0; donor < without.size(); ++donor) {
    if (!without[donor]) continue;
    const double other = between_windows(*without[donor], data.months, claim_case.windows);
    lowest = std::min(lowest, other);
    highest = std::max(highest, other);
    estimates.add(fmt::format("without {}", claim_case.name_of(data.donors[donor])),
                  *without[donor], &data.months, std::nullopt);
  }
  const SyntheticPanel in_time = in_time_panel(data.panel);
  const SyntheticFit pretended = fit_synthetic(in_time, method);
  const data::Month pretended_start = data.months[static_cast<std::size_t>(in_time.n_before)];
  std::vector<double> pretended_others;
  for (const SyntheticFit& placebo : placebo_fits(in_time, method)) {
    pretended_others.push_back(placebo.effect);
  }
  estimates.add(fmt::format("start pretended in {}, months before the true one only",
                            month_text(pretended_start)),
                pretended, nullptr, std::nullopt);
  result.tables.push_back(estimates.finish());
  result.tables.push_back(placebo_table(claim_case, data, fit, placebos, effect, others));

  line.available = true;
  line.period = data::Window{data.months.front(), data.months.back()}.to_string();
  line.controls = fmt::format("{} partners outside the agreement", data.panel.n_donors);
  line.finding = fmt::format(
      "Since {} the pair's trade has stood {} from its synthetic control, and between the windows "
      "it gained {} on it. Without one partner of the mixture at a time that gain runs from {} to "
      "{}. Among {} partners treated as if they had joined, it is the {} largest (p = {:.2f}).",
      month_text(start), signed_percent_text(std::expm1(fit.effect)),
      signed_percent_text(std::expm1(effect)), signed_percent_text(std::expm1(lowest)),
      signed_percent_text(std::expm1(highest)), others.size(), ordinal_text(rank), p);
  line.checks = {{placebo_p(pretended.effect, pretended_others, true) > kPassingP,
                  fmt::format("with a start pretended in {}, the pair's trade departs by {}",
                              month_text(pretended_start),
                              signed_percent_text(std::expm1(pretended.effect)))}};
  if (claim_case.has_growth_to_explain()) {
    const double gamma = claim_case.growth.log_growth();
    line.checks.push_back(
        {fit.miss_before <= claim_case.threshold * std::abs(gamma),
         fmt::format("before the start the synthetic control misses the pair's trade by {} on "
                     "average",
                     percent_text(fit.miss_before))});
    const Interval spread = interval_of(others);
    line.would_change = fmt::format(
        "Synthetic control: a gain of {} on it between the windows, in place of {}; nine of ten "
        "partners that never joined moved between {} and {}.",
        signed_percent_text(std::expm1(claim_case.threshold * gamma)),
        signed_percent_text(std::expm1(effect)), signed_percent_text(std::expm1(spread.low)),
        signed_percent_text(std::expm1(spread.high)));
    std::vector<double> shares;
    shares.reserve(claim_case.draws.size());
    for (const JointDraw& draw : claim_case.draws) {
      RandomStream random(claim_case.seed, kSyntheticStream,
                          static_cast<std::uint64_t>(draw.number));
      const double error = others[random.below(static_cast<std::uint32_t>(others.size()))];
      shares.push_back((effect - error) / gamma);
    }
    set_share(line, claim_case, std::move(shares));
  }
  for (const ResultTable& table : result.tables) line.tables.push_back(table.id);
  result.line = std::move(line);
  return result;
}

}  // namespace altyn::attribution
