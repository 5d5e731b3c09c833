#include "altyn/study/sector_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "altyn/study/scenario_report.h"

namespace altyn::study {
namespace {

using namespace equilibrium;
using data::NumberColumn;
using data::Table;
using nlohmann::json;

constexpr std::array<const char*, kSectorOutcomes> kOutcomeNames = {
    "real_income_change", "exports_change", "imports_change", "price_index_change"};

double rate(const std::vector<double>& rates, std::size_t cell) {
  return rates.empty() ? 0.0 : rates[cell];
}

std::vector<std::string> repeated_names(const MultiSectorBase& base) {
  std::vector<std::string> names;
  for (std::size_t k = 0; k < base.sectors.size(); ++k) {
    names.insert(names.end(), base.economies.begin(), base.economies.end());
  }
  return names;
}

Table economy_table(const SectorRun& run, const SectorAnswers& answers) {
  const MultiSectorBase& base = run.model.base();
  const MultiSectorResult& before = run.model.base_levels();
  const MultiSectorResult& after = run.result;
  const std::size_t n = base.economies.size();
  Table table("key_results");
  table.add("economy", base.economies);
  for (std::size_t o = 0; o < kSectorOutcomes; ++o) {
    const auto part = [&](const std::vector<double>& all) {
      const auto first = all.begin() + static_cast<std::ptrdiff_t>(o * n);
      return NumberColumn(first, first + static_cast<std::ptrdiff_t>(n));
    };
    table.add(kOutcomeNames[o], part(answers.outcomes), "fraction");
    if (!answers.draws) continue;
    table.add(std::string(kOutcomeNames[o]) + "_low", part(answers.draws->low), "fraction");
    table.add(std::string(kOutcomeNames[o]) + "_high", part(answers.draws->high), "fraction");
  }
  const auto per_income = [&](const std::vector<double>& by_place) {
    NumberColumn sums(n, 0.0);
    for (std::size_t at = 0; at < by_place.size(); ++at) sums[at % n] += by_place[at];
    return sums;
  };
  for (std::size_t f = 0; f < base.factors.size(); ++f) {
    const auto first = answers.real_wage.begin() + static_cast<std::ptrdiff_t>(f * n);
    NumberColumn change(first, first + static_cast<std::ptrdiff_t>(n));
    for (double& value : change) value -= 1.0;
    table.add(base.factors.size() == 1 ? "real_wage_change"
                                       : fmt::format("real_wage_change_{}", base.factors[f]),
              std::move(change), "fraction");
  }
  if (answers.parts) {
    const WelfareDecomposition& parts = *answers.parts;
    table.add("welfare_log", parts.welfare_log, "log points");
    table.add("terms_of_trade", parts.terms_of_trade, "log points");
    table.add("volume_of_trade", parts.volume_of_trade, "log points");
    table.add("technology", parts.technology, "log points");
    table.add("scale", parts.scale, "log points");
    table.add("transfer", parts.transfer, "log points");
    table.add("remainder", parts.remainder, "log points");
  }
  table.add("cp_linear_welfare", answers.linear.cp_linear, "fraction");
  table.add("cp_linear_terms_of_trade", answers.linear.terms_of_trade, "fraction");
  table.add("cp_linear_volume_of_trade", answers.linear.volume_of_trade, "fraction");
  if (!answers.gains.empty()) table.add("gains_from_trade", answers.gains, "fraction");
  table.add("creation", per_income(answers.shift.creation), "currency");
  table.add("diversion", per_income(answers.shift.diversion), "currency");
  table.add("duty_collected_base", before.duty, "currency");
  table.add("duty_collected", after.duty, "currency");
  table.add("duty_pooled", after.duty_pooled, "currency");
  table.add("duty_received", after.duty_received, "currency");
  table.add("export_duty", after.export_duty, "currency");
  table.add("income_base", before.income, "currency");
  table.add("income", after.income, "currency");
  table.add("deficit", after.deficit, "currency");
  return table;
}

Table sector_table(const SectorRun& run) {
  const MultiSectorBase& base = run.model.base();
  const MultiSectorResult& before = run.model.base_levels();
  const MultiSectorResult& after = run.result;
  std::vector<std::string> sectors;
  for (const std::string& sector : base.sectors) {
    sectors.insert(sectors.end(), base.economies.size(), sector);
  }
  Table table("sectors");
  table.add("sector", sectors);
  table.add("economy", repeated_names(base));
  table.add("output_base", before.output, "currency");
  table.add("output", after.output, "currency");
  table.add("expenditure_base", before.expenditure, "currency");
  table.add("expenditure", after.expenditure, "currency");
  NumberColumn price = after.price_hat;
  for (double& value : price) value -= 1.0;
  table.add("price_change", std::move(price), "fraction");
  NumberColumn cost = after.cost_hat;
  for (double& value : cost) value -= 1.0;
  table.add("unit_cost_change", std::move(cost), "fraction");
  return table;
}

double change_of(double now, double before) {
  return before == 0.0 ? data::kMissing : now / before - 1.0;
}

void add_stages(Table& table, const std::array<NumberColumn, 4>& values) {
  table.add("trade_base", values[0], "currency");
  table.add("trade", values[3], "currency");
  constexpr std::array<const char*, 4> kNames = {"", "direct_change", "conditional_change",
                                                 "full_change"};
  for (std::size_t s = 1; s < 4; ++s) {
    NumberColumn change;
    for (std::size_t k = 0; k < values[0].size(); ++k) {
      change.push_back(change_of(values[s][k], values[0][k]));
    }
    table.add(kNames[s], std::move(change), "fraction");
  }
}

// Pairs of economies, all sectors together.
Table pair_table(const SectorRun& run, const SectorStages& stages) {
  const MultiSectorBase& base = run.model.base();
  const std::size_t n = base.economies.size();
  const std::array<const std::vector<double>*, 4> from = {&stages.base, &stages.direct,
                                                          &stages.conditional, &stages.full};
  std::vector<std::string> exporter, importer;
  std::array<NumberColumn, 4> values;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t m = 0; m < n; ++m) {
      std::array<double, 4> sums{};
      for (std::size_t j = 0; j < base.sectors.size(); ++j) {
        for (std::size_t s = 0; s < 4; ++s) sums[s] += (*from[s])[base.cell(j, m, i)];
      }
      if (i == m || sums[0] == 0.0) continue;
      exporter.push_back(base.economies[i]);
      importer.push_back(base.economies[m]);
      for (std::size_t s = 0; s < 4; ++s) values[s].push_back(sums[s]);
    }
  }
  Table table("trade");
  table.add("exporter", exporter);
  table.add("importer", importer);
  add_stages(table, values);
  return table;
}

