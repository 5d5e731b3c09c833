#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "altyn/data/check_words.h"
#include "altyn/data/pair_flows.h"

namespace altyn::data::internal {
namespace {

/// The values of one pair by year under one report; NaN where there is none.
struct History {
  GroupId exporter = 0;
  GroupId importer = 0;
  std::string_view side;             // "importer", "exporter", or "" for a table with one value
  std::vector<double> values;        // [n_years]
  std::vector<double> other_values;  // of the other side; empty in a table with one value
};

std::vector<History> histories_of(const PairFlows& flows) {
  std::vector<History> histories;
  const std::size_t n_years = flows.years.size();
  for (std::size_t k = 0; k < flows.flows.size();) {
    const PairFlow& first = flows.flows[k];
    std::vector<double> by_importer(n_years, kMissing);
    std::vector<double> by_exporter(n_years, kMissing);
    std::vector<double> trade(n_years, kMissing);
    for (; k < flows.flows.size() && flows.flows[k].exporter == first.exporter &&
           flows.flows[k].importer == first.importer;
         ++k) {
      by_importer[flows.flows[k].year] = flows.flows[k].by_importer;
      by_exporter[flows.flows[k].year] = flows.flows[k].by_exporter;
      trade[flows.flows[k].year] = flows.flows[k].trade;
    }
    if (flows.panel.two_sided) {
      histories.push_back({first.exporter, first.importer, "importer", by_importer, by_exporter});
      histories.push_back({first.exporter, first.importer, "exporter", by_exporter, by_importer});
    } else {
      histories.push_back({first.exporter, first.importer, "", std::move(trade), {}});
    }
  }
  return histories;
}

std::string by_side(const History& history) {
  return history.side.empty() ? "" : fmt::format(" by the {}'s report", history.side);
}

/// How much trade a zero hides at least, by the flow's nearest years and by the opposite flow of
/// the same year: the smaller of the two, for either alone has other explanations.
double hidden_by_zero(const PairFlows& flows, const History& history, std::size_t year) {
  double beside = 0.0;
  for (std::size_t k = year; k-- > 0;) {
    if (history.values[k] > 0.0) {
      beside = history.values[k];
      break;
    }
  }
  for (std::size_t k = year + 1; k < history.values.size(); ++k) {
    if (history.values[k] > 0.0) {
      beside = std::max(beside, history.values[k]);
      break;
    }
  }
  const std::optional<Index> opposite = flows.panel.find(
      flows.code(history.importer), flows.code(history.exporter), flows.years[year]);
  if (!opposite) return 0.0;
  return std::min(beside, flows.panel.table.numbers("trade")[static_cast<std::size_t>(*opposite)]);
}

/// Zeros beside large years of the same flow, where nobody contradicts them outright.
void find_odd_zeros(const PairFlows& flows, const std::vector<History>& histories,
                    const CheckOptions& options, std::vector<Finding>& findings) {
  struct OddZero {
    const History* history = nullptr;
    std::vector<std::size_t> years;
    std::size_t peak = 0;
    double hidden = 0.0;
  };
  std::vector<OddZero> found;
  for (const History& history : histories) {
    OddZero odd{&history, {}, 0, 0.0};
    double peak = 0.0;
    for (std::size_t year = 0; year < history.values.size(); ++year) {
      const double value = history.values[year];
      if (value > peak) {
        peak = value;
        odd.peak = year;
      }
      const bool contradicted =
          !history.other_values.empty() &&
          history.other_values[year] >= options.zero_conflict_musd;  // zero-against-report
      if (value != 0.0 || contradicted) continue;
      const double hidden = hidden_by_zero(flows, history, year);
      if (hidden < options.jump_musd) continue;
      odd.years.push_back(year);
      odd.hidden += hidden;
    }
    if (!odd.years.empty()) found.push_back(std::move(odd));
  }
  if (found.empty()) return;
  std::stable_sort(found.begin(), found.end(),
                   [](const OddZero& a, const OddZero& b) { return a.hidden > b.hidden; });
  RowTable rows({"exporter", "importer", "side"}, {"year", "largest_musd", "largest_year"});
  double stake = 0.0;
  std::size_t n_zeros = 0;
  std::vector<std::string> words;
  for (const OddZero& odd : found) {
    const std::string& exporter = flows.code(odd.history->exporter);
    const std::string& importer = flows.code(odd.history->importer);
    const double peak = odd.history->values[odd.peak];
    std::vector<std::string> years;
    for (const std::size_t year : odd.years) {
      rows.add({exporter, importer, std::string(odd.history->side)},
               {static_cast<double>(flows.years[year]), peak,
                static_cast<double>(flows.years[odd.peak])});
      years.push_back(flows.year_text(year));
    }
    n_zeros += odd.years.size();
    stake += odd.hidden;
    if (words.size() < 5) {
      words.push_back(fmt::format("{} is zero{} in {} and {} in {}", flow_name(exporter, importer),
                                  by_side(*odd.history), list_of(years, 4), millions(peak),
                                  flows.year_text(odd.peak)));
    }
  }
  const std::string& source = flows.panel.table.source();
  findings.push_back(
      {Severity::kWarning, "zero-beside-large",
       fmt::format("{} stand{} in {} although the same flow in the nearest years and the opposite "
                   "flow of the same year both reach {} million USD; they are likely missing "
                   "reports: {}.",
                   count_of(n_zeros, "zero"), n_zeros == 1 ? "s" : "",
                   count_of(found.size(), "flow"), millions(options.jump_musd),
                   fmt::join(words, "; ")),
       source, rows.finish(source), stake});
}

/// Jumps of one side that the other side's figures do not follow.
void find_jumps(const PairFlows& flows, const std::vector<History>& histories,
                const CheckOptions& options, std::vector<Finding>& findings) {
  struct Jump {
    const History* history = nullptr;
    std::size_t before = 0;
    std::size_t year = 0;
    [[nodiscard]] double size() const {
      return std::abs(history->values[year] - history->values[before]);
    }
  };
  const double limit = std::log(options.jump_factor);
  std::vector<Jump> jumps;
  for (const History& history : histories) {
    for (std::size_t year = 1; year < history.values.size(); ++year) {
      const auto change = [year](const std::vector<double>& values) {
        return values[year] > 0.0 && values[year - 1] > 0.0
                   ? std::log(values[year] / values[year - 1])
                   : kMissing;
      };
      const double own = change(history.values);
      if (!(std::abs(own) > limit) ||
          std::max(history.values[year], history.values[year - 1]) < options.jump_musd) {
        continue;
      }
      if (!history.other_values.empty()) {
        const double other = change(history.other_values);
        if (is_missing(other) || std::abs(other - own) < limit / 2.0) continue;  // it followed
      }
      jumps.push_back({&history, year - 1, year});
    }
  }
  if (jumps.empty()) return;
  std::stable_sort(jumps.begin(), jumps.end(),
                   [](const Jump& a, const Jump& b) { return a.size() > b.size(); });
  RowTable rows({"exporter", "importer", "side"},
                {"year_before", "year", "before_musd", "after_musd"});
  double stake = 0.0;
  for (const Jump& jump : jumps) {
    rows.add(
        {flows.code(jump.history->exporter), flows.code(jump.history->importer),
         std::string(jump.history->side)},
        {static_cast<double>(flows.years[jump.before]), static_cast<double>(flows.years[jump.year]),
         jump.history->values[jump.before], jump.history->values[jump.year]});
    stake += jump.size();
  }
  const Jump& top = jumps.front();
  const std::string& source = flows.panel.table.source();
  findings.push_back(
      {Severity::kNote, "sudden-jump",
       fmt::format(
           "{} change{} more than {:g} times from one year to the next{}; the largest is {} "
           "from {} to {} million USD between {} and {}{}.",
           count_of(jumps.size(), "flow"), jumps.size() == 1 ? "s" : "", options.jump_factor,
           top.history->side.empty() ? "" : " while the other side's figure does not follow",
           flow_name(flows.code(top.history->exporter), flows.code(top.history->importer)),
           millions(top.history->values[top.before]), millions(top.history->values[top.year]),
           flows.year_text(top.before), flows.year_text(top.year), by_side(*top.history)),
       source, rows.finish(source), stake});
}

}  // namespace

void check_histories(const PairFlows& flows, const CheckOptions& options,
                     std::vector<Finding>& findings) {
  if (flows.panel.years.size() < 2) return;
  const std::vector<History> histories = histories_of(flows);
  find_odd_zeros(flows, histories, options, findings);
  find_jumps(flows, histories, options, findings);
}

}  // namespace altyn::data::internal
