#include "altyn/study/sector_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "altyn/study/assumption_ranges.h"
#include "altyn/study/policy_answer.h"

namespace altyn::study {
namespace {

using namespace equilibrium;
using attribution::Cell;
using attribution::ResultTable;
using nlohmann::json;

constexpr std::size_t kPictureEconomies = 15;
constexpr std::size_t kShownPairs = 60;
constexpr double kShownDriver = 0.05;

std::string percent(double fraction) {
  return data::is_missing(fraction) ? "" : signed_text(100.0 * fraction, 3);
}

std::string describe(const SectorChange& change) {
  constexpr const char* kVerbs[] = {"tariff",       "export tax", "delivery cost",
                                    "preference",   "quota",      "schedule",
                                    "productivity", "join",       "leave"};
  std::string text =
      fmt::format("  {}: {}", change.name, kVerbs[static_cast<std::size_t>(change.what)]);
  const auto names = [](const std::vector<std::string>& list) {
    return list.empty() ? std::string("all") : fmt::format("{}", fmt::join(list, ", "));
  };
  if (change.what == SectorChangeKind::kJoin || change.what == SectorChangeKind::kLeave) {
    text += fmt::format(" {} ({})", change.customs_union, change.economy);
  } else if (change.what == SectorChangeKind::kSchedule) {
    text += " " + change.table;
  } else {
    const bool has_formula =
        change.what == SectorChangeKind::kTariff || change.what == SectorChangeKind::kExportTax;
    text += change.what == SectorChangeKind::kQuota
                ? fmt::format(" at {:g}% of the volume", change.limit_pct)
                : fmt::format(" {}{:g}%",
                              has_formula ? to_string(change.formula) + std::string(" ") : "",
                              change.rate_pct);
    if (change.uncertain()) {
      text += fmt::format(" [{:g}, {:g}]", change.range_pct[0], change.range_pct[1]);
    }
    text += fmt::format(" for {} from {}, {}", names(change.importer), names(change.exporter),
                        change.sector.empty() ? "all sectors" : names(change.sector));
  }
  return text + (change.source.empty() ? "\n      no source given\n"
                                       : fmt::format("\n      source: {}\n", change.source));
}

// Squared first-order effects of every source on one economy's real income over its variance, the
// largest first, with the direction where a source has one.
struct Source {
  std::string name;
  double share = 0.0;
  std::string moves;
};

std::vector<Source> sources_of(const SectorRun& run, const SectorAnswers& answers,
                               std::size_t economy) {
  std::vector<Source> sources;
  const DeltaDeviation& delta = *answers.delta_of(economy);
  double variance = delta.sd * delta.sd;
  for (const auto& step : answers.region_steps) variance += step[economy] * step[economy];
  if (!(variance > 0.0)) return sources;
  const auto add = [&](std::string name, double effect, std::string moves) {
    if (effect != 0.0)
      sources.push_back({std::move(name), effect * effect / variance, std::move(moves)});
  };
  add("the trade elasticities", delta.theta, "");
  add("the base's trade flows", delta.trade, "");
  std::size_t range = 0;
  for (const SectorChange& change : run.scenario.changes) {
    if (!change.uncertain()) continue;
    const double effect = delta.policy[range++];
    add(change.name, effect, effect > 0.0 ? "raises it" : "lowers it");
  }
  for (const Assumption& one : run.route_assumptions()) {
    if (!one.drawn()) continue;
    const double effect = delta.policy[range++];
    add(one.name, effect, effect > 0.0 ? "raises it" : "lowers it");
  }
  std::size_t size = 0;
  for (const Assumption& one : run.region_assumptions()) {
    if (!one.drawn()) continue;
    const double effect = answers.region_steps[size++][economy];
    add(one.name, effect, effect > 0.0 ? "raises it" : "lowers it");
  }
  std::stable_sort(sources.begin(), sources.end(),
                   [](const Source& a, const Source& b) { return a.share > b.share; });
  return sources;
}

std::vector<IncomeLine> income_lines(const SectorRun& run, const SectorAnswers& answers) {
  std::vector<IncomeLine> lines;
  for (const std::size_t e : answers.shown) {
    std::vector<std::pair<std::string, double>> drivers;
    if (answers.delta_of(e) != nullptr) {
      for (const Source& source : sources_of(run, answers, e)) {
        drivers.emplace_back(source.name, source.share);
      }
    }
    lines.push_back({.name = run.model.base().economies[e],
                     .change = answers.outcomes[e],
                     .low = answers.draws ? answers.draws->low[e] : data::kMissing,
                     .high = answers.draws ? answers.draws->high[e] : data::kMissing,
                     .rests_on = driver_words(drivers)});
  }
  return lines;
}

constexpr const char* kOutcomeLabels[] = {"Real income", "Exports", "Imports", "Prices"};

// Economies with every outcome and its interval, in the order of `rows`.
ResultTable outcome_table(const SectorRun& run, const SectorAnswers& answers, std::string id,
                          std::string title, const std::vector<std::size_t>& rows) {
  const MultiSectorBase& base = run.model.base();
  const std::size_t n = base.economies.size();
  ResultTable table{.id = std::move(id),
                    .title = std::move(title),
                    .note = "",
                    .columns = {{"economy", "Code", ""}, {"name", "Economy", ""}}};
  for (std::size_t o = 0; o < kSectorFractions; ++o) {
    const std::string name = kSectorOutcomeNames[o];
    const std::string prefix = o == kSectorIncome ? "" : name + "_";
    table.columns.push_back({name, kOutcomeLabels[o], "fraction"});
    table.columns.push_back({prefix + "low", "Low", "fraction"});
    table.columns.push_back({prefix + "high", "High", "fraction"});
  }
  const bool moving = !base.mobility.empty();
  if (moving) table.columns.push_back({"workers_change", "Workers", "fraction"});
  if (answers.draws) {
    table.note = fmt::format("Range: {:g}% of the draws", 100.0 * run.scenario.model.level);
  }
  for (const std::size_t e : rows) {
    std::vector<Cell> row = {base.economies[e], base.economies[e]};
    for (std::size_t o = 0; o < kSectorFractions; ++o) {
      row.emplace_back(answers.outcomes[o * n + e]);
      row.emplace_back(answers.draws ? answers.draws->low[o * n + e] : data::kMissing);
      row.emplace_back(answers.draws ? answers.draws->high[o * n + e] : data::kMissing);
    }
    if (moving) row.emplace_back(run.result.workers_hat[e] - 1.0);
    table.add(std::move(row));
  }
  return table;
}

// Duties where there are any: at the border, and after pooling.
ResultTable revenue_table(const SectorRun& run, const SectorAnswers& answers) {
  const MultiSectorResult& before = run.model.base_levels();
  const std::size_t n = before.duty.size();
  ResultTable table{.id = "revenue",
                    .title = "Customs revenue",
                    .note = "Collected at the border; received after the pool is shared",
                    .columns = {{"economy", "Code", ""},
                                {"name", "Economy", ""},
                                {"collected_before", "Collected before", "currency"},
                                {"collected_change", "Change", "currency"},
                                {"collected_low", "Low", "currency"},
                                {"collected_high", "High", "currency"},
                                {"received_before", "Received before", "currency"},
                                {"received_change", "Change", "currency"},
                                {"received_low", "Low", "currency"},
                                {"received_high", "High", "currency"}}};
  for (const std::size_t e : answers.shown) {
    const std::string& name = run.model.base().economies[e];
    std::vector<Cell> row = {name, name};
    const double received = before.duty[e] - before.duty_pooled[e] + before.duty_received[e];
    double size = before.duty[e] + run.result.duty[e] + run.result.duty_received[e] + received;
    for (const auto& [outcome, level] :
         {std::pair<std::size_t, double>{kSectorCollected, before.duty[e]},
          {kSectorReceived, received}}) {
      const std::size_t at = outcome * n + e;
      row.emplace_back(level);
      row.emplace_back(answers.outcomes[at]);
      row.emplace_back(answers.draws ? answers.draws->low[at] : data::kMissing);
      row.emplace_back(answers.draws ? answers.draws->high[at] : data::kMissing);
    }
    if (size > 0.0) table.add(std::move(row));
  }
  return table;
}

ResultTable drivers_table(const SectorRun& run, const SectorAnswers& answers) {
  ResultTable table{.id = "drivers",
                    .title = "What the range of real income rests on",
                    .note = "Share of the variance to first order, by the derivatives of the model",
                    .columns = {{"economy", "Code", ""},
                                {"name", "Economy", ""},
                                {"assumption", "Assumption", ""},
                                {"variance_share", "Share", "share"},
                                {"moves", "A larger value", ""}}};
  for (std::size_t k = 0; k < answers.deltas.size(); ++k) {
    const std::string& name = run.model.base().economies[answers.shown[k]];
    for (const Source& source : sources_of(run, answers, answers.shown[k])) {
      if (source.share >= kShownDriver) {
        table.add({name, name, source.name, source.share, source.moves});
      }
    }
  }
  return table;
}

// Where the exact change comes from, integrated along the way.
ResultTable parts_table(const SectorRun& run, const SectorAnswers& answers) {
  ResultTable table{.id = "decomposition",
                    .title = "Where the change of real income comes from",
                    .note =
                        "Log points, integrated along the change; the parts add up. Linear: the "
                        "first-order number of Caliendo and Parro, for comparison",
                    .columns = {{"economy", "Code", ""},
                                {"name", "Economy", ""},
                                {"welfare_log", "Real income", "log"},
                                {"terms_of_trade", "Terms of trade", "log"},
                                {"volume_of_trade", "Taxed volumes", "log"},
                                {"technology", "Costs and productivity", "log"},
                                {"scale", "Entry of firms", "log"},
                                {"transfer", "Deficits and shared duties", "log"},
                                {"cp_linear_welfare", "Linear", "fraction"}}};
  const bool moving = !run.model.base().mobility.empty();
  if (moving) table.columns.push_back({"workers", "Workers who move", "log"});
  for (const std::size_t e : answers.shown) {
    if (!answers.parts) break;
    const std::string& name = run.model.base().economies[e];
    const WelfareDecomposition& parts = *answers.parts;
    std::vector<Cell> row = {name,
                             name,
                             parts.welfare_log[e],
                             parts.terms_of_trade[e],
                             parts.volume_of_trade[e],
                             parts.technology[e],
                             parts.scale[e],
                             parts.transfer[e],
                             answers.linear.cp_linear[e]};
    if (moving) row.emplace_back(parts.workers[e]);
    table.add(std::move(row));
  }
  return table;
}

// Where there are several changes.
ResultTable contributions(const SectorRun& run, const SectorAnswers& answers) {
  const std::vector<SectorChange>& changes = run.scenario.changes;
  if (!answers.shapley || changes.size() < 2) return {};
  std::vector<std::string> names;
  for (const SectorChange& change : changes) names.push_back(change.name);
  const std::vector<std::string>& economies = run.model.base().economies;
  return contributions_table(*answers.shapley, names, economies, economies, answers.shown);
}

// Pairs whose own costs change in some sector, the largest first.
ResultTable changed_pairs(const SectorRun& run, const SectorAnswers& answers) {
  const MultiSectorBase& base = run.model.base();
  const std::size_t n = base.economies.size();
  const SectorStages& stages = answers.stages;
  struct Pair {
    std::size_t exporter, importer;
    std::array<double, 4> value{};
  };
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t m = 0; m < n; ++m) {
      Pair pair{i, m};
      bool changes = false;
      for (std::size_t j = 0; j < base.sectors.size() && i != m; ++j) {
        const std::size_t cell = base.cell(j, m, i);
        pair.value[0] += stages.base[cell];
        pair.value[1] += stages.direct[cell];
        pair.value[2] += stages.conditional[cell];
        pair.value[3] += stages.full[cell];
        changes = changes || stages.direct[cell] != stages.base[cell];
      }
      if (changes && pair.value[0] > 0.0) pairs.push_back(pair);
    }
  }
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const Pair& a, const Pair& b) { return a.value[0] > b.value[0]; });
  ResultTable table{.id = "pairs",
                    .title = "Trade of the pairs whose own costs change",
                    .note =
                        "Direct: the pair's costs alone; conditional: with prices; full: with "
                        "incomes too, all against the base",
                    .columns = {{"exporter", "Exporter", ""},
                                {"importer", "Importer", ""},
                                {"base", "Base", "currency"},
                                {"direct_change", "Direct", "fraction"},
                                {"conditional_change", "Conditional", "fraction"},
                                {"full_change", "Full", "fraction"}}};
  if (pairs.size() > kShownPairs) {
    table.note += fmt::format(". The {} largest of {}", kShownPairs, pairs.size());
    pairs.resize(kShownPairs);
  }
  for (const Pair& pair : pairs) {
    table.add({base.economies[pair.exporter], base.economies[pair.importer], pair.value[0],
               pair.value[1] / pair.value[0] - 1.0, pair.value[2] / pair.value[0] - 1.0,
               pair.value[3] / pair.value[0] - 1.0});
  }
  return table;
}

