#include "altyn/study/scenario_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "altyn/data/country_codes.h"
#include "altyn/study/assumption_ranges.h"

namespace altyn::study {
namespace {

using attribution::Cell;
using attribution::ResultTable;
using equilibrium::OneSectorResult;

constexpr double kLow = 0.05;
constexpr double kHigh = 0.95;
constexpr std::size_t kShownEconomies = 15;
constexpr double kShownDriver = 0.05;
// Part of the largest change below which an economy that the scenario does not concern is left out
// of the picture.
constexpr double kShownPart = 0.002;
constexpr std::size_t kShownContributions = 40;

// Economies that the scenario concerns, then the others, each by size of the change of real income.
std::vector<std::size_t> by_importance(const ScenarioSetting& setting, const Outcomes& outcomes) {
  std::vector<std::size_t> order(outcomes.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (setting.involved()[a] != setting.involved()[b]) return bool{setting.involved()[a]};
    return std::abs(outcomes[a][kRealIncome]) > std::abs(outcomes[b][kRealIncome]);
  });
  return order;
}

// Those in the picture, from the largest gain to the largest loss.
ResultTable real_income_table(const SolvedScenario& s, const Outcomes& outcomes,
                              std::vector<std::size_t> shown) {
  double largest = 0.0;
  for (const Outcomes::value_type& one : outcomes) {
    largest = std::max(largest, std::abs(one[kRealIncome]));
  }
  std::erase_if(shown, [&](std::size_t i) {
    return !s.setting.involved()[i] && std::abs(outcomes[i][kRealIncome]) < kShownPart * largest;
  });
  shown.resize(std::min(shown.size(), kShownEconomies));
  std::stable_sort(shown.begin(), shown.end(), [&](std::size_t a, std::size_t b) {
    return outcomes[a][kRealIncome] > outcomes[b][kRealIncome];
  });
  ResultTable table{
      .id = "real_income",
      .title = "Change of real income",
      .note =
          "Range: 5th to 95th percentile of the draws; from duties: the part of the change "
          "that is duties received",
      .columns = {{"economy", "Code", ""},
                  {"name", "Economy", ""},
                  {"real_income_change", "Real income", "fraction"},
                  {"low", "5%", "fraction"},
                  {"high", "95%", "fraction"},
                  {"gdp_share", "Of GDP", "fraction"},
                  {"from_duties", "From duties", "fraction"},
                  {"exports_change", "Exports", "fraction"},
                  {"imports_change", "Imports", "fraction"}}};
  // Spending of a nation: its regions have their parts of it and of GDP alike.
  std::vector<double> spending(s.setting.parents().size(), 0.0);
  for (std::size_t i = 0; i < spending.size(); ++i) {
    spending[s.setting.parents()[i]] += s.result.base_expenditure[i];
  }
  for (const std::size_t i : shown) {
    const double of_gdp = spending[s.setting.parents()[i]] / s.setting.gdp_musd()[i];
    table.add({s.setting.economies()[i], s.setting.names()[i], outcomes[i][kRealIncome],
               s.draws.quantile(kRealIncome, i, kLow), s.draws.quantile(kRealIncome, i, kHigh),
               outcomes[i][kRealIncome] * of_gdp,
               outcomes[i][kReceived] / s.result.base_expenditure[i], outcomes[i][kExports],
               outcomes[i][kImports]});
  }
  return table;
}

ResultTable economies_table(const SolvedScenario& s, const Outcomes& outcomes) {
  ResultTable table{.id = "economies",
                    .title = "All economies",
                    .note = "",
                    .columns = {{"economy", "Code", ""}, {"name", "Economy", ""}}};
  constexpr std::pair<Outcome, const char*> kColumns[] = {{kRealIncome, "real_income_change"},
                                                          {kExports, "exports_change"},
                                                          {kImports, "imports_change"},
                                                          {kPrices, "price_index_change"}};
  constexpr const char* kLabels[] = {"Real income", "Exports", "Imports", "Prices"};
  for (std::size_t c = 0; c < std::size(kColumns); ++c) {
    const std::string name = kColumns[c].second;
    table.columns.push_back({name, kLabels[c], "fraction"});
    table.columns.push_back({name + "_low", "5%", "fraction"});
    table.columns.push_back({name + "_high", "95%", "fraction"});
  }
  table.columns.push_back({"gains_from_trade", "Gains from trade", "share"});
  table.columns.push_back({"domestic_trade", "Domestic trade from", ""});
  // What autarky would cost, by the formula that holds without duties and deficits.
  const std::vector<double> gains = equilibrium::gains_from_trade(s.instance.base);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    std::vector<Cell> row = {s.setting.economies()[i], s.setting.names()[i]};
    for (const auto& [outcome, name] : kColumns) {
      row.emplace_back(outcomes[i][outcome]);
      row.emplace_back(s.draws.quantile(outcome, i, kLow));
      row.emplace_back(s.draws.quantile(outcome, i, kHigh));
    }
    row.emplace_back(gains[i]);
    row.emplace_back(s.setting.domestic_flag(i));
    table.add(std::move(row));
  }
  return table;
}

