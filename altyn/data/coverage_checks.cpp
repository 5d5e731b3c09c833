#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "altyn/data/check_words.h"
#include "altyn/data/country_codes.h"
#include "altyn/data/pair_flows.h"

namespace altyn::data::internal {
namespace {

constexpr double kReportingShare = 0.2;  // of its flows, for an economy to count as reporting

/// What one economy reports of its own flows in one year, and what partners report of them.
struct Reporting {
  std::size_t n_flows = 0;
  std::size_t n_own = 0;
  double by_partners_musd = 0.0;
  [[nodiscard]] bool reports() const {
    return static_cast<double>(n_own) >= kReportingShare * static_cast<double>(n_flows);
  }
};

using ReportingTable = std::vector<std::vector<Reporting>>;  // [n_economies][n_years]

ReportingTable reporting_of(const PairFlows& flows) {
  ReportingTable table(flows.panel.economies.size(), std::vector<Reporting>(flows.years.size()));
  for (const PairFlow& flow : flows.flows) {
    const auto count = [&](GroupId economy, double own, double partner) {
      Reporting& reporting = table[economy][flow.year];
      ++reporting.n_flows;
      if (!is_missing(own)) ++reporting.n_own;
      if (!is_missing(partner)) reporting.by_partners_musd += partner;
    };
    count(flow.exporter, flow.by_exporter, flow.by_importer);
    count(flow.importer, flow.by_importer, flow.by_exporter);
  }
  return table;
}

void find_missing_reporters(const PairFlows& flows, std::vector<Finding>& findings) {
  const ReportingTable table = reporting_of(flows);
  const std::size_t n_years = flows.years.size();
  struct Rare {
    std::string name;
    std::size_t n_reported = 0;
    double stake = 0.0;
  };
  std::vector<Rare> rare;
  RowTable rare_rows({"economy"}, {"year", "by_partners_musd"});
  RowTable absent_rows({"economy"}, {"year", "by_partners_musd"});
  double rare_stake = 0.0;
  double absent_stake = 0.0;
  struct Absent {
    std::string name;
    double stake = 0.0;
  };
  std::vector<std::vector<Absent>> absent(n_years);
  for (std::size_t economy = 0; economy < table.size(); ++economy) {
    const std::string& code = flows.panel.economies[economy];
    std::size_t n_reported = 0;
    double stake = 0.0;
    for (const Reporting& reporting : table[economy]) {
      if (reporting.reports()) {
        ++n_reported;
      } else {
        stake += reporting.by_partners_musd;
      }
    }
    const bool is_rare = 2 * n_reported < n_years;
    if (is_rare) {
      rare.push_back({economy_name(code), n_reported, stake});
      rare_stake += stake;
    }
    for (std::size_t year = 0; year < n_years; ++year) {
      const Reporting& reporting = table[economy][year];
      if (reporting.reports()) continue;
      (is_rare ? rare_rows : absent_rows)
          .add({code}, {static_cast<double>(flows.years[year]), reporting.by_partners_musd});
      if (is_rare) continue;
      absent[year].push_back({economy_name(code), reporting.by_partners_musd});
      absent_stake += reporting.by_partners_musd;
    }
  }
  const std::string& source = flows.panel.table.source();
  if (!rare.empty()) {
    std::stable_sort(rare.begin(), rare.end(), [](const Rare& a, const Rare& b) {
      return std::pair(a.n_reported, -a.stake) < std::pair(b.n_reported, -b.stake);
    });
    std::vector<std::string> words;
    for (const Rare& entry : rare) {
      words.push_back(fmt::format("{} ({} of {} years)", entry.name, entry.n_reported, n_years));
    }
    findings.push_back(
        {Severity::kWarning, "reporter-rare",
         fmt::format("Little or nothing is reported by {}; their trade is known from "
                     "their partners only.",
                     list_of(words, 12)),
         source, rare_rows.finish(source), rare_stake});
  }
  std::vector<std::string> years;
  for (std::size_t year = 0; year < n_years; ++year) {
    std::vector<Absent>& missing = absent[year];
    if (missing.empty()) continue;
    std::stable_sort(missing.begin(), missing.end(),
                     [](const Absent& a, const Absent& b) { return a.stake > b.stake; });
    std::vector<std::string> names;
    for (const Absent& entry : missing) names.push_back(entry.name);
    years.push_back(fmt::format("{} ({})", flows.year_text(year), list_of(names, 5)));
  }
  if (!years.empty()) {
    findings.push_back({Severity::kWarning, "reporter-absent",
                        fmt::format("Economies that report in most years do not in {}; their flows "
                                    "of these years stand on one side's word.",
                                    fmt::join(years, ", ")),
                        source, absent_rows.finish(source), absent_stake});
  }
}

void find_one_sided(const PairFlows& flows, std::vector<Finding>& findings) {
  std::size_t no_importer = 0;
  std::size_t no_exporter = 0;
  double stake = 0.0;
  double total = 0.0;
  for (const PairFlow& flow : flows.flows) {
    if (is_missing(flow.by_importer)) ++no_importer;
    if (is_missing(flow.by_exporter)) ++no_exporter;
    if (!flow.both()) stake += flow.trade;
    total += flow.trade;
  }
  if (no_importer + no_exporter == 0) return;
  RowTable rows({"missing_side"}, {"n_flows"});
  rows.add({"importer"}, {static_cast<double>(no_importer)});
  rows.add({"exporter"}, {static_cast<double>(no_exporter)});
  const std::string& source = flows.panel.table.source();
  findings.push_back(
      {Severity::kNote, "one-sided",
       fmt::format("{} of {} are reported by one side only ({} lack the importer's figure, {} the "
                   "exporter's), {} of the value.",
                   fmt::group_digits(no_importer + no_exporter),
                   count_of(flows.flows.size(), "flow"), fmt::group_digits(no_importer),
                   fmt::group_digits(no_exporter), percent(total > 0.0 ? stake / total : 0.0)),
       source, rows.finish(source), stake});
}

void find_absent_pairs(const PairFlows& flows, std::vector<Finding>& findings) {
  const std::size_t n = flows.panel.economies.size();
  const std::size_t possible = n * (n - 1);
  std::vector<std::size_t> present(flows.years.size(), 0);
  for (const PairFlow& flow : flows.flows) ++present[flow.year];
  const std::size_t most = possible - *std::min_element(present.begin(), present.end());
  if (most == 0) return;
  RowTable rows({}, {"year", "absent_flows"});
  for (std::size_t year = 0; year < flows.years.size(); ++year) {
    rows.add({}, {static_cast<double>(flows.years[year]),
                  static_cast<double>(possible - present[year])});
  }
  const std::string& source = flows.panel.table.source();
  findings.push_back(
      {Severity::kNote, "absent-pairs",
       fmt::format("An absent pair is unknown, not zero: of {} possible flows between {} economies "
                   "{} are absent in {}{}.",
                   fmt::group_digits(possible), n, fmt::group_digits(possible - present.back()),
                   flows.year_text(flows.years.size() - 1),
                   flows.years.size() > 1
                       ? fmt::format(" and {} in {}", fmt::group_digits(possible - present.front()),
                                     flows.year_text(0))
                       : ""),
       source, rows.finish(source), 0.0});
}

void find_gaps_in_time(const PairFlows& flows, std::vector<Finding>& findings) {
  std::set<int> steps;
  for (std::size_t k = 1; k < flows.years.size(); ++k) {
    steps.insert(flows.years[k] - flows.years[k - 1]);
  }
  if (steps.size() < 2) return;
  const std::string& source = flows.panel.table.source();
  std::vector<std::string> years;
  RowTable rows({}, {"year"});
  for (const int year : flows.years) {
    years.push_back(fmt::format("{}", year));
    rows.add({}, {static_cast<double>(year)});
  }
  findings.push_back({Severity::kNote, "uneven-years",
                      fmt::format("The years are not evenly spaced ({}): changes from one to the "
                                  "next span {} to {} years.",
                                  fmt::join(years, ", "), *steps.begin(), *steps.rbegin()),
                      source, rows.finish(source), 0.0});
}

void find_no_domestic(const PairFlows& flows, std::vector<Finding>& findings) {
  if (flows.flows.size() < static_cast<std::size_t>(flows.panel.table.n_rows())) return;
  const std::string& source = flows.panel.table.source();
  findings.push_back(
      {Severity::kNote, "no-domestic",
       "No economy's trade with itself is in the table: an equilibrium needs it, and "
       "an estimated effect of an agreement may differ without it.",
       source, Table(source), 0.0});
}

}  // namespace

void check_coverage(const PairFlows& flows, std::vector<Finding>& findings) {
  if (flows.panel.two_sided) {
    find_missing_reporters(flows, findings);
    find_one_sided(flows, findings);
  }
  find_absent_pairs(flows, findings);
  find_gaps_in_time(flows, findings);
  find_no_domestic(flows, findings);
}

}  // namespace altyn::data::internal