ResultTable change_table(const SectorRun& run, const SectorBase& world) {
  std::vector<Assumption> list;
  for (const SectorChange& change : run.scenario.changes) {
    const bool of_volume = change.what == SectorChangeKind::kQuota;
    Assumption one{.name = change.name,
                   .value = of_volume ? change.limit_pct : change.rate_pct,
                   .unit = of_volume ? "percent of the volume" : "percent",
                   .source = change.source};
    if (change.uncertain()) {
      one.low = change.range_pct[0];
      one.high = change.range_pct[1];
    }
    list.push_back(std::move(one));
  }
  for (const auto* others : {&run.region_assumptions(), &run.route_assumptions()}) {
    list.insert(list.end(), others->begin(), others->end());
  }
  const SectorModel& model = run.scenario.model;
  const auto noise = [&](const char* name, double sd, const char* source) {
    if (sd == 0.0) return;
    list.push_back(
        {.name = name, .value = sd, .unit = "standard deviation of the log", .source = source});
  };
  if (world.theta_log_sd.empty()) {
    noise("each trade elasticity", model.theta_log_sd, "the scenario");
  } else {
    noise("each trade elasticity", data::kMissing, "log_sd of the table of elasticities");
  }
  noise("all trade elasticities together", model.theta_common_log_sd, "the scenario");
  noise("every trade flow of the base", model.trade_log_sd, "the scenario");
  return assumptions_table(list);
}

}  // namespace