// Duties where there are any: at the border, and after pooling.
ResultTable revenue_table(const SolvedScenario& s, const Outcomes& outcomes,
                          const std::vector<std::size_t>& order) {
  ResultTable table{.id = "revenue",
                    .title = "Customs revenue",
                    .note = "Collected at the border; received after the pool is shared",
                    .columns = {{"economy", "Code", ""},
                                {"name", "Economy", ""},
                                {"collected_before", "Collected before", "million USD"},
                                {"collected_change", "Change", "million USD"},
                                {"collected_low", "5%", "million USD"},
                                {"collected_high", "95%", "million USD"},
                                {"received_before", "Received before", "million USD"},
                                {"received_change", "Change", "million USD"},
                                {"received_low", "5%", "million USD"},
                                {"received_high", "95%", "million USD"}}};
  const OneSectorResult& r = s.result;
  for (const std::size_t i : order) {
    const double before = s.versus ? s.versus->revenue_collected[i] : r.base_revenue_collected[i];
    const double received = s.versus ? s.versus->revenue_received[i] : r.base_revenue_received[i];
    if (!(std::abs(before) + std::abs(r.revenue_collected[i]) + std::abs(received) +
              std::abs(r.revenue_received[i]) >
          1e-6)) {
      continue;
    }
    table.add({s.setting.economies()[i], s.setting.names()[i], before, outcomes[i][kCollected],
               s.draws.quantile(kCollected, i, kLow), s.draws.quantile(kCollected, i, kHigh),
               received, outcomes[i][kReceived], s.draws.quantile(kReceived, i, kLow),
               s.draws.quantile(kReceived, i, kHigh)});
  }
  return table;
}

// The pairs whose own cost or duty changes: the direct effect, with prices, and with incomes too.
ResultTable pairs_table(const SolvedScenario& s) {
  ResultTable table{.id = "pairs",
                    .title = "Trade of the pairs whose own costs change",
                    .note =
                        "Direct: the pair's cost alone; conditional: with prices; full: with "
                        "incomes too, all against the base",
                    .columns = {{"exporter", "Exporter", ""},
                                {"importer", "Importer", ""},
                                {"base_musd", "Base", "million USD"},
                                {"direct_change", "Direct", "fraction"},
                                {"conditional_change", "Conditional", "fraction"},
                                {"full_change", "Full", "fraction"}}};
  const OneSectorResult& r = s.result;
  const bool conditional = r.conditional_certificate.holds();
  const std::size_t n = s.setting.economies().size();
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < n; ++k) {
      const std::size_t cell = i * n + k;
      const double base = r.base_trade[cell];
      if (!(base > 0.0) || r.direct_trade[cell] == base) continue;
      table.add({s.setting.economies()[i], s.setting.economies()[k], base,
                 r.direct_trade[cell] / base - 1.0,
                 conditional ? r.conditional_trade[cell] / base - 1.0 : data::kMissing,
                 r.trade[cell] / base - 1.0});
    }
  }
  return table;
}

ResultTable drivers_table(const SolvedScenario& s, const std::vector<std::size_t>& order) {
  ResultTable table{.id = "drivers",
                    .title = "What the range of real income rests on",
                    .note =
                        "Share of the variance over the draws that goes with one assumption "
                        "(squared correlation); what is left is in several together",
                    .columns = {{"economy", "Code", ""},
                                {"name", "Economy", ""},
                                {"assumption", "Assumption", ""},
                                {"variance_share", "Share", "share"},
                                {"moves", "A larger value", ""}}};
  for (const std::size_t i : order) {
    for (const Driver& driver : s.draws.drivers[i]) {
      if (driver.share < kShownDriver) break;
      table.add({s.setting.economies()[i], s.setting.names()[i],
                 s.assumptions[driver.assumption].name, driver.share,
                 driver.direction > 0.0 ? "raises it" : "lowers it"});
    }
  }
  return table;
}