// Cells whose own cost changes.
Table cell_table(const SectorRun& run, const SectorStages& stages) {
  const MultiSectorBase& base = run.model.base();
  const std::size_t n = base.economies.size();
  std::vector<std::string> exporter, importer, sector;
  std::array<NumberColumn, 4> values;
  NumberColumn tariff_base, tariff, cost;
  for (std::size_t cell = 0; cell < base.trade_share.size(); ++cell) {
    const double rate_before = rate(base.tariff, cell);
    const double rate_after = run.shock.tariff.empty() ? rate_before : run.shock.tariff[cell];
    const double levied_before = rate(base.export_tax, cell);
    const double levied_after =
        run.shock.export_tax.empty() ? levied_before : run.shock.export_tax[cell];
    const double delivery = run.shock.cost_hat.empty() ? 1.0 : run.shock.cost_hat[cell];
    if (stages.base[cell] == 0.0 ||
        (rate_after == rate_before && levied_after == levied_before && delivery == 1.0)) {
      continue;
    }
    exporter.push_back(base.economies[cell % n]);
    importer.push_back(base.economies[cell / n % n]);
    sector.push_back(base.sectors[cell / n / n]);
    tariff_base.push_back(rate_before);
    tariff.push_back(rate_after);
    cost.push_back(delivery - 1.0);
    values[0].push_back(stages.base[cell]);
    values[1].push_back(stages.direct[cell]);
    values[2].push_back(stages.conditional[cell]);
    values[3].push_back(stages.full[cell]);
  }
  Table table("trade_by_sector");
  table.add("exporter", exporter);
  table.add("importer", importer);
  table.add("sector", sector);
  table.add("tariff_base", std::move(tariff_base), "fraction");
  table.add("tariff", std::move(tariff), "fraction");
  table.add("delivery_cost_change", std::move(cost), "fraction");
  add_stages(table, values);
  return table;
}