ScenarioAnswer sector_answer(const SectorRun& run, const SectorBase& world,
                             const SectorAnswers& answers) {
  const MultiSectorBase& base = run.model.base();
  const SectorHead& head = run.scenario.head;
  ScenarioAnswer answer;
  answer.name = head.name;
  answer.title = head.title.empty() ? head.name : head.title;
  answer.about = fmt::format("{} sector{}{}, {} economies, deficits {}.", base.sectors.size(),
                             base.sectors.size() == 1 ? "" : "s",
                             base.input_share.empty() ? "" : " with input-output links",
                             base.economies.size(), to_string(run.scenario.model.deficits));
  answer.certificates = {run.result.certificate, answers.stages.certificate};
  answer.notes = world.notes;
  if (!run.chosen.cells.empty()) {
    answer.certificates.push_back(run.chosen.certificate);
    answer.summary = run.chosen.summary;
  }
  const std::vector<IncomeLine> lines = income_lines(run, answers);
  const std::size_t told = answers.n_involved > 0 ? answers.n_involved : lines.size();
  for (auto& sentences :
       {income_sentences({lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(told)}),
        large_change_sentences(lines)}) {
    answer.summary.insert(answer.summary.end(), sentences.begin(), sentences.end());
  }
  std::vector<std::string> unsourced;
  for (const SectorChange& change : run.scenario.changes) {
    if (change.source.empty()) unsourced.push_back(change.name);
  }
  if (!unsourced.empty()) {
    answer.summary.push_back(
        fmt::format("Assumed without a source: {}.", fmt::join(unsourced, ", ")));
  }
  if (answers.draws) {
    answer.summary.push_back(fmt::format(
        "{} draws over all assumptions together, {:g}% of them inside the intervals; {} of them "
        "gave no equilibrium and are left out.{}",
        answers.draws->n_draws, 100.0 * run.scenario.model.level, answers.draws->n_failed,
        run.quotas.empty() ? "" : " Quotas are held at their tariff equivalents in the draws."));
  }
  if (!base.mobility.empty()) {
    answer.notes.push_back(fmt::format(
        "Workers move between regions of an economy with elasticity {:g} of their number to the "
        "real wage: real income is that of all who live in a region, old and new.",
        base.mobility.elasticity));
  }
  if (answers.parts) {
    answer.notes.emplace_back(
        "Terms and volumes of trade are log points, integrated along the change; they add up to "
        "real income with the other parts of the decomposition.");
  }

  std::vector<std::size_t> all(base.economies.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  std::vector<std::size_t> shown = answers.shown;
  shown.resize(std::min(shown.size(), kPictureEconomies));
  std::stable_sort(shown.begin(), shown.end(), [&](std::size_t a, std::size_t b) {
    return answers.outcomes[a] > answers.outcomes[b];
  });
  answer.tables = {outcome_table(run, answers, "real_income", "Change of real income", shown)};
  for (ResultTable table :
       {run.chosen.table, revenue_table(run, answers), drivers_table(run, answers),
        contributions(run, answers), parts_table(run, answers), changed_pairs(run, answers)}) {
    if (!table.rows.empty()) answer.tables.push_back(std::move(table));
  }
  answer.tables.push_back(outcome_table(run, answers, "economies", "All economies", all));
  answer.tables.push_back(change_table(run, world));
  for (std::size_t k = 0; k < told; ++k) {
    answer.concerned.push_back(base.economies[answers.shown[k]]);
  }
  return answer;
}

std::string sector_text(const SectorRun& run, const SectorAnswers& answers,
                        const ScenarioAnswer& answer) {
  const SectorScenario& scenario = run.scenario;
  const MultiSectorBase& base = run.model.base();
  const std::size_t n = base.economies.size();
  std::string text = fmt::format("\033[1m{}\033[0m\n{}\n\n", answer.title, answer.about);
  for (const SectorChange& change : scenario.changes) text += describe(change);
  for (const auto* list : {&run.region_assumptions(), &run.route_assumptions()}) {
    for (const Assumption& one : *list) {
      text += fmt::format("  {}: {:g}", one.name, one.value);
      if (one.drawn()) text += fmt::format(" [{:g}, {:g}]", one.low, one.high);
      text += fmt::format(" {}\n      source: {}\n", one.unit,
                          one.source.empty() ? "none given" : one.source);
    }
  }
  for (std::size_t q = 0; q < run.quotas.size(); ++q) {
    text += fmt::format("  {} is equivalent to {:.2f}% ad valorem\n", run.quotas[q].quota.name,
                        100.0 * run.quota_rates[q]);
  }
  if (!run.chosen.cells.empty()) text += "\n" + aligned_text(run.chosen.table, kPictureEconomies);
  text += fmt::format("\n\033[1m{:<18}{:>28}{:>11}{:>11}{:>12}{:>12}\033[0m\n", "change in %",
                      "real income", "exports", "imports", "terms", "volumes");
  for (const std::size_t e : answers.shown) {
    std::string income = percent(answers.outcomes[e]);
    if (answers.draws) {
      income +=
          fmt::format(" [{}, {}]", percent(answers.draws->low[e]), percent(answers.draws->high[e]));
    }
    const bool parts = answers.parts.has_value();
    text += fmt::format("{:<18}{:>28}{:>11}{:>11}{:>12}{:>12}\n", base.economies[e], income,
                        percent(answers.outcomes[kSectorExports * n + e]),
                        percent(answers.outcomes[kSectorImports * n + e]),
                        parts ? percent(answers.parts->terms_of_trade[e]) : "",
                        parts ? percent(answers.parts->volume_of_trade[e]) : "");
  }
  text += "\n";
  for (const std::string& paragraph : answer.summary) text += paragraph + "\n";
  text += "\033[2m";
  for (const std::string& note : answer.notes) text += note + "\n";
  for (const Certificate& certificate : answer.certificates) text += certificate.summary() + "\n";
  return text + "\033[0m";
}

json sector_value(const ScenarioAnswer& answer, const SectorRun& run,
                  const SectorAnswers& answers) {
  json value = to_json(answer);
  value["quotas"] = json::array();
  for (std::size_t q = 0; q < run.quotas.size(); ++q) {
    value["quotas"].push_back({{"name", run.quotas[q].quota.name}, {"rate", run.quota_rates[q]}});
  }
  if (answers.draws) value["draws_failed"] = answers.draws->n_failed;
  return value;
}

}  // namespace altyn::study