// Where the exact change comes from, integrated along the way, for those in the picture.
ResultTable parts_table(const SolvedScenario& s, std::vector<std::size_t> shown) {
  ResultTable table{.id = "decomposition",
                    .title = "Where the change of real income comes from",
                    .note = "Log points, integrated along the change; the parts add up",
                    .columns = {{"economy", "Code", ""},
                                {"name", "Economy", ""},
                                {"welfare_log", "Real income", "log"},
                                {"terms_of_trade", "Terms of trade", "log"},
                                {"volume_of_trade", "Taxed volumes", "log"},
                                {"trade_costs", "Cost of own imports", "log"},
                                {"transfer", "Deficits and shared duties", "log"}}};
  shown.resize(std::min(shown.size(), kShownEconomies));
  for (const std::size_t i : shown) {
    if (s.parts == nullptr) break;
    table.add({s.setting.economies()[i], s.setting.names()[i], s.parts->welfare_log[i],
               s.parts->terms_of_trade[i], s.parts->volume_of_trade[i], s.parts->technology[i],
               s.parts->transfer[i]});
  }
  return table;
}

// Changes of real income with what drives their ranges, in this order.
std::vector<IncomeLine> income_lines(const SolvedScenario& s, const Outcomes& outcomes,
                                     const std::vector<std::size_t>& order) {
  std::vector<IncomeLine> lines;
  for (const std::size_t i : order) {
    std::vector<std::pair<std::string, double>> drivers;
    for (const Driver& driver : s.draws.drivers[i]) {
      drivers.emplace_back(s.assumptions[driver.assumption].name, driver.share);
    }
    lines.push_back({.name = s.setting.names()[i],
                     .change = outcomes[i][kRealIncome],
                     .low = s.draws.quantile(kRealIncome, i, kLow),
                     .high = s.draws.quantile(kRealIncome, i, kHigh),
                     .rests_on = driver_words(drivers)});
  }
  return lines;
}

std::vector<std::string> summary_of(const SolvedScenario& s, const Outcomes& outcomes,
                                    const std::vector<std::size_t>& order) {
  std::vector<IncomeLine> lines = income_lines(s, outcomes, order);
  std::vector<std::string> large = large_change_sentences(lines);
  const auto n_involved =
      std::count(s.setting.involved().begin(), s.setting.involved().end(), true);
  lines.resize(static_cast<std::size_t>(n_involved));  // they come first
  std::vector<std::string> summary = income_sentences(lines);
  std::move(large.begin(), large.end(), std::back_inserter(summary));
  std::vector<std::string> unsourced;
  for (const Assumption& one : s.assumptions) {
    if (one.source.empty() && one.wants_source) unsourced.push_back(one.name);
  }
  if (!unsourced.empty()) {
    summary.push_back(fmt::format("Assumed without a source: {}.", fmt::join(unsourced, ", ")));
  }
  if (s.draws.n_draws > 0) {
    summary.push_back(fmt::format(
        "{} draws over all assumptions together; {} of them gave no equilibrium and are left out.",
        s.draws.n_draws, s.draws.n_failed));
  }
  summary.push_back(fmt::format(
      "One sector stands for all goods, so that duties are averages and peaks of single "
      "goods are lost; {}services, investment from abroad or migration.",
      s.scenario.capital ? "nothing is said about "
                         : "the answer compares two long-run equilibria and says nothing about the "
                           "years between, "));
  return summary;
}

}  // namespace

ScenarioAnswer answer_of(const SolvedScenario& s) {
  ScenarioAnswer answer{.name = s.scenario.head.name, .title = s.scenario.head.title};
  if (answer.title.empty()) answer.title = answer.name;
  answer.about = fmt::format(
      "One sector, {} economies, {}, trade elasticity {:g}, deficits {}; compared with {}.",
      s.setting.economies().size(), s.setting.year(), s.scenario.model.theta,
      equilibrium::to_string(s.scenario.model.deficits),
      s.versus ? s.scenario.head.versus : "the year as it was");
  if (s.scenario.model.value_added_share < 1.0) {
    answer.about += fmt::format(" Value added is {:g} of output, the rest is goods.",
                                s.scenario.model.value_added_share);
  }
  if (s.scenario.model.supply_elasticity > 0.0) {
    answer.about += fmt::format(" Factors are supplied with an elasticity of {:g}.",
                                s.scenario.model.supply_elasticity);
  }
  if (s.scenario.model.phase_in < 1.0) {
    answer.about +=
        fmt::format(" {:g}% of every change is in force.", 100.0 * s.scenario.model.phase_in);
  }
  answer.notes = s.setting.notes();
  if (const data::DutyShares* shares = s.setting.duty_shares()) {
    std::vector<std::string> parts;
    for (const auto& [economy, share] : shares->shares) {
      parts.push_back(fmt::format("{} {:.3g}%", economy, 100.0 * share));
    }
    answer.notes.push_back(fmt::format("Duties are shared from {}: {} ({}).",
                                       shares->from.to_string(), fmt::join(parts, ", "),
                                       shares->source));
  }
  const Outcomes outcomes = outcomes_of(s.instance, s.setting.parents(), s.result, s.versus);
  const std::vector<std::size_t> order = by_importance(s.setting, outcomes);
  for (const std::size_t i : order) {
    if (s.setting.involved()[i]) answer.concerned.push_back(s.setting.economies()[i]);
  }
  if (s.chosen != nullptr) answer.summary = s.chosen->summary;
  for (std::string& sentence : summary_of(s, outcomes, order)) {
    answer.summary.push_back(std::move(sentence));
  }
  answer.tables.push_back(real_income_table(s, outcomes, order));
  if (s.chosen != nullptr && !s.chosen->table.rows.empty()) {
    answer.tables.push_back(s.chosen->table);
  }
  ResultTable revenue = revenue_table(s, outcomes, order);
  if (!revenue.rows.empty()) answer.tables.push_back(std::move(revenue));
  answer.tables.push_back(drivers_table(s, order));
  ResultTable parts = parts_table(s, order);
  if (!parts.rows.empty()) answer.tables.push_back(std::move(parts));
  answer.tables.push_back(pairs_table(s));
  answer.tables.push_back(economies_table(s, outcomes));
  answer.tables.push_back(assumptions_table(s.assumptions));
  return answer;
}

