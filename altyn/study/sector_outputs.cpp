#include "altyn/study/sector_outputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace altyn::study {
namespace {

using namespace equilibrium;
using data::NumberColumn;
using data::Table;

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
    const char* unit = o < kSectorFractions ? "fraction" : "currency";
    table.add(kSectorOutcomeNames[o], part(answers.outcomes), unit);
    if (!answers.draws) continue;
    table.add(std::string(kSectorOutcomeNames[o]) + "_low", part(answers.draws->low), unit);
    table.add(std::string(kSectorOutcomeNames[o]) + "_high", part(answers.draws->high), unit);
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
    if (!base.mobility.empty()) table.add("workers", parts.workers, "log points");
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
  if (!base.mobility.empty()) {
    NumberColumn workers = after.workers_hat;
    for (double& value : workers) value -= 1.0;
    table.add("workers_change", std::move(workers), "fraction");
  }
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
  const auto add_rows = [&](const Assumption& one, const auto& step) {
    for (std::size_t e = 0; e < n; ++e) {
      name.push_back(one.name);
      economy.push_back(base.economies[e]);
      value.push_back(one.value);
      low.push_back(one.low);
      high.push_back(one.high);
      share.push_back(data::kMissing);
      alone.push_back(data::kMissing);
      deviation.push_back(one.drawn() ? step(e) : 0.0);
      source.push_back(one.source);
    }
  };
  std::size_t size = 0;
  for (const Assumption& one : run.region_assumptions()) {
    add_rows(one, [&](std::size_t e) {
      return answers.region_steps.empty() ? data::kMissing : answers.region_steps[size][e];
    });
    if (one.drawn()) ++size;
  }
  for (const Assumption& one : run.route_assumptions()) {
    add_rows(one, [&](std::size_t e) {
      const DeltaDeviation* delta = answers.delta_of(e);
      return delta == nullptr ? data::kMissing : delta->policy[range];
    });
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

}  // namespace

std::vector<Table> sector_tables(const SectorRun& run, const SectorAnswers& answers) {
  std::vector<Table> tables = {economy_table(run, answers), sector_table(run),
                               pair_table(run, answers.stages), cell_table(run, answers.stages)};
  if (answers.parts) tables.push_back(decomposition_table(run, *answers.parts));
  if (!run.scenario.changes.empty() || run.routes) {
    tables.push_back(assumption_table(run, answers));
  }
  return tables;
}

}  // namespace altyn::study
