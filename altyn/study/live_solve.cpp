#include "altyn/study/live_solve.h"

#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>

#include "altyn/attribution/result_json.h"
#include "altyn/study/central_solve.h"
#include "altyn/study/extends.h"
#include "altyn/study/live_sectors.h"
#include "altyn/study/sector_scenario.h"

namespace altyn::study {
namespace {

using equilibrium::OneSectorResult;
using nlohmann::json;

constexpr double kLow = 0.05;
constexpr double kHigh = 0.95;

json column(const Outcomes& outcomes, Outcome outcome) {
  json values = json::array();
  for (const auto& one : outcomes) values.push_back(one[outcome]);
  return values;
}

json keys_of(const std::vector<equilibrium::RevenuePool>& pools, const std::string& name) {
  json keys = json::object();
  for (const equilibrium::RevenuePool& pool : pools) {
    if (pool.name != name) continue;
    for (std::size_t m = 0; m < pool.members.size(); ++m) keys[pool.members[m]] = pool.keys[m];
  }
  return keys;
}

// Shares of duties before and after, pool by pool.
json pools_value(const ScenarioInstance& instance) {
  json list = json::array();
  const auto& after = instance.shock.pools ? *instance.shock.pools : instance.base.pools;
  for (const equilibrium::RevenuePool& pool : instance.base.pools) {
    list.push_back({{"pool", pool.name},
                    {"before", keys_of(instance.base.pools, pool.name)},
                    {"after", keys_of(after, pool.name)}});
  }
  return list;
}

// The mean that splits a difference of logarithms into parts that add up.
double log_mean(double a, double b) { return a == b ? a : (a - b) / (std::log(a) - std::log(b)); }

// ln(real income) as parts that add up: each part of income over the logarithmic mean of income
// before and after, and what the same income buys. Source: Ang (2004), logarithmic mean index.
json decomposition_of(const OneSectorResult& result, const equilibrium::OneSectorBase& base) {
  const std::size_t n = result.welfare_hat.size();
  std::vector<double> factors(n), duties(n), deficit(n), prices(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double inputs = base.value_added_share.empty() ? 0.0 : 1.0 - base.value_added_share[i];
    const double before = result.base_expenditure[i] - inputs * result.base_output[i];
    const double after = result.expenditure[i] - inputs * result.output[i];
    const double mean = log_mean(after, before);
    duties[i] = (result.revenue_received[i] - result.base_revenue_received[i]) / mean;
    deficit[i] = (result.deficit[i] - result.base_deficit[i]) / mean;
    factors[i] = (after - before) / mean - duties[i] - deficit[i];
    prices[i] = -std::log(result.price_hat[i]);
  }
  return json::array({{{"label", "factor income"}, {"log_change", factors}},
                      {{"label", "duties received"}, {"log_change", duties}},
                      {{"label", "trade deficit"}, {"log_change", deficit}},
                      {{"label", "prices"}, {"log_change", prices}}});
}

// What the economies had and have, in the order of the setting.
void add_vectors(json& value, const CentralSolve& solved) {
  const ScenarioSetting& setting = solved.setting();
  const OneSectorResult& result = solved.result();
  const OneSectorResult* versus = solved.versus();
  const Outcomes outcomes = outcomes_of(solved.instance(), setting.parents(), result, versus);
  const std::size_t n = outcomes.size();
  std::vector<double> spending(n, 0.0);  // of a nation: its regions have their parts of it
  for (std::size_t i = 0; i < n; ++i) {
    spending[setting.parents()[i]] += result.base_expenditure[i];
  }
  json imputed = json::array(), involved = json::array(), of_gdp = json::array();
  json from_duties = json::array(), parents = json::array();
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t parent = setting.parents()[i];
    imputed.push_back(setting.imputed(i));
    involved.push_back(bool{setting.involved()[i]});
    parents.push_back(setting.nation(i));
    of_gdp.push_back(outcomes[i][kRealIncome] * (spending[parent] / setting.gdp_musd()[i]));
    from_duties.push_back(outcomes[i][kReceived] / result.base_expenditure[i]);
  }
  value["economies"] = setting.economies();
  value["names"] = setting.names();
  value["parents"] = std::move(parents);
  value["imputed"] = std::move(imputed);
  value["involved"] = std::move(involved);
  value["real_income"] = column(outcomes, kRealIncome);
  value["exports"] = column(outcomes, kExports);
  value["imports"] = column(outcomes, kImports);
  value["price_index"] = column(outcomes, kPrices);
  value["gdp_share"] = std::move(of_gdp);
  value["from_duties"] = std::move(from_duties);
  value["revenue_collected"] = {
      {"before", versus != nullptr ? versus->revenue_collected : result.base_revenue_collected},
      {"after", result.revenue_collected}};
  value["revenue_received"] = {
      {"before", versus != nullptr ? versus->revenue_received : result.base_revenue_received},
      {"after", result.revenue_received}};
  value["keys"] = pools_value(solved.instance());
  value["decomposition"] = decomposition_of(result, solved.instance().base);
}

json interval(const ScenarioDraws& draws, Outcome outcome, std::size_t n) {
  json low = json::array(), mid = json::array(), high = json::array();
  for (std::size_t i = 0; i < n; ++i) {
    low.push_back(draws.quantile(outcome, i, kLow));
    mid.push_back(draws.quantile(outcome, i, 0.5));
    high.push_back(draws.quantile(outcome, i, kHigh));
  }
  return {{"low", std::move(low)}, {"mid", std::move(mid)}, {"high", std::move(high)}};
}

json solve_one_sector(const Study& whole, LiveParts parts, DataSources& sources,
                      ScenarioTablesCache& tables, Context& context) {
  const Effects effects = parts.tables || parts.flows ? Effects::kAllStages : Effects::kFullOnly;
  const CentralSolve solved(whole, sources, &tables, effects, context);
  json value = {{"failure", solved.failure()}, {"certificates", json::array()}};
  for (const Certificate& one : solved.certificates()) {
    value["certificates"].push_back(attribution::to_json(one));
  }
  value["certified"] = solved.failure().empty();
  if (solved.failure().empty()) {
    if (parts.tables) {
      const ScenarioDraws none = run_draws({}, solved.setting().parents(), solved.assumptions(),
                                           false, 0, solved.options(), context);
      ScenarioAnswer answer = answer_of(solved.with(none));
      answer.certificates = solved.certificates();
      value["result"] = to_json(answer);
    }
    add_vectors(value, solved);
    if (parts.flows) {
      const OneSectorResult& result = solved.result();
      value["flows"] = {{"base_musd", result.base_trade},
                        {"direct_musd", result.direct_trade},
                        {"conditional_musd", nullptr},
                        {"full_musd", result.trade}};
      if (result.conditional_certificate.holds()) {
        value["flows"]["conditional_musd"] = result.conditional_trade;
      }
    }
  }
  return value;
}

}  // namespace

