#include "altyn/study/scenario_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "altyn/attribution/result_json.h"
#include "altyn/core/errors.h"
#include "altyn/data/country_codes.h"

namespace altyn::study {
namespace {

using attribution::Cell;
using attribution::ResultTable;
using equilibrium::OneSectorResult;

constexpr double kLow = 0.05;
constexpr double kHigh = 0.95;
constexpr std::size_t kShownEconomies = 15;
// Beyond this a change of real income is more than trade policy has been found to do to a whole
// economy; the report then says which assumption makes it so large.
constexpr double kLargeChange = 0.05;
constexpr double kShownDriver = 0.05;

std::string percent(double fraction, int digits = 2) {
  return fmt::format("{:+.{}f}%", 100.0 * fraction, digits);
}

double number_of(const Cell& cell) {
  const double* value = std::get_if<double>(&cell);
  return value == nullptr ? data::kMissing : *value;
}

std::string text_of(const Cell& cell) {
  const std::string* value = std::get_if<std::string>(&cell);
  return value == nullptr ? "" : *value;
}

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
  table.columns.push_back({"domestic_trade", "Domestic trade from", ""});
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    std::vector<Cell> row = {s.setting.economies()[i], s.setting.names()[i]};
    for (const auto& [outcome, name] : kColumns) {
      row.emplace_back(outcomes[i][outcome]);
      row.emplace_back(s.draws.quantile(outcome, i, kLow));
      row.emplace_back(s.draws.quantile(outcome, i, kHigh));
    }
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

ResultTable assumptions_table(const SolvedScenario& s) {
  ResultTable table{.id = "assumptions",
                    .title = "What is assumed",
                    .note = "Half of the draws lie on each side of the value",
                    .columns = {{"assumption", "Assumption", ""},
                                {"value", "Value", "number"},
                                {"low", "From", "number"},
                                {"high", "To", "number"},
                                {"se", "Standard error", "number"},
                                {"unit", "Unit", ""},
                                {"source", "Source", ""}}};
  for (const Assumption& one : s.assumptions) {
    const bool range = one.high > one.low;
    table.add({one.name, one.value, range ? one.low : data::kMissing,
               range ? one.high : data::kMissing, one.se > 0.0 ? one.se : data::kMissing, one.unit,
               one.source.empty() ? "no source given" : one.source});
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

std::string driver_words(const SolvedScenario& s, std::size_t economy) {
  std::vector<std::string> words;
  for (const Driver& driver : s.draws.drivers[economy]) {
    if (words.size() == 2 || driver.share < 2.0 * kShownDriver) break;
    words.push_back(fmt::format("{} ({:.0f}% of the variance)",
                                s.assumptions[driver.assumption].name, 100.0 * driver.share));
  }
  if (words.empty()) return "no single assumption";
  return fmt::format("{}", fmt::join(words, " and "));
}

std::vector<std::string> summary_of(const SolvedScenario& s, const Outcomes& outcomes,
                                    const std::vector<std::size_t>& order) {
  std::vector<std::string> summary;
  std::string changes;
  std::size_t told = 0;
  for (const std::size_t i : order) {
    if (!s.setting.involved()[i] || told == 6) break;
    const double low = s.draws.quantile(kRealIncome, i, kLow);
    const double high = s.draws.quantile(kRealIncome, i, kHigh);
    changes += fmt::format("{}{} {}", told == 0 ? "Real income: " : "; ", s.setting.names()[i],
                           percent(outcomes[i][kRealIncome]));
    if (!std::isnan(low)) {
      changes += fmt::format(" ({} to {}{})", percent(low), percent(high),
                             low < 0.0 && high > 0.0 ? ", the sign is open" : "");
    }
    ++told;
  }
  if (told > 0) summary.push_back(changes + ".");
  if (s.draws.n_draws > 0) {
    std::string drivers;
    told = 0;
    for (const std::size_t i : order) {
      if (!s.setting.involved()[i] || told == 3) break;
      drivers += fmt::format("{}for {} on {}", told == 0 ? "The range rests " : "; ",
                             s.setting.names()[i], driver_words(s, i));
      ++told;
    }
    if (told > 0) summary.push_back(drivers + ".");
  }
  for (const std::size_t i : order) {
    const double low = s.draws.n_draws > 0 ? s.draws.quantile(kRealIncome, i, kLow) : 0.0;
    const double high = s.draws.n_draws > 0 ? s.draws.quantile(kRealIncome, i, kHigh) : 0.0;
    const double largest =
        std::max({std::abs(outcomes[i][kRealIncome]), std::abs(low), std::abs(high)});
    if (largest <= kLargeChange) continue;
    summary.push_back(
        fmt::format("Too large to take at face value: {} reaches {:.1f}% of real income, more than "
                    "trade policy "
                    "has been found to do to a whole economy. It rests on {}.",
                    s.setting.names()[i], 100.0 * largest, driver_words(s, i)));
  }
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
  summary.push_back(
      "One sector stands for all goods, so that duties are averages and peaks of single goods are "
      "lost; the answer compares two long-run equilibria and says nothing about the years between, "
      "services, investment from abroad or migration.");
  return summary;
}

}  // namespace

const ResultTable& ScenarioAnswer::table(const std::string& id) const {
  for (const ResultTable& one : tables) {
    if (one.id == id) return one;
  }
  throw InternalError({.code = "no-table", .what = "no table " + id});
}

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
  answer.summary = summary_of(s, outcomes, order);
  answer.tables.push_back(real_income_table(s, outcomes, order));
  ResultTable revenue = revenue_table(s, outcomes, order);
  if (!revenue.rows.empty()) answer.tables.push_back(std::move(revenue));
  answer.tables.push_back(drivers_table(s, order));
  answer.tables.push_back(pairs_table(s));
  answer.tables.push_back(economies_table(s, outcomes));
  answer.tables.push_back(assumptions_table(s));
  return answer;
}

ResultTable comparison_of(const std::vector<ScenarioAnswer>& answers) {
  ResultTable table{.id = "comparison",
                    .title = "Real income, scenario by scenario",
                    .note = "Range: 5th to 95th percentile of the draws",
                    .columns = {{"scenario", "Scenario", ""},
                                {"economy", "Code", ""},
                                {"name", "Economy", ""},
                                {"real_income_change", "Real income", "fraction"},
                                {"low", "5%", "fraction"},
                                {"high", "95%", "fraction"}}};
  std::vector<std::string> concerned;
  for (const ScenarioAnswer& answer : answers) {
    concerned.insert(concerned.end(), answer.concerned.begin(), answer.concerned.end());
  }
  std::sort(concerned.begin(), concerned.end());
  for (const ScenarioAnswer& answer : answers) {
    if (!answer.failure.empty()) continue;
    for (const auto& row : answer.table("economies").rows) {
      if (!std::binary_search(concerned.begin(), concerned.end(), text_of(row[0]))) continue;
      table.add({answer.name, row[0], row[1], row[2], row[3], row[4]});
    }
  }
  return table;
}

std::string answer_text(const ScenarioAnswer& answer) {
  std::string text = fmt::format("\033[1m{}\033[0m\n{}\n\n", answer.title, answer.about);
  for (const auto& row : answer.table("assumptions").rows) {
    const double value = number_of(row[1]), low = number_of(row[2]), se = number_of(row[4]);
    text += fmt::format("  {}: {:g}", text_of(row[0]), value);
    if (!std::isnan(low)) text += fmt::format(" [{:g}, {:g}]", low, number_of(row[3]));
    if (!std::isnan(se)) text += fmt::format(" (se {:g})", se);
    text += fmt::format(" {}\n      \033[2m{}\033[0m\n", text_of(row[5]), text_of(row[6]));
  }
  text += fmt::format("\n\033[1m{:<26}{:>24}{:>9}{:>9}{:>9}{:>9}\033[0m\n", "change in %",
                      "real income [5%, 95%]", "of GDP", "duties", "exports", "imports");
  // As many decimals as the largest change of real income needs.
  double largest = 0.0;
  for (const auto& row : answer.table("real_income").rows) {
    largest = std::max(largest, std::abs(number_of(row[2])));
  }
  const int digits = largest < 5e-4 ? 4 : largest < 5e-3 ? 3 : 2;
  const auto plain = [digits](const Cell& cell) {
    const double value = number_of(cell);
    return std::isnan(value) ? std::string() : fmt::format("{:+.{}f}", 100.0 * value, digits);
  };
  for (const auto& row : answer.table("real_income").rows) {
    std::string income = plain(row[2]);
    if (!std::isnan(number_of(row[3]))) {
      income += fmt::format(" [{}, {}]", plain(row[3]), plain(row[4]));
    }
    text += fmt::format("{:<26}{:>24}{:>9}{:>9}{:>9}{:>9}\n", text_of(row[1]), income,
                        plain(row[5]), plain(row[6]), plain(row[7]), plain(row[8]));
  }
  for (const ResultTable& table : answer.tables) {
    if (table.id != "revenue") continue;
    text += fmt::format("\n\033[1m{:<26}{:>12}{:>24}{:>12}{:>24}\033[0m\n", "duties, million USD",
                        "collected", "change [5%, 95%]", "received", "change [5%, 95%]");
    const auto range = [](const std::vector<Cell>& row, std::size_t at) {
      std::string words = fmt::format("{:+.0f}", number_of(row[at]));
      if (!std::isnan(number_of(row[at + 1]))) {
        words += fmt::format(" [{:+.0f}, {:+.0f}]", number_of(row[at + 1]), number_of(row[at + 2]));
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

std::string comparison_text(const std::vector<ScenarioAnswer>& answers) {
  const ResultTable table = comparison_of(answers);
  std::vector<std::string> codes, names;
  for (const auto& row : table.rows) {
    const std::string code = text_of(row[1]);
    if (std::find(codes.begin(), codes.end(), code) != codes.end()) continue;
    codes.push_back(code);
    names.push_back(text_of(row[2]));
  }
  std::string text = "\033[1mReal income, change in % [5%, 95%]\033[0m\n";
  for (std::size_t e = 0; e < codes.size(); ++e) {
    text += fmt::format("\n{}\n", names[e]);
    for (const auto& row : table.rows) {
      if (text_of(row[1]) != codes[e]) continue;
      text += fmt::format("  {:<36}{:>8.2f}", text_of(row[0]), 100.0 * number_of(row[3]));
      if (!std::isnan(number_of(row[4]))) {
        text +=
            fmt::format("  [{:.2f}, {:.2f}]", 100.0 * number_of(row[4]), 100.0 * number_of(row[5]));
      }
      text += "\n";
    }
  }
  for (const ScenarioAnswer& answer : answers) {
    if (!answer.failure.empty()) text += fmt::format("\n{}: {}\n", answer.name, answer.failure);
  }
  return text;
}

nlohmann::json to_json(const ScenarioAnswer& answer) {
  nlohmann::json certificates = nlohmann::json::array();
  for (const Certificate& one : answer.certificates) {
    certificates.push_back(attribution::to_json(one));
  }
  nlohmann::json tables = nlohmann::json::object();
  for (const ResultTable& one : answer.tables) tables[one.id] = attribution::to_json(one);
  return {{"schema", "altyn.scenario/1"}, {"name", answer.name},       {"title", answer.title},
          {"about", answer.about},        {"summary", answer.summary}, {"notes", answer.notes},
          {"certificates", certificates}, {"tables", tables}};
}

}  // namespace altyn::study
