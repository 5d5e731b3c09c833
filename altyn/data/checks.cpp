#include "altyn/data/checks.h"

#include <algorithm>

#include "altyn/data/check_words.h"

namespace altyn::data {

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    default:
      return "note";
  }
}

std::vector<Field<CheckOptions>> CheckOptions::fields() {
  const auto number = [](double CheckOptions::* member, std::string_view name, std::string_view doc,
                         std::string_view unit, double minimum) {
    return make_field(member,
                      FieldInfo{.name = name, .doc = doc, .unit = unit, .minimum = minimum});
  };
  return {
      make_field(&CheckOptions::focus,
                 {.name = "focus",
                  .doc = "economies whose flows with each other are looked at one by one"}),
      number(&CheckOptions::zero_conflict_musd, "zero_conflict_musd",
             "a reported zero is an error where the other side reports at least this",
             "million USD", 0.0),
      number(&CheckOptions::mirror_factor, "mirror_factor",
             "the two sides are far apart beyond this ratio", "", 1.0),
      number(&CheckOptions::focus_factor, "focus_factor", "the same between economies in focus", "",
             1.0),
      number(&CheckOptions::large_flow_musd, "large_flow_musd",
             "flows from this size on are looked at by the mirror checks", "million USD", 0.0),
      number(&CheckOptions::jump_factor, "jump_factor",
             "a change from one year to the next beyond this ratio is a jump", "", 1.0),
      number(&CheckOptions::jump_musd, "jump_musd", "smaller flows may jump", "million USD", 0.0),
      number(&CheckOptions::shift_log, "shift_log",
             "an economy's reports are out of line beyond this log difference", "log points", 0.0),
      number(&CheckOptions::sum_gap_share, "sum_gap_share",
             "sums of months and yearly figures may differ by this share", "share", 0.0),
      number(&CheckOptions::spike_factor, "spike_factor",
             "a month is a spike beyond this multiple of the months around it", "", 1.0),
      number(&CheckOptions::spike_musd, "spike_musd", "smaller months may spike", "million USD",
             0.0)};
}

std::vector<Finding> check_trade(const PairPanel* panel, const MonthlyTrade* months,
                                 const CheckOptions& options) {
  std::vector<Finding> findings;
  const auto take = [&findings](std::vector<Finding> more) {
    for (Finding& finding : more) findings.push_back(std::move(finding));
  };
  if (panel != nullptr) take(check_pairs(*panel, options));
  if (months != nullptr) take(check_months(*months, options));
  if (panel != nullptr && months != nullptr) {
    take(check_months_against_years(*months, *panel, options));
  }
  std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
    return std::pair(a.severity, -a.stake_musd) < std::pair(b.severity, -b.stake_musd);
  });
  return findings;
}

Table findings_table(const std::vector<Finding>& findings) {
  internal::RowTable rows({"severity", "check", "sentence", "where"}, {"stake_musd"});
  for (const Finding& finding : findings) {
    rows.add(
        {std::string(to_string(finding.severity)), finding.check, finding.sentence, finding.where},
        {finding.stake_musd});
  }
  return rows.finish("data checks");
}

}  // namespace altyn::data
