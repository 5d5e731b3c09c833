#include "altyn/attribution/number.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "altyn/attribution/wording.h"
#include "altyn/core/errors.h"

namespace altyn::attribution {
namespace {

constexpr int kLongestWindow = 12;
constexpr int kMonthsAround = 12;

std::string stated_text(const Claim& claim) {
  const bool whole = std::abs(100.0 * claim.figure - std::round(100.0 * claim.figure)) < 1e-6;
  const std::string figure = percent_text(claim.figure, whole ? 0 : 1);
  return claim.hedge == Hedge::kExactly ? figure
                                        : fmt::format("{} {}", to_string(claim.hedge), figure);
}

void rank_by_length(std::vector<WindowGrowth>& rows) {
  for (WindowGrowth& row : rows) {
    row.rank_same_length = 1;
    row.n_same_length = 0;
    for (const WindowGrowth& other : rows) {
      if (other.window.n_months() != row.window.n_months()) continue;
      ++row.n_same_length;
      if (other.growth.growth() > row.growth.growth()) ++row.rank_same_length;
    }
  }
}

template <class Better>
const WindowGrowth& extreme(const WindowTable& table, Better better) {
  const WindowGrowth* best = &table.claimed();
  for (const WindowGrowth& row : table.rows) {
    if (row.window.n_months() != best->window.n_months()) continue;
    if (better(row.growth.growth(), best->growth.growth())) best = &row;
  }
  return *best;
}

}  // namespace

const WindowGrowth& WindowTable::claimed() const {
  const auto found = std::find_if(rows.begin(), rows.end(),
                                  [](const WindowGrowth& row) { return row.is_claimed; });
  ALTYN_CHECK(found != rows.end(), "the window table holds the claimed window");
  return *found;
}

const WindowGrowth& WindowTable::lowest() const { return extreme(*this, std::less<>{}); }
const WindowGrowth& WindowTable::highest() const { return extreme(*this, std::greater<>{}); }

WindowTable window_table(const PairSeries& series, Measure measure, const ClaimWindows& windows) {
  (void)claimed_growth(series, measure,
                       windows);  // names the month when the claim cannot be checked
  WindowTable table;
  for (int length = 1; length <= kLongestWindow; ++length) {
    for (int offset = -kMonthsAround; offset <= kMonthsAround; ++offset) {
      const data::Month last = windows.claimed.last.plus(offset);
      const data::Window window = {last.plus(1 - length), last};
      const std::optional<Growth> growth =
          growth_between(series, measure, window.shifted(-windows.lag_months()), window);
      if (!growth) {
        ++table.n_left_out;
        continue;
      }
      table.rows.push_back(
          {.window = window, .growth = *growth, .is_claimed = window == windows.claimed});
    }
  }
  rank_by_length(table.rows);
  return table;
}

BaseEffect base_effect(const PairSeries& series, Measure measure, const ClaimWindows& windows,
                       Index base_years) {
  const Growth claimed = claimed_growth(series, measure, windows);
  BaseEffect effect;
  double reference_sum = 0.0;
  Index n_reference = 0;
  for (int back = 12; windows.claimed.shifted(-back).first >= series.first; back += 12) {
    const data::Window window = windows.claimed.shifted(-back);
    const std::optional<double> value = window_sum(series, measure, window);
    if (!value || *value <= 0.0) {
      effect.blank_years.push_back(window.last.year());
      continue;
    }
    effect.years.push_back({window.last.year(), *value, claimed.value_musd / *value - 1.0});
    const int before_base = back - windows.lag_months();
    if (before_base > 0 && before_base <= 12 * base_years) {
      reference_sum += *value;
      ++n_reference;
    }
  }
  std::reverse(effect.years.begin(), effect.years.end());
  std::reverse(effect.blank_years.begin(), effect.blank_years.end());
  if (n_reference > 0) effect.reference_musd = reference_sum / static_cast<double>(n_reference);
  if (effect.reference_musd && claimed.value_musd > claimed.base_musd) {
    const double regained =
        std::log(std::min(claimed.value_musd, *effect.reference_musd) / claimed.base_musd);
    effect.regained_share = std::clamp(regained / claimed.log_growth(), 0.0, 1.0);
  }
  return effect;
}

FigureRange figure_range(double figure, Hedge hedge, double band_share) {
  const double sign = figure < 0.0 ? -1.0 : 1.0;
  const double size = std::abs(figure);
  double low = size;
  double high = size;
  switch (hedge) {
    case Hedge::kExactly:
      break;
    case Hedge::kNearly:
      low = size * (1.0 - band_share);
      break;
    case Hedge::kAbout:
      low = size * (1.0 - band_share);
      high = size * (1.0 + band_share);
      break;
    case Hedge::kMoreThan:
      high = std::numeric_limits<double>::infinity();
      break;
    case Hedge::kLessThan:
      low = 0.0;
      break;
  }
  return sign > 0.0 ? FigureRange{low, high} : FigureRange{-high, -low};
}

double gap_from(const FigureRange& range, double growth) {
  if (growth < range.low) return growth - range.low;
  if (growth > range.high) return growth - range.high;
  return 0.0;
}

NumberVerdict judge_number(const Claim& claim, const ClaimWindows& windows, const Growth& actual,
                           const WindowTable* table, const CheckOptions& options) {
  const double tolerance = std::max(options.number_tolerance_points,
                                    options.number_tolerance_share * std::abs(claim.figure));
  const FigureRange range = figure_range(claim.figure, claim.hedge, options.hedge_band_share);
  const double gap = gap_from(range, actual.growth());

  NumberVerdict verdict;
  verdict.rule = fmt::format(
      "Right: within {:g} points of growth, or {} of the figure, of what its words cover. Right "
      "for this window only: and a window of the same length ending within a year differs by more "
      "than {:g} points.",
      100.0 * options.number_tolerance_points, percent_text(options.number_tolerance_share, 0),
      100.0 * options.window_gap_points);
  double widest_gap = 0.0;
  std::string others;
  if (table != nullptr && table->claimed().n_same_length > 1) {
    const WindowGrowth& lowest = table->lowest();
    const WindowGrowth& highest = table->highest();
    widest_gap = std::max(actual.growth() - lowest.growth.growth(),
                          highest.growth.growth() - actual.growth());
    const Index rank = table->claimed().rank_same_length;
    others = fmt::format(
        " Windows of the same length ending within a year of it run from {} ({}) to {} ({}); this "
        "one is the {}highest of {}.",
        signed_percent_text(lowest.growth.growth()), window_text(lowest.window),
        signed_percent_text(highest.growth.growth()), window_text(highest.window),
        rank == 1 ? "" : ordinal_text(rank) + " ", table->claimed().n_same_length);
  }
  const std::string what = fmt::format(
      "{} in {} was {} million USD against {} in {}, {} where {} is stated",
      to_string(claim.measure), window_text(windows.claimed), musd_text(actual.value_musd),
      musd_text(actual.base_musd), window_text(windows.versus),
      signed_percent_text(actual.growth()), stated_text(claim));
  if (std::abs(gap) > tolerance) {
    verdict.key = NumberKey::kWrong;
    verdict.label = "Wrong";
    verdict.sentence = fmt::format(
        "The data do not bear the figure out: {}, {:.1f} points {} what its words cover.{}", what,
        100.0 * std::abs(gap), gap < 0.0 ? "below" : "above", others);
  } else if (widest_gap > options.window_gap_points) {
    verdict.key = NumberKey::kRightForThisWindowOnly;
    verdict.label = "Right, for this window only";
    verdict.sentence = fmt::format("The figure holds for the months it names: {}.{}", what, others);
  } else {
    verdict.key = NumberKey::kRight;
    verdict.label = "Right";
    verdict.sentence = fmt::format("The figure holds: {}.{}", what, others);
  }
  return verdict;
}

std::string base_sentence(const BaseEffect& base, Index base_years) {
  if (base.years.empty()) return "";
  const auto peak = std::max_element(base.years.begin(), base.years.end(),
                                     [](const BaseEffect::Year& a, const BaseEffect::Year& b) {
                                       return a.value_musd < b.value_musd;
                                     });
  std::string sentence;
  if (peak->claimed_over_it < 0.0) {
    sentence = fmt::format("Trade in the claimed months stayed {} below the same months of {}.",
                           percent_text(-peak->claimed_over_it, 0), peak->year);
  } else {
    sentence = fmt::format("Trade in the claimed months was the highest since {}.",
                           base.years.front().year);
  }
  if (base.regained_share && *base.regained_share > 0.0) {
    const bool all = *base.regained_share > 0.995;
    sentence += fmt::format(" {} of its growth only regains the mean of the {} years before.",
                            all ? "All" : percent_text(*base.regained_share, 0), base_years);
  }
  return sentence;
}

ResultTable empty_number_table() {
  return {.id = "number",
          .title = "The stated figure against the data",
          .note = "The gap is to the growths the claim's words cover; a blank one is not claimed.",
          .columns = {{"side", "Reported by", ""},
                      {"period", "Period", ""},
                      {"flow", "Flow", ""},
                      {"base_musd", "Before", "million USD"},
                      {"value_musd", "After", "million USD"},
                      {"growth", "Growth", "fraction"},
                      {"stated", "Stated", "fraction"},
                      {"gap_points", "Gap", "fraction"}},
          .rows = {}};
}

std::vector<ResultTable> number_tables(const Claim& claim, const PairSeries& series,
                                       const ClaimWindows& windows, const WindowTable& table,
                                       const BaseEffect& base, const CheckOptions& options) {
  const FigureRange range = figure_range(claim.figure, claim.hedge, options.hedge_band_share);
  ResultTable number = empty_number_table();
  for (const Measure flow : {Measure::kTurnover, Measure::kExports, Measure::kImports}) {
    const std::optional<Growth> growth =
        growth_between(series, flow, windows.versus, windows.claimed);
    if (!growth) continue;
    const bool stated = flow == claim.measure;
    number.add({series.source,
                windows.claimed.to_string() + " against " + windows.versus.to_string(),
                std::string(to_string(flow)), growth->base_musd, growth->value_musd,
                growth->growth(), stated ? Cell(claim.figure) : Cell(),
                stated ? Cell(gap_from(range, growth->growth())) : Cell()});
  }

  ResultTable growths = {
      .id = "windows",
      .title = "Every window of 1 to 12 months ending within a year of the claimed one",
      .note = table.n_left_out == 0
                  ? ""
                  : fmt::format(
                        "{} windows with a month that is blank or outside the data are left out.",
                        table.n_left_out),
      .columns = {{"months", "Months", "count"},
                  {"first", "First month", ""},
                  {"last", "Last month", ""},
                  {"growth", "Growth", "fraction"},
                  {"base_musd", "Before", "million USD"},
                  {"value_musd", "After", "million USD"},
                  {"is_claimed", "Claimed", ""},
                  {"rank_same_length", "Rank among its length", "count"}},
      .rows = {}};
  for (const WindowGrowth& row : table.rows) {
    growths.add({static_cast<double>(row.window.n_months()), row.window.first.to_string(),
                 row.window.last.to_string(), row.growth.growth(), row.growth.base_musd,
                 row.growth.value_musd, row.is_claimed, static_cast<double>(row.rank_same_length)});
  }

  ResultTable years = {.id = "base_effect",
                       .title = "The claimed months against the same months of earlier years",
                       .note = "",
                       .columns = {{"year", "Year", ""},
                                   {"value_musd", "Trade", "million USD"},
                                   {"claimed_over_it", "Claimed months against it", "fraction"}},
                       .rows = {}};
  if (base.regained_share) {
    years.note = fmt::format("{} of the log growth only regains the mean of the {} years before.",
                             percent_text(*base.regained_share, 0), options.base_years);
  }
  if (!base.blank_years.empty()) {
    years.note += fmt::format("{}Left out for a blank month: {}.", years.note.empty() ? "" : " ",
                              fmt::join(base.blank_years, ", "));
  }
  for (const BaseEffect::Year& year : base.years) {
    years.add({static_cast<double>(year.year), year.value_musd, year.claimed_over_it});
  }

  ResultTable months = {.id = "series",
                        .title = "Monthly trade",
                        .note = "A blank month was never published.",
                        .columns = {{"month", "Month", ""},
                                    {"exports_musd", "Exports", "million USD"},
                                    {"imports_musd", "Imports", "million USD"},
                                    {"turnover_musd", "Turnover", "million USD"},
                                    {"in_window", "Window", ""}},
                        .rows = {}};
  for (data::Month month = series.first; month <= series.last(); month = month.plus(1)) {
    const auto inside = [month](data::Window window) {
      return month >= window.first && month <= window.last;
    };
    months.add({month.to_string(), series.at(Measure::kExports, month),
                series.at(Measure::kImports, month), series.at(Measure::kTurnover, month),
                std::string(inside(windows.claimed)  ? "claimed"
                            : inside(windows.versus) ? "versus"
                                                     : "")});
  }
  return {number, growths, years, months};
}

}  // namespace altyn::attribution