json solve_scenario(const Study& study, LiveParts parts, DataSources& sources,
                    const LiveTables& tables, Context& context) {
  const auto start = std::chrono::steady_clock::now();
  Study whole = study;
  whole.content["flags"]["n_draws"] = 0;
  whole.content = extended_content(whole, sources);
  if (whole.content.contains("scenario") && whole.content["scenario"].is_object()) {
    whole.content["scenario"].erase("extends");  // done
  }
  json value;
  if (has_sectors(whole.content)) {
    value = solve_sectors(whole, parts, sources, tables.many_sectors, context);
  } else {
    value = solve_one_sector(whole, parts, sources, tables.one_sector, context);
  }
  value["seconds"] =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return value;
}

json draws_value(const ScenarioSetting& setting, const ScenarioDraws& draws) {
  const std::size_t n = setting.economies().size();
  return {{"n_draws", draws.n_draws},
          {"n_failed", draws.n_failed},
          {"economies", setting.economies()},
          {"real_income", interval(draws, kRealIncome, n)},
          {"exports", interval(draws, kExports, n)},
          {"imports", interval(draws, kImports, n)},
          {"price_index", interval(draws, kPrices, n)},
          {"revenue_collected", interval(draws, kCollected, n)},
          {"revenue_received", interval(draws, kReceived, n)}};
}

}  // namespace altyn::study