// Terms and volume of trade by partner and by sector, long.
Table decomposition_table(const SectorRun& run, const WelfareDecomposition& parts) {
  const MultiSectorBase& base = run.model.base();
  const std::size_t n = base.economies.size();
  std::vector<std::string> economy, by, name;
  NumberColumn terms, volumes;
  for (std::size_t e = 0; e < n; ++e) {
    for (std::size_t p = 0; p < n; ++p) {
      if (p == e) continue;
      economy.push_back(base.economies[e]);
      by.push_back("partner");
      name.push_back(base.economies[p]);
      terms.push_back(parts.terms_of_trade_by_partner[e * n + p]);
      volumes.push_back(parts.volume_of_trade_by_partner[e * n + p]);
    }
    for (std::size_t j = 0; j < base.sectors.size(); ++j) {
      economy.push_back(base.economies[e]);
      by.push_back("sector");
      name.push_back(base.sectors[j]);
      terms.push_back(parts.terms_of_trade_by_sector[base.at(j, e)]);
      volumes.push_back(parts.volume_of_trade_by_sector[base.at(j, e)]);
    }
  }
  Table table("decomposition");
  table.add("economy", economy);
  table.add("by", by);
  table.add("name", name);
  table.add("terms_of_trade", std::move(terms), "log points");
  table.add("volume_of_trade", std::move(volumes), "log points");
  return table;
}

// Every assumption with every economy: its share of the effect and of the uncertainty.
Table assumption_table(const SectorRun& run, const SectorAnswers& answers) {
  const MultiSectorBase& base = run.model.base();
  const std::size_t n = base.economies.size();
  const std::vector<SectorChange>& changes = run.scenario.changes;
  std::vector<std::string> name, economy, source;
  NumberColumn value, low, high, share, alone, deviation;
  std::size_t range = 0;
  for (std::size_t c = 0; c < changes.size(); ++c) {
    const SectorChange& change = changes[c];
    for (std::size_t e = 0; e < n; ++e) {
      name.push_back(change.name);
      economy.push_back(base.economies[e]);
      value.push_back(change.rate_pct);
      low.push_back(change.uncertain() ? change.range_pct[0] : change.rate_pct);
      high.push_back(change.uncertain() ? change.range_pct[1] : change.rate_pct);
      share.push_back(answers.shapley ? answers.shapley->share[c * n + e] : data::kMissing);
      alone.push_back(answers.shapley ? answers.shapley->alone[c * n + e] : data::kMissing);
      const DeltaDeviation* delta = answers.delta_of(e);
      deviation.push_back(!change.uncertain() ? 0.0
                          : delta == nullptr  ? data::kMissing
                                              : delta->policy[range]);
      source.push_back(change.source);
    }
    if (change.uncertain()) ++range;
  }
  for (const Assumption& one : run.routes ? run.routes->assumptions : std::vector<Assumption>{}) {
    for (std::size_t e = 0; e < n; ++e) {
      name.push_back(one.name);
      economy.push_back(base.economies[e]);
      value.push_back(one.value);
      low.push_back(one.low);
      high.push_back(one.high);
      share.push_back(data::kMissing);
      alone.push_back(data::kMissing);
      const DeltaDeviation* delta = answers.delta_of(e);
      deviation.push_back(!one.drawn()       ? 0.0
                          : delta == nullptr ? data::kMissing
                                             : delta->policy[range]);
      source.push_back(one.source);
    }
    if (one.drawn()) ++range;
  }
  for (std::size_t k = 0; k < answers.deltas.size(); ++k) {
    const std::array<std::pair<const char*, double>, 2> noise = {
        {{"trade elasticities", answers.deltas[k].theta}, {"base trade", answers.deltas[k].trade}}};
    for (const auto& [what, sd] : noise) {
      if (sd == 0.0) continue;
      name.emplace_back(what);
      economy.push_back(base.economies[answers.shown[k]]);
      for (NumberColumn* column : {&value, &low, &high, &share, &alone}) {
        column->push_back(data::kMissing);
      }
      deviation.push_back(sd);
      source.emplace_back();
    }
  }
  Table table("assumptions");
  table.add("assumption", name);
  table.add("economy", economy);
  table.add("value_pct", std::move(value), "percent");
  table.add("low_pct", std::move(low), "percent");
  table.add("high_pct", std::move(high), "percent");
  table.add("shapley_share_log", std::move(share), "log points");
  table.add("alone_log", std::move(alone), "log points");
  table.add("one_sd_effect_log", std::move(deviation), "log points");
  table.add("source", source);
  return table;
}

