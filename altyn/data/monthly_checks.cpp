#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "altyn/data/check_words.h"
#include "altyn/data/checks.h"
#include "altyn/data/country_codes.h"
#include "altyn/data/pair_flows.h"

namespace altyn::data {
namespace {

using internal::count_of;
using internal::list_of;
using internal::median_of;
using internal::millions;
using internal::percent;
using internal::RowTable;

constexpr Flow kDirections[] = {Flow::kExports, Flow::kImports};

/// One finding per partner with blanks inside the span of the table.
void find_blanks(const MonthlyTrade& months, std::vector<Finding>& findings) {
  for (const std::string& partner : months.partners()) {
    RowTable rows({"month", "partner", "flow"}, {});
    std::vector<std::string> parts;
    double stake = 0.0;
    const std::vector<Month> exports = months.blank_months(partner, Flow::kExports, months.span());
    const std::vector<Month> imports = months.blank_months(partner, Flow::kImports, months.span());
    if (exports == imports) {
      if (!exports.empty())
        parts.push_back(fmt::format("exports and imports ({})", describe_months(exports)));
    } else {
      if (!exports.empty()) parts.push_back("exports of " + describe_months(exports));
      if (!imports.empty()) parts.push_back("imports of " + describe_months(imports));
    }
    if (parts.empty()) continue;
    for (const Flow flow : kDirections) {
      std::vector<double> known;
      for (const double value : months.series(partner, flow, months.span())) {
        if (!is_missing(value)) known.push_back(value);
      }
      const std::vector<Month>& blank = flow == Flow::kExports ? exports : imports;
      for (const Month month : blank) {
        rows.add({month.to_string(), partner, std::string(to_string(flow))}, {});
      }
      if (!known.empty()) stake += median_of(known) * static_cast<double>(blank.size());
    }
    findings.push_back(
        {Severity::kWarning, "blank-months",
         fmt::format(
             "Between {} and {}, {} are blank: unknown, not zero; no window that touches them "
             "has a sum.",
             economy_name(months.reporter()), economy_name(partner), list_of(parts)),
         months.source(), rows.finish(months.source()), stake});
  }
}

/// Months far above the months around them.
void find_spikes(const MonthlyTrade& months, const CheckOptions& options,
                 std::vector<Finding>& findings) {
  struct Spike {
    std::string partner;
    Flow flow = Flow::kExports;
    Month month;
    double value = 0.0;
    double usual = 0.0;
  };
  std::vector<Spike> spikes;
  for (const std::string& partner : months.partners()) {
    for (const Flow flow : kDirections) {
      const std::vector<double> series = months.series(partner, flow, months.span());
      for (std::size_t k = 0; k < series.size(); ++k) {
        std::vector<double> around;
        for (std::size_t other = k < 6 ? 0 : k - 6; other < std::min(series.size(), k + 7);
             ++other) {
          if (other != k && !is_missing(series[other])) around.push_back(series[other]);
        }
        if (around.size() < 6 || !(series[k] >= options.spike_musd)) continue;
        const double usual = median_of(around);
        if (series[k] < options.spike_factor * usual) continue;
        spikes.push_back(
            {partner, flow, months.span().first.plus(static_cast<int>(k)), series[k], usual});
      }
    }
  }
  if (spikes.empty()) return;
  std::sort(spikes.begin(), spikes.end(), [](const Spike& a, const Spike& b) {
    return std::tuple(b.value, a.partner, a.month) < std::tuple(a.value, b.partner, b.month);
  });
  RowTable rows({"month", "partner", "flow"}, {"value_musd", "usual_musd"});
  double stake = 0.0;
  for (const Spike& spike : spikes) {
    rows.add({spike.month.to_string(), spike.partner, std::string(to_string(spike.flow))},
             {spike.value, spike.usual});
    stake += spike.value;
  }
  const Spike& top = spikes.front();
  findings.push_back(
      {Severity::kNote, "month-spike",
       fmt::format("{} of a partner stand{} more than {:g} times above the months around; the "
                   "largest is {} with {} in {}: {} against about {} million USD.",
                   count_of(spikes.size(), "month"), spikes.size() == 1 ? "s" : "",
                   options.spike_factor, to_string(top.flow), economy_name(top.partner),
                   top.month.to_string(), millions(top.value), millions(top.usual)),
       months.source(), rows.finish(months.source()), stake});
}

/// A sum of months beside the yearly figure of the same reporter.
struct Pairing {
  std::string partner;
  int year = 0;
  Flow flow = Flow::kExports;
  double months_musd = 0.0;
  double year_musd = 0.0;
  [[nodiscard]] double gap() const { return year_musd / months_musd - 1.0; }
};

std::vector<Pairing> pair_up(const MonthlyTrade& months, const PairPanel& panel) {
  const NumberColumn& by_importer = panel.table.numbers("importer_reported_musd");
  const NumberColumn& by_exporter = panel.table.numbers("exporter_reported_musd");
  std::vector<Pairing> pairings;
  for (const int year : panel.years) {
    const Window window = {Month::of(year, 1), Month::of(year, 12)};
    for (const std::string& partner : months.partners()) {
      for (const Flow flow : kDirections) {
        const bool exports = flow == Flow::kExports;
        const std::optional<Index> row = exports ? panel.find(months.reporter(), partner, year)
                                                 : panel.find(partner, months.reporter(), year);
        if (!row || !months.blank_months(partner, flow, window).empty()) continue;
        Pairing pairing{partner, year, flow, months.sum(partner, flow, window),
                        (exports ? by_exporter : by_importer)[static_cast<std::size_t>(*row)]};
        if (pairing.months_musd > 0.0 && pairing.year_musd > 0.0) pairings.push_back(pairing);
      }
    }
  }
  return pairings;
}

}  // namespace

std::vector<Finding> check_months(const MonthlyTrade& months, const CheckOptions& options) {
  std::vector<Finding> findings;
  find_blanks(months, findings);
  find_spikes(months, options, findings);
  return findings;
}

std::vector<Finding> check_months_against_years(const MonthlyTrade& months, const PairPanel& panel,
                                                const CheckOptions& options) {
  std::vector<Finding> findings;
  if (!panel.two_sided) return findings;
  std::vector<Pairing> pairings = pair_up(months, panel);
  if (pairings.empty()) return findings;
  std::sort(pairings.begin(), pairings.end(), [](const Pairing& a, const Pairing& b) {
    const auto size = [](const Pairing& of) { return -std::abs(of.year_musd - of.months_musd); };
    return std::tuple(size(a), a.partner, a.year, a.flow) <
           std::tuple(size(b), b.partner, b.year, b.flow);
  });
  RowTable rows({"partner", "flow"}, {"year", "months_musd", "year_musd", "gap_share"});
  double stake = 0.0;
  std::map<std::pair<Flow, int>, std::vector<double>> gaps;
  for (const Pairing& pairing : pairings) {
    rows.add(
        {pairing.partner, std::string(to_string(pairing.flow))},
        {static_cast<double>(pairing.year), pairing.months_musd, pairing.year_musd, pairing.gap()});
    gaps[{pairing.flow, pairing.year}].push_back(pairing.gap());
    stake += std::abs(pairing.year_musd - pairing.months_musd);
  }
  std::vector<std::string> apart;
  std::vector<std::string> together;
  for (const auto& [key, values] : gaps) {
    const double middle = median_of(values);
    (std::abs(middle) > options.sum_gap_share ? apart : together)
        .push_back(fmt::format("{} {} ({}{})", to_string(key.first), key.second,
                               middle >= 0.0 ? "+" : "", percent(middle)));
  }
  const std::string who = economy_name(months.reporter());
  if (!apart.empty()) {
    const Pairing& top = pairings.front();
    findings.push_back(
        {Severity::kWarning, "months-against-year",
         fmt::format(
             "The yearly figures of {} stand apart from the sum of its months, for the median "
             "partner, in {}; most money is in {} with {} in {}: {} for the year, {} as months.",
             who, list_of(apart, 12), to_string(top.flow), economy_name(top.partner), top.year,
             millions(top.year_musd), millions(top.months_musd)),
         months.source(), rows.finish(months.source()), stake});
  }
  if (!together.empty()) {
    const auto far = static_cast<std::size_t>(
        std::count_if(pairings.begin(), pairings.end(), [&](const Pairing& pairing) {
          return std::abs(pairing.gap()) > options.sum_gap_share &&
                 std::abs(median_of(gaps[{pairing.flow, pairing.year}])) <= options.sum_gap_share;
        }));
    findings.push_back(
        {Severity::kNote, "months-against-year",
         fmt::format(
             "Sums of the months of {} agree with its yearly figures within {} for the median "
             "partner in {}; {} of these years differ by more. Growth should be taken from "
             "one of the two tables throughout.",
             who, percent(options.sum_gap_share), list_of(together, 12), count_of(far, "flow")),
         months.source(), rows.finish(months.source()), 0.0});
  }
  return findings;
}

}  // namespace altyn::data