std::string answer_text(const ScenarioAnswer& answer) {
  std::string text = fmt::format("\033[1m{}\033[0m\n{}\n\n", answer.title, answer.about);
  for (const auto& row : answer.table("assumptions").rows) {
    const double value = number_of(row[1]), low = number_of(row[2]), se = number_of(row[4]);
    text += fmt::format("  {}: {:g}", text_of(row[0]), value);
    if (!std::isnan(low)) text += fmt::format(" [{:g}, {:g}]", low, number_of(row[3]));
    if (!std::isnan(se)) text += fmt::format(" (se {:g})", se);
    text += fmt::format(" {}\n      \033[2msource: {}\033[0m\n", text_of(row[5]), text_of(row[6]));
  }
  text += fmt::format("\n\033[1m{:<26}{:>24}{:>9}{:>11}{:>9}{:>9}\033[0m\n", "change in %",
                      "real income [5%, 95%]", "of GDP", "by duties", "exports", "imports");
  // As many decimals as the largest change of real income needs.
  double largest = 0.0;
  for (const auto& row : answer.table("real_income").rows) {
    largest = std::max(largest, std::abs(number_of(row[2])));
  }
  const int digits = largest < 5e-4 ? 4 : largest < 5e-3 ? 3 : 2;
  const auto plain = [digits](const Cell& cell) {
    const double value = number_of(cell);
    return std::isnan(value) ? std::string() : signed_text(100.0 * value, digits);
  };
  for (const auto& row : answer.table("real_income").rows) {
    std::string income = plain(row[2]);
    if (!std::isnan(number_of(row[3]))) {
      income += fmt::format(" [{}, {}]", plain(row[3]), plain(row[4]));
    }
    text += fmt::format("{:<26}{:>24}{:>9}{:>11}{:>9}{:>9}\n", text_of(row[1]), income,
                        plain(row[5]), plain(row[6]), plain(row[7]), plain(row[8]));
  }
  text +=
      "\033[2mof GDP: the same against the whole economy; by duties: the part of it that is duties "
      "received\033[0m\n";
  for (const ResultTable& table : answer.tables) {
    if (table.id == "contributions") text += "\n" + aligned_text(table, kShownContributions);
    if (table.id == "optimal_tariffs" || table.id == "long_run") {
      text += "\n" + aligned_text(table, kShownEconomies);
    }
    if (table.id != "revenue") continue;
    text += fmt::format("\n\033[1m{:<26}{:>12}{:>24}{:>12}{:>24}\033[0m\n", "duties, million USD",
                        "collected", "change [5%, 95%]", "received", "change [5%, 95%]");
    const auto range = [](const std::vector<Cell>& row, std::size_t at) {
      std::string words = signed_text(number_of(row[at]), 0);
      if (!std::isnan(number_of(row[at + 1]))) {
        words += fmt::format(" [{}, {}]", signed_text(number_of(row[at + 1]), 0),
                             signed_text(number_of(row[at + 2]), 0));
      }
      return words;
    };
    for (const auto& row : table.rows) {
      text += fmt::format("{:<26}{:>12.0f}{:>24}{:>12.0f}{:>24}\n", text_of(row[1]),
                          number_of(row[2]), range(row, 3), number_of(row[6]), range(row, 7));
    }
  }
  text += "\n";
  for (const std::string& paragraph : answer.summary) text += paragraph + "\n";
  for (const std::string& note : answer.notes) text += fmt::format("\n\033[2m{}\033[0m", note);
  text += "\n";
  for (const Certificate& certificate : answer.certificates) {
    text += fmt::format("\033[2m{}\033[0m\n", certificate.summary());
  }
  return text;
}

}  // namespace altyn::study