std::string percent(double fraction) {
  return data::is_missing(fraction) ? "" : fmt::format("{:+.3f}", 100.0 * fraction);
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

// What moves the first economies' real income most, in one line each.
std::string drivers_text(const SectorRun& run, const SectorAnswers& answers) {
  std::string text;
  for (std::size_t k = 0; k < std::min<std::size_t>(answers.deltas.size(), 3); ++k) {
    const DeltaDeviation& delta = answers.deltas[k];
    std::string largest = "the trade elasticities";
    double size = delta.theta;
    if (delta.trade > size) {
      largest = "the base's trade flows";
      size = delta.trade;
    }
    std::size_t range = 0;
    for (const SectorChange& change : run.scenario.changes) {
      if (!change.uncertain()) continue;
      if (std::abs(delta.policy[range]) > size) {
        largest = fmt::format("the range of \"{}\"", change.name);
        size = std::abs(delta.policy[range]);
      }
      ++range;
    }
    for (const Assumption& one : run.routes ? run.routes->assumptions : std::vector<Assumption>{}) {
      if (!one.drawn()) continue;
      if (std::abs(delta.policy[range]) > size) {
        largest = fmt::format("the range of \"{}\"", one.name);
        size = std::abs(delta.policy[range]);
      }
      ++range;
    }
    if (delta.sd == 0.0) continue;
    text += fmt::format("{}: most of the uncertainty comes from {} ({:.0f}% of the variance).\n",
                        run.model.base().economies[answers.shown[k]], largest,
                        100.0 * size * size / (delta.sd * delta.sd));
  }
  return text;
}

}  // namespace

MultiSectorShock SectorRun::shock_at(const std::vector<double>& sizes_pct,
                                     const std::vector<bool>& active,
                                     const std::vector<double>* route_cost_hat) const {
  const MultiSectorBase& base = model.base();
  MultiSectorShock made = build_shock(scenario, base, sizes_pct, active);
  if (routes) {
    const std::vector<double>& hat = route_cost_hat ? *route_cost_hat : routes->cost_hat;
    if (made.cost_hat.empty()) made.cost_hat.assign(hat.size(), 1.0);
    for (std::size_t cell = 0; cell < hat.size(); ++cell) made.cost_hat[cell] *= hat[cell];
  }
  for (std::size_t q = 0; q < quota_rates.size(); ++q) {
    if (quota_rates[q] == 0.0 || !active[quotas[q].change]) continue;
    std::vector<double>& rates = quotas[q].quota.rent_abroad ? made.export_tax : made.tariff;
    if (rates.empty()) rates = quotas[q].quota.rent_abroad ? base.export_tax : base.tariff;
    if (rates.empty()) rates.assign(base.trade_share.size(), 0.0);
    for (const std::size_t cell : quotas[q].quota.cells) {
      rates[cell] = (1.0 + rates[cell]) * (1.0 + quota_rates[q]) - 1.0;
    }
  }
  return made;
}

MultiSectorShock SectorRun::shock_at(const std::vector<double>& sizes_pct) const {
  return shock_at(sizes_pct, std::vector<bool>(sizes_pct.size(), true));
}

const DeltaDeviation* SectorAnswers::delta_of(std::size_t economy) const {
  for (std::size_t k = 0; k < deltas.size(); ++k) {
    if (shown[k] == economy) return &deltas[k];
  }
  return nullptr;
}

std::vector<Table> sector_tables(const SectorRun& run, const SectorAnswers& answers) {
  std::vector<Table> tables = {economy_table(run, answers), sector_table(run),
                               pair_table(run, answers.stages), cell_table(run, answers.stages)};
  if (answers.parts) tables.push_back(decomposition_table(run, *answers.parts));
  if (!run.scenario.changes.empty() || run.routes) {
    tables.push_back(assumption_table(run, answers));
  }
  return tables;
}

std::string sector_text(const SectorRun& run, const SectorBase& world,
                        const SectorAnswers& answers) {
  const SectorScenario& scenario = run.scenario;
  const MultiSectorBase& base = run.model.base();
  const std::size_t n = base.economies.size();
  std::string text = fmt::format(
      "\033[1m{}\033[0m\n", scenario.head.title.empty() ? scenario.head.name : scenario.head.title);
  text += fmt::format("{} sectors, {} economies, deficits {}.\n\n", base.sectors.size(), n,
                      to_string(scenario.model.deficits));
  for (const SectorChange& change : scenario.changes) text += describe(change);
  for (const Assumption& one : run.routes ? run.routes->assumptions : std::vector<Assumption>{}) {
    text += fmt::format("  {}: {:g}", one.name, one.value);
    if (one.drawn()) text += fmt::format(" [{:g}, {:g}]", one.low, one.high);
    text += fmt::format(" {}\n      source: {}\n", one.unit,
                        one.source.empty() ? "none given" : one.source);
  }
  for (std::size_t q = 0; q < run.quotas.size(); ++q) {
    text += fmt::format("  {} is equivalent to {:.2f}% ad valorem\n", run.quotas[q].quota.name,
                        100.0 * run.quota_rates[q]);
  }
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
  text += "\n" + drivers_text(run, answers);
  text += "\033[2m";
  if (answers.parts) {
    text +=
        "Terms and volumes of trade: log points, integrated along the change; they add up to "
        "real income with the other parts of key_results.\n";
  }
  for (const std::string& note : world.notes) text += note + "\n";
  if (answers.draws) {
    text +=
        fmt::format("Intervals hold {:g}% of {} draws; {} did not converge and are left out.\n",
                    100.0 * scenario.model.level, answers.draws->n_draws, answers.draws->n_failed);
  }
  if (!run.quotas.empty() && answers.draws) {
    text += "Quotas are held at their tariff equivalents in the draws.\n";
  }
  return text + run.result.certificate.summary() + "\033[0m\n";
}

