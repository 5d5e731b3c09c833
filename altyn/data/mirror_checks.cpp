#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "altyn/data/check_words.h"
#include "altyn/data/country_codes.h"
#include "altyn/data/pair_flows.h"

namespace altyn::data::internal {
namespace {

constexpr std::size_t kMostNamed = 5;  // pairs or economies with a sentence of their own

RowTable flow_rows() {
  return RowTable({"exporter", "importer"},
                  {"year", "importer_reported_musd", "exporter_reported_musd"});
}

void add_flow(RowTable& rows, const PairFlows& flows, const PairFlow& flow) {
  rows.add({flows.code(flow.exporter), flows.code(flow.importer)},
           {static_cast<double>(flows.years[flow.year]), flow.by_importer, flow.by_exporter});
}

/// Zeros that the other side's report contradicts, one finding per pair for the largest.
void find_false_zeros(const PairFlows& flows, const CheckOptions& options,
                      std::vector<Finding>& findings) {
  struct Conflict {
    std::vector<PairFlow> cases;
    double stake = 0.0;
  };
  std::map<std::pair<GroupId, GroupId>, Conflict> conflicts;
  for (const PairFlow& flow : flows.flows) {
    if (!flow.both() || std::min(flow.by_importer, flow.by_exporter) > 0.0) continue;
    const double other = std::max(flow.by_importer, flow.by_exporter);
    if (other < options.zero_conflict_musd || other <= 0.0) continue;
    Conflict& conflict = conflicts[{flow.exporter, flow.importer}];
    conflict.cases.push_back(flow);
    conflict.stake += other;
  }
  std::vector<const Conflict*> order;
  for (const auto& [pair, conflict] : conflicts) order.push_back(&conflict);
  std::stable_sort(order.begin(), order.end(),
                   [](const Conflict* a, const Conflict* b) { return a->stake > b->stake; });
  const std::string& source = flows.panel.table.source();
  RowTable rest = flow_rows();
  std::size_t n_rest = 0;
  double rest_stake = 0.0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    const Conflict& conflict = *order[k];
    if (k >= kMostNamed) {
      for (const PairFlow& flow : conflict.cases) add_flow(rest, flows, flow);
      n_rest += conflict.cases.size();
      rest_stake += conflict.stake;
      continue;
    }
    RowTable rows = flow_rows();
    std::vector<std::string> years;
    const PairFlow* top = &conflict.cases.front();
    const auto size = [](const PairFlow& flow) {
      return std::max(flow.by_importer, flow.by_exporter);
    };
    for (const PairFlow& flow : conflict.cases) {
      add_flow(rows, flows, flow);
      years.push_back(flows.year_text(flow.year));
      if (size(flow) > size(*top)) top = &flow;
    }
    const bool importer_zero = top->by_importer == 0.0;
    findings.push_back(
        {Severity::kError, "zero-against-report",
         fmt::format("{} is zero by the {}'s report in {} but {} million USD by the {}'s in {}: "
                     "the zero stands for a missing report and would bias every estimate.",
                     flow_name(flows.code(top->exporter), flows.code(top->importer)),
                     importer_zero ? "importer" : "exporter", list_of(years, 8),
                     millions(size(*top)), importer_zero ? "exporter" : "importer",
                     flows.year_text(top->year)),
         source, rows.finish(source), conflict.stake});
  }
  if (n_rest > 0) {
    findings.push_back(
        {Severity::kError, "zero-against-report",
         fmt::format("{} more stand{} at zero against the other side's report of {:g} "
                     "million USD or more.",
                     count_of(n_rest, "flow"), n_rest == 1 ? "s" : "", options.zero_conflict_musd),
         source, rest.finish(source), rest_stake});
  }
}

void find_gaps(const PairFlows& flows, const CheckOptions& options,
               std::vector<Finding>& findings) {
  std::vector<PairFlow> apart;
  std::size_t n_compared = 0;
  for (const PairFlow& flow : flows.flows) {
    if (!flow.both() || std::max(flow.by_importer, flow.by_exporter) < options.large_flow_musd) {
      continue;
    }
    ++n_compared;
    if (flow.ratio() > options.mirror_factor) apart.push_back(flow);
  }
  if (apart.empty()) return;
  const auto gap = [](const PairFlow& flow) {
    return std::abs(flow.by_importer - flow.by_exporter);
  };
  std::stable_sort(apart.begin(), apart.end(),
                   [&](const PairFlow& a, const PairFlow& b) { return gap(a) > gap(b); });
  RowTable rows = flow_rows();
  double stake = 0.0;
  for (const PairFlow& flow : apart) {
    add_flow(rows, flows, flow);
    stake += gap(flow);
  }
  const PairFlow& top = apart.front();
  const std::string& source = flows.panel.table.source();
  findings.push_back(
      {Severity::kWarning, "mirror-gap",
       fmt::format(
           "In {} of {} above {} million USD that both sides report, one figure is more "
           "than {:g} times the other; most money is in {} in {}: {} by the importer, {} by "
           "the exporter.",
           fmt::group_digits(apart.size()), count_of(n_compared, "flow"),
           millions(options.large_flow_musd), options.mirror_factor,
           flow_name(flows.code(top.exporter), flows.code(top.importer)), flows.year_text(top.year),
           millions(top.by_importer), millions(top.by_exporter)),
       source, rows.finish(source), stake});
}

/// Every flow between the economies in focus, with a tighter limit.
void find_gaps_in_focus(const PairFlows& flows, const CheckOptions& options,
                        std::vector<Finding>& findings) {
  const auto in_focus = [&](GroupId economy) {
    return std::find(options.focus.begin(), options.focus.end(), flows.code(economy)) !=
           options.focus.end();
  };
  std::map<std::pair<GroupId, GroupId>, std::vector<PairFlow>> apart;
  for (const PairFlow& flow : flows.flows) {
    if (!in_focus(flow.exporter) || !in_focus(flow.importer) || !flow.both()) continue;
    if (flow.ratio() > options.focus_factor) apart[{flow.exporter, flow.importer}].push_back(flow);
  }
  for (const auto& [pair, cases] : apart) {
    RowTable rows = flow_rows();
    std::vector<std::string> words;
    double stake = 0.0;
    for (const PairFlow& flow : cases) {
      add_flow(rows, flows, flow);
      stake += std::abs(flow.by_importer - flow.by_exporter);
      words.push_back(fmt::format("{} ({} by the importer, {} by the exporter)",
                                  flows.year_text(flow.year), millions(flow.by_importer),
                                  millions(flow.by_exporter)));
    }
    const std::string& source = flows.panel.table.source();
    findings.push_back(
        {Severity::kWarning, "mirror-gap",
         fmt::format("{}: the two sides differ by more than {} in {}; results should be shown for "
                     "both.",
                     flow_name(flows.code(pair.first), flows.code(pair.second)),
                     percent(options.focus_factor - 1.0), list_of(words, 8)),
         source, rows.finish(source), stake});
  }
}

/// Per economy and year, what it reports and what its partners report of the same flows.
struct OwnAndPartners {
  double own = 0.0;
  double partners = 0.0;
  [[nodiscard]] double log_ratio() const {
    return own > 0.0 && partners > 0.0 ? std::log(own / partners) : kMissing;
  }
};
using Ratios = std::vector<std::vector<OwnAndPartners>>;  // [n_economies][n_years]

Ratios sum_reports(const PairFlows& flows, bool exports) {
  Ratios sums(flows.panel.economies.size(), std::vector<OwnAndPartners>(flows.years.size()));
  for (const PairFlow& flow : flows.flows) {
    if (!flow.both()) continue;
    OwnAndPartners& sum = sums[exports ? flow.exporter : flow.importer][flow.year];
    sum.own += exports ? flow.by_exporter : flow.by_importer;
    sum.partners += exports ? flow.by_importer : flow.by_exporter;
  }
  return sums;
}

/// How far a year's log ratio stands from the median of the other years; NaN when unknown.
double shift_of(const std::vector<OwnAndPartners>& history, std::size_t year) {
  std::vector<double> others;
  for (std::size_t k = 0; k < history.size(); ++k) {
    if (k != year && !is_missing(history[k].log_ratio())) {
      others.push_back(history[k].log_ratio());
    }
  }
  return others.size() < 3 ? kMissing : history[year].log_ratio() - median_of(std::move(others));
}

void find_reports_out_of_line(const PairFlows& flows, const Ratios& exports, const Ratios& imports,
                              const CheckOptions& options, std::vector<Finding>& findings) {
  struct Case {
    GroupId economy = 0;
    bool high = false;
    std::vector<std::size_t> years;
    double export_shift = 0.0;  // means over the years
    double import_shift = 0.0;
    double stake = 0.0;
  };
  std::vector<Case> cases;
  for (std::size_t economy = 0; economy < exports.size(); ++economy) {
    for (const bool high : {true, false}) {
      Case found{.economy = static_cast<GroupId>(economy), .high = high, .years = {}};
      for (std::size_t year = 0; year < flows.years.size(); ++year) {
        const double sign = high ? 1.0 : -1.0;
        const double export_shift = sign * shift_of(exports[economy], year);
        const double import_shift = sign * shift_of(imports[economy], year);
        if (!(export_shift > options.shift_log && import_shift > options.shift_log)) continue;
        found.years.push_back(year);
        found.export_shift += export_shift;
        found.import_shift += import_shift;
        found.stake += export_shift * exports[economy][year].partners +
                       import_shift * imports[economy][year].partners;
      }
      if (found.years.empty()) continue;
      found.export_shift /= static_cast<double>(found.years.size());
      found.import_shift /= static_cast<double>(found.years.size());
      cases.push_back(std::move(found));
    }
  }
  std::stable_sort(cases.begin(), cases.end(),
                   [](const Case& a, const Case& b) { return a.stake > b.stake; });
  const std::string& source = flows.panel.table.source();
  constexpr std::size_t kSentences = 3;
  RowTable rest({"economy", "direction"}, {"year", "exports_log_shift", "imports_log_shift"});
  std::vector<std::string> rest_names;
  double rest_stake = 0.0;
  for (std::size_t k = 0; k < cases.size(); ++k) {
    const Case& found = cases[k];
    const std::string& code = flows.code(found.economy);
    const double sign = found.high ? 1.0 : -1.0;
    RowTable rows({"economy", "direction"}, {"year", "exports_log_shift", "imports_log_shift"});
    std::vector<std::string> years;
    for (const std::size_t year : found.years) {
      (k < kSentences ? rows : rest)
          .add({code, found.high ? "high" : "low"},
               {static_cast<double>(flows.years[year]), shift_of(exports[found.economy], year),
                shift_of(imports[found.economy], year)});
      years.push_back(flows.year_text(year));
    }
    if (k >= kSentences) {
      const std::string name = economy_name(code);
      if (std::find(rest_names.begin(), rest_names.end(), name) == rest_names.end()) {
        rest_names.push_back(name);
      }
      rest_stake += found.stake;
      continue;
    }
    findings.push_back(
        {Severity::kWarning, "reports-out-of-line",
         fmt::format(
             "The own figures of {} for {} stand {} against its partners' figures than in other "
             "years, exports by {} and imports by {}: its reports of these years are likely too "
             "{}.",
             economy_name(code), list_of(years, 8), found.high ? "higher" : "lower",
             percent(std::abs(std::expm1(sign * found.export_shift))),
             percent(std::abs(std::expm1(sign * found.import_shift))), found.high ? "high" : "low"),
         source, rows.finish(source), found.stake});
  }
  if (!rest_names.empty()) {
    findings.push_back({Severity::kNote, "reports-out-of-line",
                        fmt::format("The same, with less trade at stake, in single years of {}.",
                                    list_of(rest_names, 8)),
                        source, rest.finish(source), rest_stake});
  }
}

/// Exporters whose figures stand above, or far below, the importers' in most years.
void find_levels(const PairFlows& flows, const Ratios& exports, std::vector<Finding>& findings) {
  struct Level {
    GroupId economy = 0;
    double ratio = 0.0;
    double stake = 0.0;  // per year
  };
  std::vector<Level> above;
  std::vector<Level> below;
  for (std::size_t economy = 0; economy < exports.size(); ++economy) {
    std::vector<double> ratios;
    double stake = 0.0;
    for (const OwnAndPartners& year : exports[economy]) {
      if (is_missing(year.log_ratio())) continue;
      ratios.push_back(year.log_ratio());
      stake += std::abs(year.own - year.partners);
    }
    if (ratios.empty()) continue;
    stake /= static_cast<double>(ratios.size());
    const Level level{static_cast<GroupId>(economy), std::exp(median_of(ratios)), stake};
    if (level.ratio > 1.05) above.push_back(level);
    if (level.ratio < 0.5) below.push_back(level);
  }
  const std::string& source = flows.panel.table.source();
  const auto report = [&](std::vector<Level>& levels, std::string_view check,
                          std::string_view before, std::string_view after, bool as_gap) {
    if (levels.empty()) return;
    std::stable_sort(levels.begin(), levels.end(),
                     [](const Level& a, const Level& b) { return a.stake > b.stake; });
    RowTable rows({"exporter"}, {"exporter_over_importer_ratio"});
    std::vector<std::string> words;
    double stake = 0.0;
    for (const Level& level : levels) {
      const std::string& code = flows.code(level.economy);
      rows.add({code}, {level.ratio});
      words.push_back(as_gap
                          ? fmt::format("{} (+{})", economy_name(code), percent(level.ratio - 1.0))
                          : fmt::format("{} ({})", economy_name(code), percent(level.ratio)));
      stake += level.stake;
    }
    findings.push_back({Severity::kNote, std::string(check),
                        fmt::format("{} {}{}", before, list_of(words, 8), after), source,
                        rows.finish(source), stake});
  };
  report(above, "exporter-above-importer",
         "Exports by the exporter's own record stand above what importers record with freight "
         "included, in the median year:",
         ". Re-exports and goods whose last stop is not known are the usual cause.", true);
  report(below, "exporter-far-below",
         "Less than half of the exports that importers record is in the exporter's own record, in "
         "the median year:",
         ". Exporter-reported flows of these economies are not usable.", false);
}

}  // namespace

void check_mirrors(const PairFlows& flows, const CheckOptions& options,
                   std::vector<Finding>& findings) {
  if (!flows.panel.two_sided) return;
  find_false_zeros(flows, options, findings);
  find_gaps(flows, options, findings);
  find_gaps_in_focus(flows, options, findings);
  const Ratios exports = sum_reports(flows, true);
  const Ratios imports = sum_reports(flows, false);
  find_reports_out_of_line(flows, exports, imports, options, findings);
  find_levels(flows, exports, findings);
}

}  // namespace altyn::data::internal
