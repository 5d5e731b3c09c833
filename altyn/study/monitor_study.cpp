#include "altyn/study/monitor_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "altyn/attribution/check_result.h"
#include "altyn/attribution/goal.h"
#include "altyn/attribution/result_json.h"
#include "altyn/attribution/wording.h"
#include "altyn/core/errors.h"
#include "altyn/core/version.h"
#include "altyn/data/monthly_trade.h"
#include "altyn/data/pair_panel.h"
#include "altyn/study/data_sources.h"
#include "altyn/study/report_page.h"
#include "altyn/study/sections.h"

namespace altyn::study {
namespace {

using attribution::Cell;
using attribution::Goal;
using attribution::GoalMonth;
using attribution::GoalOptions;
using attribution::GoalTrack;
using attribution::Indicator;
using attribution::ResultTable;
using data::Month;
using nlohmann::json;

struct Followed {
  Goal goal;
  GoalTrack track;
};

using MonthlyByReporter = std::map<std::string, data::MonthlyTrade>;

MonthlyByReporter read_monthly(const std::vector<std::string>& entries, const char* field,
                               DataSources& sources) {
  MonthlyByReporter tables;
  for (const std::string& entry : entries) {
    const auto [reporter, name] = split_name(entry, field);
    tables.emplace(reporter, data::MonthlyTrade::from_table(sources.read(name), reporter));
  }
  return tables;
}

std::vector<Goal> read_goals(const Study& study) {
  const json list = study.content.value("goal", json::array());
  if (!list.is_array() || list.empty()) {
    throw InputError({.code = "plan-without-goals",
                      .what = "the plan has no [[goal]]",
                      .where = study.where,
                      .why = "goals are what is followed",
                      .fixes = {"altyn monitor cases/eaeu/plan-2013-2015.toml"}});
  }
  std::vector<Goal> goals;
  std::set<std::string> names;
  for (const json& entry : list) {
    Goal goal;
    options_from_json(goal, entry, fmt::format("{} [[goal]] {}", study.where, goals.size() + 1));
    if (!names.insert(goal.name).second) {
      throw InputError({.code = "duplicate-name",
                        .what = fmt::format("two goals are called \"{}\"", goal.name),
                        .where = study.where,
                        .why = "rows of the tables are told apart by the name"});
    }
    goals.push_back(std::move(goal));
  }
  return goals;
}

// Twelve-month sums that a reporter's own yearly records give, by their last month.
std::map<Month, double> yearly_records(const Goal& goal, const data::PairPanel& panel) {
  std::map<Month, double> sums;
  if (goal.indicator != Indicator::kLevel || !panel.two_sided) return sums;
  const auto& by_importer = panel.table.numbers("importer_reported_musd");
  const auto& by_exporter = panel.table.numbers("exporter_reported_musd");
  for (const int year : panel.years) {
    double sum = 0.0;
    const auto add = [&](const std::string& exporter, const std::string& importer,
                         const data::NumberColumn& values) {
      const auto row = panel.find(exporter, importer, year);
      sum += row ? values[static_cast<std::size_t>(*row)] : data::kMissing;
    };
    for (const std::string& partner : goal.partners) {
      if (goal.measure != data::Flow::kImports) add(goal.reporter, partner, by_exporter);
      if (goal.measure != data::Flow::kExports) add(partner, goal.reporter, by_importer);
    }
    if (std::isfinite(sum)) sums[Month::of(year, 12)] = sum;
  }
  return sums;
}

std::string value_text(const Goal& goal, double value) {
  return goal.indicator == Indicator::kLevel ? attribution::musd_text(value) + " million USD"
                                             : attribution::percent_text(value, 2);
}

// The last month of every year after the baseline, and the last month there is.
std::vector<const GoalMonth*> shown_months(const GoalTrack& track) {
  std::vector<const GoalMonth*> shown;
  for (const GoalMonth& row : track.months) {
    const bool year_end = (track.due.count - row.month.count) % 12 == 0;
    if (year_end || &row == &track.months.back()) shown.push_back(&row);
  }
  return shown;
}

std::string projection_text(const Goal& goal, const GoalTrack& track, const GoalMonth& row) {
  if (!row.projection) return "";
  const auto& at = row.projection->at_due;
  return fmt::format(
      "for {}: {} ({} to {}); target met in {} of {} past changes", track.due.to_string(),
      value_text(goal, at.mid), value_text(goal, at.low), value_text(goal, at.high),
      attribution::percent_text(row.projection->reach_share, 0), row.projection->n_changes);
}

std::string revision_text(const Goal& goal, const GoalMonth& row) {
  if (!row.revised) return "";
  const bool turns = row.other_status != row.status;
  return fmt::format(
      "revised: another record has {} ({}), {}", value_text(goal, *row.other),
      attribution::signed_percent_text(*row.other / *row.value - 1.0),
      turns ? fmt::format("which makes it {}", to_string(*row.other_status)) : "the status stays");
}

std::string goal_text(const Followed& one) {
  const Goal& goal = one.goal;
  const GoalTrack& track = one.track;
  std::string text = fmt::format("\n## {}\n\n", goal.name);
  if (!goal.in_our_words.empty()) text += fmt::format("{}\n\n", goal.in_our_words);
  text += fmt::format("From {} ({}) to {} in the twelve months to {}.\n",
                      value_text(goal, track.baseline), goal.baseline,
                      value_text(goal, track.target), track.due.to_string());
  if (!goal.source.empty()) text += fmt::format("Source: {}\n", goal.source);
  text += "\n| twelve months to | value | path | status |\n|---|---:|---:|---|\n";
  for (const GoalMonth* row : shown_months(track)) {
    text += fmt::format("| {} | {} | {} | {} |\n", row->month.to_string(),
                        row->value ? value_text(goal, *row->value) : "",
                        value_text(goal, row->path), to_string(row->status));
  }
  std::string notes;
  for (const GoalMonth* row : shown_months(track)) {
    for (const std::string& note :
         {projection_text(goal, track, *row), revision_text(goal, *row)}) {
      if (!note.empty()) notes += fmt::format("- {}, {}\n", row->month.to_string(), note);
    }
  }
  return text + (notes.empty() ? "" : "\n" + notes);
}

/// "Values are over twelve months ...": how to read the numbers.
constexpr std::string_view kReading =
    "Values are over twelve months. The path is a straight line from baseline to target. A "
    "projection moves the value by every change over as many months that was on record then: a "
    "range of what has happened, not a forecast of what a plan does. Reaching a target does not "
    "show that the plan did it; altyn check is for that.";

std::string title_of(const PlanHead& head) { return head.title.empty() ? "The plan" : head.title; }

/// One sentence on where a goal stands at its last month.
std::string standing(const Followed& one) {
  const GoalMonth& last = one.track.months.back();
  if (!last.value) {
    return fmt::format("{}: no value for {}; the last month with one is {}.", one.goal.name,
                       last.month.to_string(), one.track.last_observed.to_string());
  }
  return fmt::format("{}: {} in {}, {} over the twelve months against {} on the path.",
                     one.goal.name, to_string(last.status), last.month.to_string(),
                     value_text(one.goal, *last.value), value_text(one.goal, last.path));
}

std::string report_of(const PlanHead& head, const std::vector<Followed>& goals) {
  std::string text = fmt::format("# {}\n", title_of(head));
  if (!head.in_our_words.empty()) text += fmt::format("\n{}\n", head.in_our_words);
  if (!head.source.empty()) text += fmt::format("\nSource: {}\n", head.source);
  text +=
      "\n| goal | last month | value | path | target | status |\n|---|---|---:|---:|---:|---|\n";
  for (const Followed& one : goals) {
    const GoalMonth& last = one.track.months.back();
    text += fmt::format(
        "| {} | {} | {} | {} | {} | {} |\n", one.goal.name, one.track.last_observed.to_string(),
        last.value ? value_text(one.goal, *last.value) : "", value_text(one.goal, last.path),
        value_text(one.goal, one.track.target), to_string(last.status));
  }
  for (const Followed& one : goals) text += goal_text(one);
  return text + fmt::format("\n{}\n", kReading);
}

/// The same in short, for a terminal.
std::string summary_of(const PlanHead& head, const std::vector<Followed>& goals) {
  constexpr const char* kLine = "  {:<28} {:<10} {:>20} {:>20}  {}\n";
  std::string text = fmt::format("\n{}\n\n", title_of(head));
  text += fmt::format(kLine, "goal", "last month", "value", "path", "status");
  for (const Followed& one : goals) {
    const GoalMonth& last = one.track.months.back();
    text += fmt::format(kLine, one.goal.name, one.track.last_observed.to_string(),
                        last.value ? value_text(one.goal, *last.value) : "no data",
                        value_text(one.goal, last.path), to_string(last.status));
  }
  std::string notes;
  for (const Followed& one : goals) {
    const GoalMonth& last = one.track.months.back();
    for (const std::string& note :
         {projection_text(one.goal, one.track, last), revision_text(one.goal, last)}) {
      if (!note.empty()) notes += fmt::format("  {}: {}\n", one.goal.name, note);
    }
  }
  return text + (notes.empty() ? "" : "\n" + notes) + "\n  " + std::string(kReading) + "\n";
}

Cell cell_of(const std::optional<double>& value) { return value ? Cell(*value) : Cell(); }

std::string unit_of(const Goal& goal) {
  return goal.indicator == Indicator::kLevel ? "million USD" : "fraction";
}

ResultTable goals_table(const std::vector<Followed>& goals) {
  ResultTable table = {.id = "goals",
                       .title = "The goals at their last month",
                       .note = std::string(kReading),
                       .columns = {{"goal", "Goal", ""},
                                   {"status", "Status", ""},
                                   {"value", "Value", ""},
                                   {"path", "Path", ""},
                                   {"target", "Target", ""},
                                   {"baseline", "Baseline", ""},
                                   {"unit", "Unit", ""},
                                   {"last_observed", "Last month", ""},
                                   {"due", "Due", ""},
                                   {"in_our_words", "In our words", ""}},
                       .rows = {}};
  for (const auto& [goal, track] : goals) {
    const GoalMonth& last = track.months.back();
    table.add({goal.name, std::string(to_string(last.status)), cell_of(last.value), last.path,
               track.target, track.baseline, unit_of(goal), track.last_observed.to_string(),
               track.due.to_string(), goal.in_our_words});
  }
  return table;
}

/// One goal month by month.
ResultTable track_table(const Followed& one, std::size_t number) {
  const std::string unit = unit_of(one.goal);
  ResultTable table = {
      .id = fmt::format("goal_{}", number),
      .title = fmt::format(
          "{}, {}", one.goal.name,
          one.goal.indicator == Indicator::kLevel ? "million USD" : "share of all trade"),
      .note = one.goal.source,
      .columns = {{"month", "Twelve months to", ""},
                  {"value", "Value", unit},
                  {"path", "Path", unit},
                  {"status", "Status", ""},
                  {"projected_low", "At the due month, low", unit},
                  {"projected", "At the due month, middle", unit},
                  {"projected_high", "At the due month, high", unit},
                  {"reach_share", "Past changes that meet the target", "share"},
                  {"other_record", "Another record", unit},
                  {"revised", "Revised", ""}},
      .rows = {}};
  for (const GoalMonth& row : one.track.months) {
    const auto& ahead = row.projection;
    table.add({row.month.to_string(), cell_of(row.value), row.path,
               std::string(to_string(row.status)), ahead ? Cell(ahead->at_due.low) : Cell(),
               ahead ? Cell(ahead->at_due.mid) : Cell(), ahead ? Cell(ahead->at_due.high) : Cell(),
               ahead ? Cell(ahead->reach_share) : Cell(), cell_of(row.other),
               row.other ? Cell(row.revised) : Cell()});
  }
  return table;
}

/// The months of all goals under one another, the goal in front.
ResultTable months_table(const std::vector<Followed>& goals,
                         const std::vector<ResultTable>& tracks) {
  ResultTable table = {.id = "months", .title = "Months", .note = "", .columns = {}, .rows = {}};
  table.columns = tracks.front().columns;
  table.columns.insert(table.columns.begin(), {"goal", "Goal", ""});
  for (std::size_t k = 0; k < tracks.size(); ++k) {
    for (std::vector<Cell> row : tracks[k].rows) {
      row.insert(row.begin(), goals[k].goal.name);
      table.add(std::move(row));
    }
  }
  return table;
}

json number_of(const std::optional<double>& value) { return value ? json(*value) : json(); }

json month_value(const GoalMonth& row) {
  json value = {{"month", row.month.to_string()},
                {"value", number_of(row.value)},
                {"path", row.path},
                {"status", to_string(row.status)},
                {"other_record", number_of(row.other)},
                {"revised", row.revised}};
  if (row.other_status) value["status_by_other_record"] = to_string(*row.other_status);
  if (row.projection) {
    const auto& at = row.projection->at_due;
    value["projection"] = {{"low", at.low},
                           {"mid", at.mid},
                           {"high", at.high},
                           {"reach_share", row.projection->reach_share},
                           {"n_changes", row.projection->n_changes}};
  }
  return value;
}

json value_of(const PlanHead& head, const GoalOptions& options, const std::vector<Followed>& goals,
              const std::vector<ResultTable>& tables) {
  json list = json::array();
  json summary = json::array();
  for (const Followed& one : goals) {
    json months = json::array();
    for (const GoalMonth& row : one.track.months) months.push_back(month_value(row));
    list.push_back({{"goal", options_to_json(one.goal)},
                    {"unit", unit_of(one.goal)},
                    {"baseline", one.track.baseline},
                    {"target", one.track.target},
                    {"due", one.track.due.to_string()},
                    {"last_observed", one.track.last_observed.to_string()},
                    {"status", to_string(one.track.months.back().status)},
                    {"months", std::move(months)}});
    summary.push_back(standing(one));
  }
  json value = {{"schema", "altyn.plan/1"},
                {"name", "plan"},
                {"title", title_of(head)},
                {"about", head.in_our_words},
                {"plan", options_to_json(head)},
                {"options", options_to_json(options)},
                {"summary", std::move(summary)},
                {"goals", std::move(list)},
                {"notes", json::array({std::string(kReading)})},
                {"tables", json::object()}};
  for (const ResultTable& table : tables) {
    value["tables"][table.id] = attribution::to_json(table);
  }
  return value;
}

/// The command that gives this answer: the plan with what differs from it or from the defaults.
std::string command_of(const Study& study, const PlanHead& head, const json& options) {
  std::string command = "altyn monitor " + study.content.value("file", "plan.toml");
  if (!head.as_of.empty()) command += " --as-of " + head.as_of;
  const json usual = options_to_json(GoalOptions{});
  for (const auto& [key, value] : options.items()) {
    if (value == usual.at(key)) continue;
    std::string flag = key;
    std::replace(flag.begin(), flag.end(), '_', '-');
    command += fmt::format(" --{} {}", flag, value.dump());
  }
  return command;
}

// Where the data come from and how the run is repeated.
void add_record(json& value, const Study& study, const PlanHead& head, const DataSources& sources,
                const Context& context) {
  json inputs = json::array();
  value["sources"] = json::array();
  for (const InputFile& input : sources.inputs()) {
    inputs.push_back({{"path", input.path}, {"sha256", input.sha256}});
    value["sources"].push_back(attribution::to_json(source_of(sources, input)));
  }
  value["run"] = {{"version", version()},
                  {"command", command_of(study, head, value["options"])},
                  {"seed", context.seed},
                  {"inputs", std::move(inputs)},
                  {"options", value["options"]}};
}

}  // namespace

std::vector<Field<PlanHead>> PlanHead::fields() {
  return {make_field(&PlanHead::title, {.name = "title", .doc = "title of the report"}),
          make_field(&PlanHead::in_our_words,
                     {.name = "in_our_words", .doc = "what the plan is, in our words"}),
          make_field(&PlanHead::source, {.name = "source", .doc = "where the plan is reported"}),
          make_field(&PlanHead::as_of,
                     {.name = "as_of",
                      .doc = "the last month to look at, 2014-06; blank: the last of the table"})};
}

std::vector<Field<PlanData>> PlanData::fields() {
  return {make_field(&PlanData::monthly,
                     {.name = "monthly",
                      .doc = "monthly trade by partner, one table per reporter: RUS=FILE"}),
          make_field(&PlanData::earlier,
                     {.name = "earlier",
                      .doc = "the same tables as published before; differences are marked"}),
          make_field(&PlanData::annual,
                     {.name = "annual",
                      .doc = "a bilateral table whose yearly figures of the reporter are compared "
                             "where `earlier` has none: world_trade"})};
}

StudyResult run_monitor(const Study& study, Context& context) {
  check_sections(study, {"file", "plan", "data", "options", "goal"});
  const auto head = read_section<PlanHead>(study, "plan");
  const auto data_section = read_section<PlanData>(study, "data");
  const auto options = read_section<GoalOptions>(study, "options");
  const std::vector<Goal> goals = read_goals(study);
  DataSources sources(study);
  const MonthlyByReporter monthly = read_monthly(data_section.monthly, "monthly", sources);
  const MonthlyByReporter earlier = read_monthly(data_section.earlier, "earlier", sources);
  std::optional<data::PairPanel> annual;
  if (!data_section.annual.empty()) {
    annual = data::load_pair_panel(sources.read(data_section.annual));
  }

  std::vector<Followed> followed;
  for (const Goal& goal : goals) {
    const std::string where = fmt::format("{} [[goal]] \"{}\"", study.where, goal.name);
    const auto trade = monthly.find(goal.reporter);
    if (trade == monthly.end()) {
      throw InputError({.code = "goal-without-data",
                        .what = fmt::format("no monthly table of {} is there", goal.reporter),
                        .where = where + " reporter",
                        .why = "a goal is measured in the reporter's books",
                        .fixes = {fmt::format("[data] monthly = [\"{}=FILE\"]", goal.reporter)}});
    }
    const data::Window span = trade->second.span();
    const Month as_of =
        head.as_of.empty() ? span.last : Month::parse(head.as_of, study.where + " [plan] as_of");
    if (as_of < span.first || as_of > span.last) {
      throw InputError({.code = "window-outside-data",
                        .what = fmt::format("as_of {} is outside {}", head.as_of, span.to_string()),
                        .where = study.where + " [plan] as_of",
                        .why = "a plan is followed over months on record",
                        .fixes = {"leave as_of out: the last month of the table"}});
    }
    std::map<Month, double> other;
    if (annual) other = yearly_records(goal, *annual);
    if (const auto before = earlier.find(goal.reporter); before != earlier.end()) {
      for (const auto& [month, value] : attribution::indicator_values(goal, before->second)) {
        other[month] = value;
      }
    }
    followed.push_back(
        {goal, attribution::follow_goal(goal, trade->second, other, as_of, options, where)});
  }

  std::vector<ResultTable> tracks;
  for (const Followed& one : followed) tracks.push_back(track_table(one, tracks.size() + 1));
  std::vector<ResultTable> tables = {goals_table(followed)};
  tables.insert(tables.end(), tracks.begin(), tracks.end());
  StudyResult result;
  result.text = summary_of(head, followed);
  result.value = value_of(head, options, followed, tables);
  add_record(result.value, study, head, sources, context);
  result.files = {{"report.html", report_html(result.value)},
                  {"report.md", report_of(head, followed)},
                  {"key_results.csv", attribution::to_data_table(tables.front())},
                  {"months.csv", attribution::to_data_table(months_table(followed, tracks))},
                  {"result.json", result.value.dump(1) + "\n"}};
  result.inputs = sources.inputs();
  return result;
}

}  // namespace altyn::study