namespace {

using attribution::Cell;
using attribution::ResultTable;

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
  for (std::size_t o = 0; o < kSectorOutcomes; ++o) {
    const std::string name = kOutcomeNames[o];
    const std::string prefix = o == kSectorIncome ? "" : name + "_";
    table.columns.push_back({name, kOutcomeLabels[o], "fraction"});
    table.columns.push_back({prefix + "low", "Low", "fraction"});
    table.columns.push_back({prefix + "high", "High", "fraction"});
  }
  if (answers.draws) {
    table.note = fmt::format("Range: {:g}% of the draws", 100.0 * run.scenario.model.level);
  }
  for (const std::size_t e : rows) {
    std::vector<Cell> row = {base.economies[e], base.economies[e]};
    for (std::size_t o = 0; o < kSectorOutcomes; ++o) {
      row.emplace_back(answers.outcomes[o * n + e]);
      row.emplace_back(answers.draws ? answers.draws->low[o * n + e] : data::kMissing);
      row.emplace_back(answers.draws ? answers.draws->high[o * n + e] : data::kMissing);
    }
    table.add(std::move(row));
  }
  return table;
}

ResultTable change_table(const SectorRun& run) {
  ResultTable table{.id = "assumptions",
                    .title = "Assumptions",
                    .note = "",
                    .columns = {{"assumption", "Assumption", ""},
                                {"value_pct", "Value", "percent"},
                                {"low_pct", "Low", "percent"},
                                {"high_pct", "High", "percent"},
                                {"source", "Source", ""}}};
  for (const SectorChange& change : run.scenario.changes) {
    table.add({change.name, change.rate_pct,
               change.uncertain() ? change.range_pct[0] : data::kMissing,
               change.uncertain() ? change.range_pct[1] : data::kMissing, change.source});
  }
  for (const Assumption& one : run.routes ? run.routes->assumptions : std::vector<Assumption>{}) {
    const std::string name =
        one.unit.empty() ? one.name : fmt::format("{}, {}", one.name, one.unit);
    table.add({name, one.value, one.drawn() ? one.low : data::kMissing,
               one.drawn() ? one.high : data::kMissing, one.source});
  }
  return table;
}

}  // namespace

json sector_value(const SectorRun& run, const SectorBase& world, const SectorAnswers& answers) {
  const MultiSectorBase& base = run.model.base();
  const SectorHead& head = run.scenario.head;
  ScenarioAnswer answer;
  answer.name = head.name;
  answer.title = head.title.empty() ? head.name : head.title;
  answer.about = fmt::format("{} sectors with input-output links, {} economies, deficits {}.",
                             base.sectors.size(), base.economies.size(),
                             to_string(run.scenario.model.deficits));
  answer.certificates = {run.result.certificate, answers.stages.certificate};
  answer.notes = world.notes;
  const std::string drivers = drivers_text(run, answers);
  if (!drivers.empty()) answer.summary.push_back(drivers);
  std::vector<std::size_t> all(base.economies.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  std::vector<std::size_t> shown = answers.shown;
  std::stable_sort(shown.begin(), shown.end(), [&](std::size_t a, std::size_t b) {
    return answers.outcomes[a] > answers.outcomes[b];
  });
  answer.tables = {outcome_table(run, answers, "real_income", "Change of real income", shown),
                   outcome_table(run, answers, "economies", "All economies", all),
                   change_table(run)};
  json value = to_json(answer);
  value["quotas"] = json::array();
  for (std::size_t q = 0; q < run.quotas.size(); ++q) {
    value["quotas"].push_back({{"name", run.quotas[q].quota.name}, {"rate", run.quota_rates[q]}});
  }
  if (answers.draws) value["draws_failed"] = answers.draws->n_failed;
  return value;
}

}  // namespace altyn::study
