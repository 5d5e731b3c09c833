#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "altyn/attribution/interval.h"
#include "altyn/core/fields.h"
#include "altyn/data/month.h"
#include "altyn/data/monthly_trade.h"

namespace altyn::attribution {

/// What a goal counts over twelve months: million USD, or the part of the reporter's trade with all
/// partners of the table.
enum class Indicator { kLevel, kShare };

/// Which side of the path is the good one.
enum class Better { kHigher, kLower };

/// One goal of a plan; an entry [[goal]] of a plan file.
struct Goal {
  std::string name{};
  std::string in_our_words{};
  std::string source{};                 ///< where baseline and target come from
  std::string reporter{};               ///< ISO3
  std::vector<std::string> partners{};  ///< ISO3; several are a bloc and are added up
  data::Flow measure = data::Flow::kTurnover;
  Indicator indicator = Indicator::kLevel;
  std::string baseline{};      ///< twelve months, "2012-01..2012-12"
  double target = 0.0;         ///< at the due month, in units of the indicator
  double target_growth = 0.0;  ///< or against the baseline, a fraction
  bool hold = false;           ///< or the baseline itself
  std::string due{};           ///< last of the twelve months that the target is about, "2015-12"
  Better better = Better::kHigher;

  static std::vector<Field<Goal>> fields();
};

/// How goals are judged. The section [options] of a plan file.
struct GoalOptions {
  double on_track_within = 0.02;
  double revised_beyond = 0.02;
  Index fewest_changes = 36;

  static std::vector<Field<GoalOptions>> fields();
};

enum class GoalStatus { kNoData, kAhead, kOnTrack, kBehind, kReached, kMissed };
/// "no data", "ahead", "on track", "behind", "reached", "missed".
[[nodiscard]] std::string_view to_string(GoalStatus status);

/// The indicator at the due month as seen from an earlier one: the value then, moved by every
/// change over as many months that the record held up to then.
struct Projection {
  Interval at_due;           ///< 5, 50, 95 percent of the moved values
  double reach_share = 0.0;  ///< part of them that meets the target
  Index n_changes = 0;
};

/// A goal in one month. Values are over the twelve months that end with it.
struct GoalMonth {
  data::Month month;
  std::optional<double> value;
  double path = 0.0;  ///< the straight line from baseline to target
  GoalStatus status = GoalStatus::kNoData;
  std::optional<Projection> projection;    ///< none at the due month or with too short a record
  std::optional<double> other;             ///< the same value from another record, if it has one
  bool revised = false;                    ///< the two differ by more than `revised_beyond`
  std::optional<GoalStatus> other_status;  ///< what the other record would make of it
};

struct GoalTrack {
  double baseline = 0.0;
  double target = 0.0;
  data::Month due;
  std::vector<GoalMonth> months;  ///< after the baseline, to the due month or the last to be shown
  data::Month last_observed;      ///< the latest month with a value, at most the due month
};

/// The goal's indicator in every month that has one, by the last of its twelve months.
[[nodiscard]] std::map<data::Month, double> indicator_values(const Goal& goal,
                                                             const data::MonthlyTrade& trade);

/// Follows a goal month by month up to `as_of`; nothing after a month enters what is said of it.
/// `other` holds values of the same indicator from another record, by last month.
/// Errors (InputError): "goal-incomplete", "goal-target", "goal-window", "window-outside-data",
/// "goal-without-data" when no month after the baseline has a value, "no-such-partner",
/// "bad-month". `where` names the entry.
[[nodiscard]] GoalTrack follow_goal(const Goal& goal, const data::MonthlyTrade& trade,
                                    const std::map<data::Month, double>& other, data::Month as_of,
                                    const GoalOptions& options, const std::string& where);

}  // namespace altyn::attribution
