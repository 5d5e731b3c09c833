#include "altyn/attribution/goal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "altyn/core/errors.h"

namespace altyn::attribution {
namespace {

constexpr int kYear = 12;

[[noreturn]] void fail(std::string code, std::string what, const std::string& where,
                       std::string why, std::vector<std::string> fixes) {
  throw InputError({.code = std::move(code),
                    .what = std::move(what),
                    .where = where,
                    .why = std::move(why),
                    .fixes = std::move(fixes)});
}

struct Terms {
  data::Window baseline;
  data::Month due;
};

Terms check_goal(const Goal& goal, const std::string& where) {
  for (const auto& [field, empty] : {std::pair<const char*, bool>{"name", goal.name.empty()},
                                     {"reporter", goal.reporter.empty()},
                                     {"partners", goal.partners.empty()},
                                     {"baseline", goal.baseline.empty()},
                                     {"due", goal.due.empty()}}) {
    if (empty) {
      fail("goal-incomplete", fmt::format("the goal has no {}", field), where,
           "a goal is followed over a pair or bloc, from a baseline to a due month",
           {fmt::format("add {} to the [[goal]]", field)});
    }
  }
  if ((goal.target != 0.0) + (goal.target_growth != 0.0) + goal.hold != 1) {
    fail("goal-target", "a goal needs one of target, target_growth and hold", where,
         "the path runs to one value", {"target = 25000", "target_growth = 0.10", "hold = true"});
  }
  const Terms terms{data::Window::parse(goal.baseline, where + " baseline"),
                    data::Month::parse(goal.due, where + " due")};
  if (terms.baseline.n_months() != kYear) {
    fail("goal-window",
         fmt::format("the baseline {} has {} months", goal.baseline, terms.baseline.n_months()),
         where, "values are over twelve months, so that seasons cancel",
         {"baseline = \"2012-01..2012-12\""});
  }
  if (terms.due <= terms.baseline.last) {
    fail("goal-window",
         fmt::format("the goal is due in {}, not after its baseline {}", goal.due, goal.baseline),
         where, "the path runs from the baseline to the due month", {"name a later month"});
  }
  return terms;
}

double sum_over(const data::MonthlyTrade& trade, const std::vector<std::string>& partners,
                data::Flow measure, data::Window window) {
  double sum = 0.0;
  for (const std::string& partner : partners) {
    for (const double value : trade.series(partner, measure, window)) sum += value;
  }
  return sum;
}

// The indicator over the twelve months that end with `last`; NaN when any of them is blank.
double indicator_at(const Goal& goal, const data::MonthlyTrade& trade, data::Month last) {
  const data::Window window{last.plus(1 - kYear), last};
  const double value = sum_over(trade, goal.partners, goal.measure, window);
  if (goal.indicator == Indicator::kLevel) return value;
  return value / sum_over(trade, trade.partners(), goal.measure, window);
}

bool meets(double value, double target, Better better) {
  return better == Better::kHigher ? value >= target : value <= target;
}

GoalStatus status_of(double value, double path, bool at_due, const Goal& goal,
                     const GoalOptions& options) {
  if (at_due) {
    return meets(value, path, goal.better) ? GoalStatus::kReached : GoalStatus::kMissed;
  }
  if (std::abs(value - path) <= options.on_track_within * std::abs(path)) {
    return GoalStatus::kOnTrack;
  }
  return meets(value, path, goal.better) ? GoalStatus::kAhead : GoalStatus::kBehind;
}

std::optional<Projection> project(const std::vector<double>& values, std::size_t now,
                                  std::size_t horizon, double target, Better better,
                                  Index fewest_changes) {
  std::vector<double> moved;
  for (std::size_t from = 0; from + horizon <= now; ++from) {
    const double change = values[now] * values[from + horizon] / values[from];
    if (std::isfinite(change) && change > 0.0) moved.push_back(change);
  }
  if (static_cast<Index>(moved.size()) < fewest_changes) return std::nullopt;
  const auto reaching = std::count_if(moved.begin(), moved.end(),
                                      [&](double value) { return meets(value, target, better); });
  return Projection{interval_of(moved),
                    static_cast<double>(reaching) / static_cast<double>(moved.size()),
                    static_cast<Index>(moved.size())};
}

}  // namespace

std::vector<Field<Goal>> Goal::fields() {
  return {
      make_field(&Goal::name, {.name = "name", .doc = "short name, unique in the plan"}),
      make_field(&Goal::in_our_words, {.name = "in_our_words", .doc = "the goal as a sentence"}),
      make_field(&Goal::source, {.name = "source", .doc = "where baseline and target come from"}),
      make_field(&Goal::reporter, {.name = "reporter", .doc = "ISO3 code; whose books are read"}),
      make_field(&Goal::partners,
                 {.name = "partners", .doc = "ISO3 codes; several are added up as a bloc"}),
      make_enum_field<&Goal::measure>({.name = "measure", .doc = "what is counted"},
                                      {"exports", "imports", "turnover"}),
      make_enum_field<&Goal::indicator>(
          {.name = "indicator",
           .doc = "level: million USD over twelve months; share: of the reporter's trade with all "
                  "partners of the table"},
          {"level", "share"}),
      make_field(&Goal::baseline,
                 {.name = "baseline", .doc = "the twelve months to start from, 2012-01..2012-12"}),
      make_field(&Goal::target,
                 {.name = "target", .doc = "value at the due month: million USD, or a fraction"}),
      make_field(&Goal::target_growth, {.name = "target_growth",
                                        .doc = "or the growth against the baseline",
                                        .unit = "fraction",
                                        .minimum = -1.0,
                                        .maximum = 100.0}),
      make_field(&Goal::hold, {.name = "hold", .doc = "or the baseline itself"}),
      make_field(&Goal::due,
                 {.name = "due", .doc = "the last of the twelve months the target is about"}),
      make_enum_field<&Goal::better>({.name = "better", .doc = "which side of the path is good"},
                                     {"higher", "lower"}),
  };
}

std::vector<Field<GoalOptions>> GoalOptions::fields() {
  return {
      make_field(&GoalOptions::on_track_within,
                 {.name = "on_track_within",
                  .doc = "distance from the path, as a part of it, that is still on track",
                  .unit = "fraction",
                  .minimum = 0.0,
                  .maximum = 1.0}),
      make_field(&GoalOptions::revised_beyond,
                 {.name = "revised_beyond",
                  .doc = "difference from another record that is marked as a revision",
                  .unit = "fraction",
                  .minimum = 0.0,
                  .maximum = 1.0}),
      make_field(&GoalOptions::fewest_changes, {.name = "fewest_changes",
                                                .doc = "changes on record that a projection needs",
                                                .minimum = 2})};
}

std::string_view to_string(GoalStatus status) {
  static constexpr std::string_view kNames[] = {"no data", "ahead",   "on track",
                                                "behind",  "reached", "missed"};
  return kNames[static_cast<std::size_t>(status)];
}

std::map<data::Month, double> indicator_values(const Goal& goal, const data::MonthlyTrade& trade) {
  std::map<data::Month, double> values;
  for (data::Month month = trade.span().first.plus(kYear - 1); month <= trade.span().last;
       month = month.plus(1)) {
    const double value = indicator_at(goal, trade, month);
    if (std::isfinite(value)) values[month] = value;
  }
  return values;
}

GoalTrack follow_goal(const Goal& goal, const data::MonthlyTrade& trade,
                      const std::map<data::Month, double>& other, data::Month as_of,
                      const GoalOptions& options, const std::string& where) {
  const Terms terms = check_goal(goal, where);
  GoalTrack track;
  track.due = terms.due;
  for (const std::string& partner : goal.partners) {
    // A window without a sum is refused with its reason.
    track.baseline += trade.sum(partner, goal.measure, terms.baseline);
  }
  if (goal.indicator == Indicator::kShare) {
    track.baseline = indicator_at(goal, trade, terms.baseline.last);
    if (!std::isfinite(track.baseline)) {
      fail("window-blank-month",
           fmt::format("some partner of {} has a blank month in {}", goal.reporter, goal.baseline),
           where + " baseline", "a share needs the trade with all partners of the table",
           {"choose twelve months without a blank", "indicator = \"level\""});
    }
  }
  track.target = goal.target != 0.0 ? goal.target : track.baseline * (1.0 + goal.target_growth);

  const data::Month start = trade.span().first.plus(kYear - 1);
  const data::Month end = std::min(terms.due, as_of);
  std::vector<double> values;  // from `start` on
  for (data::Month month = start; month <= end; month = month.plus(1)) {
    values.push_back(indicator_at(goal, trade, month));
  }
  const double n_steps = terms.due.count - terms.baseline.last.count;
  bool observed = false;
  for (data::Month month = terms.baseline.last.plus(1); month <= end; month = month.plus(1)) {
    GoalMonth row;
    row.month = month;
    row.path = track.baseline + (track.target - track.baseline) *
                                    (month.count - terms.baseline.last.count) / n_steps;
    const bool at_due = month == terms.due;
    const auto now = static_cast<std::size_t>(month.count - start.count);
    if (std::isfinite(values[now])) {
      row.value = values[now];
      row.status = status_of(values[now], row.path, at_due, goal, options);
      if (!at_due) {
        row.projection =
            project(values, now, static_cast<std::size_t>(terms.due.count - month.count),
                    track.target, goal.better, options.fewest_changes);
      }
      track.last_observed = month;
      observed = true;
      if (const auto second = other.find(month); second != other.end()) {
        row.other = second->second;
        row.revised = std::abs(second->second / values[now] - 1.0) > options.revised_beyond;
        row.other_status = status_of(second->second, row.path, at_due, goal, options);
      }
    }
    track.months.push_back(row);
  }
  if (!observed) {
    fail("goal-without-data",
         fmt::format("no month between {} and {} has a value for \"{}\"",
                     terms.baseline.last.plus(1).to_string(), end.to_string(), goal.name),
         where, "there is nothing to follow",
         {fmt::format("the table runs over {}", trade.span().to_string()),
          "choose a later as_of, or other months"});
  }
  return track;
}

}  // namespace altyn::attribution
