#pragma once

#include <string>
#include <vector>

#include "altyn/core/fields.h"
#include "altyn/study/study.h"

namespace altyn::study {

/// What the plan is and how far it is followed. The section [plan].
struct PlanHead {
  std::string title;
  std::string in_our_words;
  std::string source;
  std::string as_of;

  static std::vector<Field<PlanHead>> fields();
};

/// The tables goals are measured on. The section [data].
struct PlanData {
  std::vector<std::string> monthly = {"RUS=russia_monthly_trade"};
  std::vector<std::string> earlier;
  std::string annual;

  static std::vector<Field<PlanData>> fields();
};

/// Follows a plan: `file` (how the reader knows it), sections `plan`, `data`, `options`
/// (attribution::GoalOptions) and a list `goal` (attribution::Goal). Files: report.html, report.md,
/// key_results.csv (one row per goal), months.csv (one per goal and month), result.json. Errors:
/// InputError of reading; "plan-without-goals", "duplicate-name", "goal-without-data" and those of
/// follow_goal.
[[nodiscard]] StudyResult run_monitor(const Study& study, Context& context);

}  // namespace altyn::study
