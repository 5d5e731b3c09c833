#include "altyn/study/live_sectors.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "altyn/attribution/result_json.h"
#include "altyn/study/sector_report.h"
#include "altyn/study/sector_solve.h"

namespace altyn::study {
namespace {

using namespace equilibrium;
using nlohmann::json;

json outcome_column(const SectorAnswers& answers, std::size_t outcome, std::size_t n) {
  const auto first = answers.outcomes.begin() + static_cast<std::ptrdiff_t>(outcome * n);
  return std::vector<double>(first, first + static_cast<std::ptrdiff_t>(n));
}

// Shares of duties before and after, pool by pool.
json pool_keys(const SectorRun& run) {
  json list = json::array();
  const auto keys = [](const RevenuePool& pool) {
    json found = json::object();
    for (std::size_t m = 0; m < pool.members.size(); ++m) found[pool.members[m]] = pool.keys[m];
    return found;
  };
  const std::vector<RevenuePool>& before = run.model.base().pools;
  for (const RevenuePool& pool : run.shock.pools.value_or(before)) {
    json old = json::object();
    for (const RevenuePool& one : before) {
      if (one.name == pool.name) old = keys(one);
    }
    list.push_back({{"pool", pool.name}, {"before", std::move(old)}, {"after", keys(pool)}});
  }
  return list;
}

// ln(real income) as parts that add up, each change of income over the logarithmic mean of income
// before and after. Source: Ang (2004), logarithmic mean index.
json income_parts(const SectorRun& run, const std::vector<double>& received) {
  const MultiSectorResult& old = run.model.base_levels();
  const MultiSectorResult& now = run.result;
  const std::vector<double> received_before = duties_received(old);
  const std::size_t n = now.income.size();
  std::vector<double> factors(n), duties(n), deficit(n), prices(n);
  for (std::size_t e = 0; e < n; ++e) {
    const double log_change = std::log(now.income[e] / old.income[e]);
    const double mean =
        log_change == 0.0 ? now.income[e] : (now.income[e] - old.income[e]) / log_change;
    duties[e] = (received[e] - received_before[e] + now.export_duty[e] - old.export_duty[e]) / mean;
    deficit[e] = (now.deficit[e] - old.deficit[e]) / mean;
    prices[e] = -std::log(now.consumer_price_hat[e]);
    factors[e] = std::log(now.welfare_hat[e]) - duties[e] - deficit[e] - prices[e];
  }
  return json::array({{{"label", "factor income"}, {"log_change", factors}},
                      {{"label", "duties received"}, {"log_change", duties}},
                      {{"label", "trade deficit"}, {"log_change", deficit}},
                      {{"label", "prices"}, {"log_change", prices}}});
}

void add_economies(json& value, const SectorRun& run, const SectorAnswers& answers) {
  const MultiSectorBase& base = run.model.base();
  const MultiSectorResult& old = run.model.base_levels();
  const std::size_t n = base.economies.size();
  const std::vector<double> received_before = duties_received(old);
  const std::vector<double> received = duties_received(run.result);
  json parents = json::array(), of_gdp = json::array(), from_duties = json::array();
  for (std::size_t e = 0; e < n; ++e) {
    double product = 0.0;
    for (std::size_t f = 0; f < base.factors.size(); ++f) {
      product += base.factor_income[f * n + e];
    }
    const double change = answers.outcomes[kSectorIncome * n + e];
    parents.push_back(run.nation(e));
    of_gdp.push_back(product > 0.0 ? json(change * old.income[e] / product) : json());
    from_duties.push_back((received[e] - received_before[e]) / old.income[e]);
  }
  value["economies"] = base.economies;
  value["names"] = base.economies;
  value["parents"] = std::move(parents);
  value["imputed"] = std::vector<bool>(n, false);
  value["involved"] = involved_in(run);
  value["real_income"] = outcome_column(answers, kSectorIncome, n);
  value["exports"] = outcome_column(answers, kSectorExports, n);
  value["imports"] = outcome_column(answers, kSectorImports, n);
  value["price_index"] = outcome_column(answers, kSectorPrices, n);
  value["gdp_share"] = std::move(of_gdp);
  value["from_duties"] = std::move(from_duties);
  value["revenue_collected"] = {{"before", old.duty}, {"after", run.result.duty}};
  value["revenue_received"] = {{"before", received_before}, {"after", received}};
  value["keys"] = pool_keys(run);
  value["decomposition"] = income_parts(run, received);
}

// Trade between economies, all sectors together: [n * n] exporter rows, at the border.
json pair_sums(const MultiSectorBase& base, const std::vector<double>& cells) {
  const std::size_t n = base.economies.size();
  std::vector<double> sums(n * n, 0.0);
  for (std::size_t j = 0; j < base.sectors.size(); ++j) {
    for (std::size_t m = 0; m < n; ++m) {
      for (std::size_t i = 0; i < n; ++i) sums[i * n + m] += cells[base.cell(j, m, i)];
    }
  }
  return sums;
}

// What each economy sells and buys across borders and collects at its own, sector by sector.
json sector_list(const SectorRun& run, const SectorStages& stages) {
  const MultiSectorBase& base = run.model.base();
  const std::size_t n = base.economies.size();
  json list = json::array();
  for (std::size_t j = 0; j < base.sectors.size(); ++j) {
    json one = {{"sector", base.sectors[j]}};
    const auto add = [&](const char* when, const std::vector<double>& trade,
                         const std::vector<double>& tariff) {
      std::vector<double> exports(n, 0.0), imports(n, 0.0), duties(n, 0.0);
      for (std::size_t m = 0; m < n; ++m) {
        for (std::size_t i = 0; i < n; ++i) {
          if (i == m) continue;
          const std::size_t cell = base.cell(j, m, i);
          exports[i] += trade[cell];
          imports[m] += trade[cell];
          if (!tariff.empty()) duties[m] += trade[cell] * tariff[cell];
        }
      }
      one["exports"][when] = exports;
      one["imports"][when] = imports;
      one["duties"][when] = duties;
    };
    add("before", stages.base, base.tariff);
    add("after", stages.full, run.shock.tariff.empty() ? base.tariff : run.shock.tariff);
    list.push_back(std::move(one));
  }
  return list;
}

}  // namespace

json solve_sectors(const Study& whole, LiveParts parts, DataSources& sources,
                   SectorTablesCache& tables, Context& context) {
  const SectorWorld world = read_sector_world(whole, sources, context, &tables);
  const SectorRun run = solve_central(world, whole.where, std::nullopt, context);
  json value = {{"failure", failure_of(run)},
                {"certified", failure_of(run).empty()},
                {"certificates", {attribution::to_json(run.result.certificate)}}};
  if (!failure_of(run).empty()) return value;
  const SectorAnswers answers = central_answers(run, context);
  value["certificates"].push_back(attribution::to_json(answers.stages.certificate));
  if (!run.chosen.cells.empty()) {
    value["certificates"].push_back(attribution::to_json(run.chosen.certificate));
  }
  if (parts.tables) {
    value["result"] = sector_value(sector_answer(run, world.base, answers), run, answers);
  }
  add_economies(value, run, answers);
  if (!parts.flows) return value;
  const MultiSectorBase& base = run.model.base();
  value["flows"] = {{"base_musd", pair_sums(base, answers.stages.base)},
                    {"direct_musd", pair_sums(base, answers.stages.direct)},
                    {"conditional_musd", nullptr},
                    {"full_musd", pair_sums(base, answers.stages.full)}};
  if (answers.stages.certificate.holds()) {
    value["flows"]["conditional_musd"] = pair_sums(base, answers.stages.conditional);
  }
  value["sectors"] = sector_list(run, answers.stages);
  return value;
}

}  // namespace altyn::study
