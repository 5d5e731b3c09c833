#include "altyn/study/scenario_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "altyn/core/errors.h"
#include "altyn/core/fields_json.h"
#include "altyn/data/country_codes.h"
#include "altyn/data/pair_panel.h"
#include "altyn/study/located.h"

namespace altyn::study {
namespace {

using equilibrium::OneSectorBase;
using equilibrium::OneSectorShock;
using equilibrium::RegionalWorld;
using equilibrium::RegionSplit;
using equilibrium::RevenuePool;

bool has(const std::vector<std::string>& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

bool same_word(const std::string& a, const std::string& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

double new_rate(TariffFormula formula, double before, double size) {
  switch (formula) {
    case TariffFormula::kSet:
      return size;
    case TariffFormula::kAdd:
      return std::max(0.0, before + size);
    case TariffFormula::kCut:
      return before * (1.0 - size);
    case TariffFormula::kCap:
      return std::min(before, size);
    case TariffFormula::kSwiss:
      return before > 0.0 ? size * before / (size + before) : 0.0;
  }
  return before;
}

// The effect on log trade where a change applies with sign +1.
double direct_effect(const ScenarioChange& change, const Values& values) {
  const double size = values.at(change.name);
  if (change.what == ChangeKind::kAgreement || change.what == ChangeKind::kColumn) return size;
  const double theta = values.at(kThetaName);
  if (!(change.level_pct > 0.0)) return -theta * std::log1p(size / 100.0);
  const double level = values.at(name_of_level(change)) / 100.0;
  return -theta * (std::log1p(level * (1.0 + size / 100.0)) - std::log1p(level));
}

// The pool after members left and others joined. Regions of an economy keep their parts of its key.
std::vector<RevenuePool> new_pools(const RegionalWorld& world,
                                   const std::vector<std::string>& national,
                                   const ScenarioRevenue& revenue, const Values& values) {
  std::vector<RevenuePool> pools = world.base.pools;
  for (RevenuePool& pool : pools) {
    if (pool.name != revenue.pool) continue;
    RevenuePool kept{.name = pool.name};
    for (std::size_t m = 0; m < pool.members.size() && !revenue.dissolve; ++m) {
      const auto at =
          std::find(world.base.economies.begin(), world.base.economies.end(), pool.members[m]) -
          world.base.economies.begin();
      if (has(revenue.leave, national[world.parent[static_cast<std::size_t>(at)]])) continue;
      kept.members.push_back(pool.members[m]);
      kept.keys.push_back(pool.keys[m]);
    }
    const double left = std::accumulate(kept.keys.begin(), kept.keys.end(), 0.0);
    double joins = 0.0;
    for (const std::string& newcomer : revenue.join) joins += values.at(name_of_key(newcomer));
    for (double& key : kept.keys) key *= (1.0 - joins / 100.0) / left;
    for (const std::string& newcomer : revenue.join) {
      kept.members.push_back(newcomer);
      kept.keys.push_back(values.at(name_of_key(newcomer)) / 100.0);
    }
    pool = std::move(kept);
  }
  std::erase_if(pools, [](const RevenuePool& pool) { return pool.members.empty(); });
  return pools;
}

// GDP of each economy in million USD; NaN where the table lacks it.
std::vector<double> gdp_of(const data::Table& gdp, int year,
                           const std::vector<std::string>& economies) {
  const data::TextColumn& codes = gdp.texts("economy");
  const data::NumberColumn& years = gdp.numbers("year");
  const data::NumberColumn& usd = gdp.numbers("gdp_usd");
  std::vector<double> values;
  for (const std::string& economy : economies) {
    double value = data::kMissing;
    for (Index row = 0; row < gdp.n_rows(); ++row) {
      const auto at = static_cast<std::size_t>(row);
      if (years[at] == year && codes.at(row) == economy) value = usd[at] / 1e6;
    }
    values.push_back(value);
  }
  return values;
}

// Of nations without regions each is its own.
std::vector<std::size_t> own_places(std::size_t n) {
  std::vector<std::size_t> places(n);
  std::iota(places.begin(), places.end(), std::size_t{0});
  return places;
}

// The rows of one year; a table without years is of that year.
data::PairPanel of_year(data::PairPanel panel, int year) {
  if (panel.years.empty()) return panel;
  const data::NumberColumn& years = panel.table.numbers("year");
  std::vector<bool> keep;
  for (const double one : years) keep.push_back(one == year);
  panel.table = panel.table.filtered(keep);
  return panel;
}

}  // namespace

std::shared_ptr<const ScenarioTables> ScenarioTables::read(const ScenarioWorld& world,
                                                           const data::ColumnChoices& columns,
                                                           Index year, DataSources& sources) {
  DataSources own = sources.unread();
  auto tables = std::make_shared<ScenarioTables>();
  std::vector<std::string> files;
  for (const std::string& name : world.agreements) files.push_back(own.find(name));
  tables->registry = data::AgreementRegistry::read(files);
  data::PairPanel panel = data::load_pair_panel(own.read(world.trade), columns);
  tables->years = panel.years;
  const bool last = year == 0 && !panel.years.empty();
  const int base_year = last ? panel.years.back() : static_cast<int>(year);
  std::optional<data::Table> gdp;
  if (!world.gdp.empty()) gdp = own.read(world.gdp);
  tables->world = data::build_world(panel, base_year, {.gdp = gdp ? &*gdp : nullptr});
  tables->panel = of_year(std::move(panel), base_year);
  const std::vector<std::string>& economies = tables->world.economies;
  tables->gdp_musd = gdp ? gdp_of(*gdp, base_year, economies)
                         : std::vector<double>(economies.size(), data::kMissing);
  for (const std::string& exporter : economies) {
    for (const std::string& importer : economies) {
      tables->preferred.push_back(
          tables->registry.any_preference(exporter, importer, tables->world.year));
    }
  }
  tables->inputs = own.inputs();
  sources.add_inputs(tables->inputs);
  return tables;
}

std::shared_ptr<const ScenarioTables> ScenarioTablesCache::get(const ScenarioWorld& world,
                                                               const data::ColumnChoices& columns,
                                                               Index year, DataSources& sources) {
  if (sources.in_memory(world.trade) || sources.in_memory(world.gdp)) {
    return ScenarioTables::read(world, columns, year, sources);
  }
  const std::string gdp = world.gdp.empty() ? "" : sources.locate(world.gdp);
  std::string key = fmt::format("{}\n{}\n{}\n{}", year, sources.locate(world.trade), gdp,
                                options_to_json(columns).dump());
  for (const std::string& name : world.agreements) key += "\n" + sources.locate(name);
  if (auto known = kept_.find(key)) {
    sources.add_inputs(known->inputs);
    return known;
  }
  std::shared_ptr<const ScenarioTables> tables =
      ScenarioTables::read(world, columns, year, sources);
  kept_.put(key, tables);
  return tables;
}

ScenarioSetting::ScenarioSetting(const Scenario& scenario, const std::optional<Scenario>& versus,
                                 DataSources& sources, ScenarioTablesCache* tables)
    : scenario_(scenario),
      tables_(
          tables == nullptr
              ? ScenarioTables::read(scenario.world, scenario.columns, scenario.head.year, sources)
              : tables->get(scenario.world, scenario.columns, scenario.head.year, sources)),
      registry_(tables_->registry),
      world_(tables_->world),
      year_(world_.year) {
  for (const data::Finding& finding : world_.findings) notes_.push_back(finding.sentence);
  notes_.emplace_back(
      "Income is that of the goods economy: what goods sell for, duties and the deficit in goods. "
      "The column of GDP sets the same change against the whole economy.");

  if (!scenario_.revenue.pool.empty()) {
    const std::string where = scenario_.where + " [revenue]";
    shares_ = registry_.duty_shares(scenario_.revenue.pool,
                                    data::Date::parse(scenario_.revenue.date, where + " date"));
    if (shares_ == nullptr) {
      throw InputError({.code = "no-duty-shares",
                        .what = fmt::format("no duty shares of {} are known for {}",
                                            scenario_.revenue.pool, scenario_.revenue.date),
                        .where = where,
                        .why = "a pool is shared by keys",
                        .fixes = {"add [[duty_share]] to a file named under agreements"}});
    }
    for (const auto& [economy, share] : shares_->shares) (void)codes_of({economy}, where);
    for (std::string& code : scenario_.revenue.leave) code = codes_of({code}, where).front();
    for (const std::string& code : scenario_.revenue.join) {
      (void)codes_of({code}, where);
      if (!shares_->shares.contains(code)) continue;
      throw InputError({.code = "bad-change",
                        .what = fmt::format("{} joins a pool that it is a member of", code),
                        .where = where,
                        .why = "a member has its key already"});
    }
  }
  std::size_t place = 0;
  for (const ScenarioTariff& tariff : scenario_.tariffs) {
    base_tariff_cells_.push_back(
        tariff_cells(tariff.importer, tariff.exporter,
                     fmt::format("{} [[tariff]] {}", scenario_.where, ++place)));
  }
  const auto changes_tariffs = [](const Scenario& s) {
    return std::any_of(s.changes.begin(), s.changes.end(), [](const ScenarioChange& change) {
      return change.what == ChangeKind::kTariff;
    });
  };
  has_tariffs_ = !scenario_.tariffs.empty() || changes_tariffs(scenario_) ||
                 (versus && changes_tariffs(*versus));

  for (ScenarioRegion& region : scenario_.region_list) {
    const std::string where = fmt::format("{} [[region]] {}", scenario_.where, region.code);
    const bool rest = region.is_rest();
    region.of = codes_of({region.of}, where).front();
    if (rest) region.code = region.of;
    if (has(scenario_.revenue.join, region.of)) {
      throw InputError({.code = "bad-change",
                        .what = fmt::format("{} joins the pool and is split", region.of),
                        .where = where,
                        .why = "the key of who joins is one number"});
    }
  }
  region_trade_ = RegionTrade(scenario_.region_list, scenario_.regions, sources, scenario_.where);
  if (scenario_.region_list.empty()) {
    economies_ = world_.economies;
    parents_ = own_places(economies_.size());
  } else {
    std::vector<double> rates;
    const RegionalWorld world = world_at(central_values(assumptions_of(scenario_)), rates);
    economies_ = world.base.economies;
    parents_ = world.parent;
  }
  for (const std::string& code : economies_) {
    std::string name = data::economy_name(code);
    for (const ScenarioRegion& region : scenario_.region_list) {
      if (region.code != code) continue;
      if (!region.name.empty()) {
        name = region.name;
      } else if (region.is_rest()) {
        name += ", the rest";
      }
    }
    names_.push_back(std::move(name));
  }
  for (const std::size_t parent : parents_) gdp_musd_.push_back(tables_->gdp_musd[parent]);
  changes_ = found(scenario_);
  if (versus) versus_ = found(*versus);
  involved_.assign(economies_.size(), false);
  mark_involved(changes_);
  for (const std::string& player : scenario_.optimal.players) {
    for (const std::size_t i : places_of(player, scenario_.where + " [optimal] players")) {
      involved_[i] = true;
    }
  }
}

std::string ScenarioSetting::domestic_flag(std::size_t economy) const {
  return world_.domestic[parents_[economy]].flag;
}

bool ScenarioSetting::imputed(std::size_t economy) const {
  return world_.domestic[parents_[economy]].imputed();
}

// Codes behind a list: economies of the world, or the members of a union.
std::vector<std::string> ScenarioSetting::codes_of(const std::vector<std::string>& list,
                                                   const std::string& where) const {
  std::vector<std::string> codes;
  for (const std::string& entry : list) {
    const auto is_agreement = [&](const data::Agreement& one) { return same_word(one.id, entry); };
    if (std::any_of(registry_.agreements().begin(), registry_.agreements().end(), is_agreement)) {
      for (const std::string& member : registry_.union_members(entry, year_)) {
        if (has(world_.economies, member)) codes.push_back(member);
      }
      continue;
    }
    const std::string code = data::economy_code(entry, where);
    if (!has(world_.economies, code)) {
      throw InputError({.code = "not-in-world",
                        .what = fmt::format("{} is not in the trade table of {}", code, year_),
                        .where = where,
                        .why = "only economies with trade take part in an equilibrium",
                        .fixes = {"name a trade table of your own under [world] trade"}});
    }
    codes.push_back(code);
  }
  return codes;
}

// [n] whether an economy of the world with regions is on a list, by itself or with its nation.
std::vector<bool> ScenarioSetting::named(const std::vector<std::string>& list,
                                         const std::string& where) const {
  std::vector<std::string> nations, regions;
  for (const std::string& entry : list) {
    const bool is_region = std::any_of(
        scenario_.region_list.begin(), scenario_.region_list.end(),
        [&](const ScenarioRegion& region) { return region.code == entry && !region.is_rest(); });
    if (is_region) {
      regions.push_back(entry);
    } else {
      for (const std::string& code : codes_of({entry}, where)) nations.push_back(code);
    }
  }
  std::vector<bool> on(economies_.size());
  for (std::size_t i = 0; i < economies_.size(); ++i) {
    on[i] = has(regions, economies_[i]) || has(nations, world_.economies[parents_[i]]);
  }
  return on;
}

// Places in the national matrix that a tariff touches.
std::vector<std::size_t> ScenarioSetting::tariff_cells(const std::vector<std::string>& importer,
                                                       const std::vector<std::string>& exporter,
                                                       const std::string& where) const {
  const std::vector<std::string> importers = codes_of(importer, where);
  const std::vector<std::string> exporters = codes_of(exporter, where);
  const std::size_t n = world_.economies.size();
  std::vector<std::size_t> taxing, cells;
  for (std::size_t k = 0; k < n; ++k) {
    if (has(importers, world_.economies[k])) taxing.push_back(k);
  }
  for (std::size_t i = 0; i < n; ++i) {
    const bool on_list = !exporters.empty() && has(exporters, world_.economies[i]);
    for (const std::size_t k : taxing) {
      const bool hit = exporters.empty() ? !tables_->preferred[i * n + k] : on_list;
      if (i != k && hit) cells.push_back(i * n + k);
    }
  }
  return cells;
}

// +1 where an agreement comes into force or a cost applies, -1 where an agreement goes.
std::vector<double> ScenarioSetting::signs_of(const ScenarioChange& change,
                                              const std::string& where) const {
  const std::size_t n = economies_.size();
  std::vector<double> signs(n * n, 0.0);
  std::vector<bool> from, with, joining, member;
  if (change.what == ChangeKind::kBorderCost) {
    from = named(change.from, where);
    with = named(change.with, where);
  } else {
    joining = named(change.joining, where);
    const std::vector<std::string> members = registry_.union_members(change.agreement, year_);
    member.resize(n);
    for (std::size_t i = 0; i < n; ++i) member[i] = has(members, world_.economies[parents_[i]]);
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < n; ++k) {
      if (parents_[i] == parents_[k]) continue;
      double& sign = signs[i * n + k];
      if (change.what == ChangeKind::kBorderCost) {
        if ((from[i] && with[k]) || (change.both && with[i] && from[k])) sign = 1.0;
        continue;
      }
      // Only pairs of members, present or joining, can be touched; the registry is asked of those.
      if ((!joining[i] && !member[i]) || (!joining[k] && !member[k])) continue;
      const bool joins = joining[i] || joining[k];
      if (!joins && (change.turn_on || !change.joining.empty())) continue;
      const bool bound = registry_.dummy(change.agreement, world_.economies[parents_[i]],
                                         world_.economies[parents_[k]], year_);
      if (!change.turn_on && bound) sign = -1.0;
      if (change.turn_on && !bound) sign = 1.0;
    }
  }
  return signs;
}

// By how much the change moves its column for each pair, domestic ones among them: to 0, or to 1
// with turn_on. Regions have the value of their nations.
std::vector<double> ScenarioSetting::column_steps(const ScenarioChange& change,
                                                  const std::string& where) const {
  const data::PairPanel& panel = tables_->panel;
  const data::NumberColumn& column = panel.table.numbers(change.column);
  const std::vector<bool> everyone(economies_.size(), true);
  const std::vector<bool> from = change.from.empty() ? everyone : named(change.from, where);
  const std::vector<bool> with = change.with.empty() ? everyone : named(change.with, where);
  const std::size_t n = economies_.size();
  std::vector<double> steps(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < n; ++k) {
      if (!(from[i] && with[k]) && !(change.both && with[i] && from[k])) continue;
      const std::optional<Index> row =
          panel.find(world_.economies[parents_[i]], world_.economies[parents_[k]], year_);
      if (!row) continue;  // no flow, nothing to move
      const double value = column[static_cast<std::size_t>(*row)];
      if (data::is_missing(value)) {
        throw InputError(
            {.code = "missing-value",
             .what = fmt::format("{} is missing for {} to {}", change.column,
                                 world_.economies[parents_[i]], world_.economies[parents_[k]]),
             .where = where,
             .why = "an unknown value cannot be changed to another"});
      }
      steps[i * n + k] = (change.turn_on ? 1.0 : 0.0) - value;
    }
  }
  return steps;
}

ScenarioSetting::Changes ScenarioSetting::found(const Scenario& scenario) const {
  Changes changes{.parts = {}, .revenue = scenario.revenue};
  for (std::string& code : changes.revenue.leave) {
    code = codes_of({code}, scenario.where + " [revenue] leave").front();
  }
  for (const ScenarioChange& change : scenario.changes) {
    const std::string where =
        fmt::format("{} [[change]] {}", scenario.where, changes.parts.size() + 1);
    Part part{.change = change, .pairs = {}, .cells = {}};
    bool touches = false;
    if (change.what == ChangeKind::kTariff) {
      part.cells = tariff_cells(change.importer, change.exporter, where);
      touches = !part.cells.empty();
    } else {
      part.pairs = change.what == ChangeKind::kColumn ? column_steps(change, where)
                                                      : signs_of(change, where);
      touches =
          std::any_of(part.pairs.begin(), part.pairs.end(), [](double s) { return s != 0.0; });
    }
    if (!touches) {
      throw InputError({.code = "no-pairs",
                        .what = "the change touches no pair of this world",
                        .where = where,
                        .why = "a scenario without effect looks like an answer of zero",
                        .fixes = {"check the economies and the year against `altyn agreements`"}});
    }
    changes.parts.push_back(std::move(part));
  }
  return changes;
}

void ScenarioSetting::mark_involved(const Changes& changes) {
  const std::size_t n = economies_.size();
  const std::size_t n_national = world_.economies.size();
  for (const Part& part : changes.parts) {
    for (std::size_t cell = 0; cell < part.pairs.size(); ++cell) {
      if (part.pairs[cell] == 0.0) continue;
      involved_[cell / n] = true;
      involved_[cell % n] = true;
    }
    std::vector<bool> nation(n_national, false);
    for (const std::size_t cell : part.cells) {
      nation[cell % n_national] = true;
      if (!part.change.exporter.empty()) nation[cell / n_national] = true;
    }
    for (std::size_t i = 0; i < n; ++i) {
      if (nation[parents_[i]]) involved_[i] = true;
    }
  }
  const ScenarioRevenue& revenue = changes.revenue;
  if (shares_ == nullptr) return;
  const bool shared = revenue.dissolve || !revenue.leave.empty() || !revenue.join.empty();
  for (std::size_t i = 0; i < n; ++i) {
    const std::string& nation = world_.economies[parents_[i]];
    if (shared && (shares_->shares.contains(nation) || has(revenue.join, nation))) {
      involved_[i] = true;
    }
  }
}

RegionalWorld ScenarioSetting::world_at(const Values& values, std::vector<double>& rates) const {
  OneSectorBase base;
  base.economies = world_.economies;
  base.trade = world_.trade_at(values.at(kDomesticName));
  base.theta = values.at(kThetaName);
  base.supply_elasticity = scenario_.model.supply_elasticity;
  if (scenario_.model.value_added_share < 1.0) {
    base.value_added_share.assign(base.economies.size(), scenario_.model.value_added_share);
  }
  rates.clear();
  if (has_tariffs_) {
    rates.assign(base.trade.size(), 0.0);
    for (std::size_t t = 0; t < scenario_.tariffs.size(); ++t) {
      const double rate = values.at(scenario_.tariffs[t].name) / 100.0;
      for (const std::size_t cell : base_tariff_cells_[t]) rates[cell] = rate;
    }
    // The table has values at the border; spending includes the duty.
    for (std::size_t cell = 0; cell < rates.size(); ++cell) base.trade[cell] *= 1.0 + rates[cell];
    base.tariff = rates;
  }
  if (shares_ != nullptr) {
    RevenuePool pool{.name = scenario_.revenue.pool};
    for (const auto& [economy, share] : shares_->shares) {
      pool.members.push_back(economy);
      pool.keys.push_back(share);
    }
    base.pools.push_back(std::move(pool));
  }
  base.mobility.elasticity = scenario_.regions.mobility;

  const std::vector<ScenarioRegion>& regions = scenario_.region_list;
  if (regions.empty()) {
    return {
        .base = std::move(base), .parent = own_places(world_.economies.size()), .residual = 0.0};
  }
  std::vector<RegionSplit> splits;
  for (const std::string& economy : split_economies(regions)) {
    splits.push_back(split_of(economy, regions, scenario_.regions, values));
  }
  const auto known = values.find(kDistanceName);  // absent where flows are given
  const double elasticity = known == values.end() ? 0.0 : known->second;
  return located(scenario_.where, [&] {
    return equilibrium::split_into_regions(
        base, splits, [&](const std::string& seller, const std::string& buyer) {
          return region_trade_.ease(seller, buyer, "", elasticity);
        });
  });
}

OneSectorShock ScenarioSetting::shock_at(const Changes& changes, const Values& values,
                                         const RegionalWorld& world, std::vector<double> rates,
                                         const InForce& in_force) const {
  OneSectorShock shock;
  bool duties_change = false;
  for (std::size_t p = 0; p < changes.parts.size(); ++p) {
    const Part& part = changes.parts[p];
    const double share = scenario_.model.phase_in * in_force(changes, p);
    if (part.change.what == ChangeKind::kTariff) {
      duties_change = true;
      const std::string& same_as = part.change.same_as;
      const double size = values.at(same_as.empty() ? part.change.name : same_as) / 100.0;
      for (const std::size_t cell : part.cells) {
        rates[cell] += share * (new_rate(part.change.formula, rates[cell], size) - rates[cell]);
      }
      continue;
    }
    const double effect = share * direct_effect(part.change, values);
    shock.direct_log.resize(part.pairs.size(), 0.0);
    for (std::size_t cell = 0; cell < part.pairs.size(); ++cell) {
      shock.direct_log[cell] += effect * part.pairs[cell];
    }
  }
  if (duties_change) shock.tariff = equilibrium::spread_pairs(world.parent, rates, 0.0);
  if (changes.shares_anew() &&
      scenario_.model.phase_in * in_force(changes, changes.parts.size()) > 0.0) {
    shock.pools = new_pools(world, world_.economies, changes.revenue, values);
  }
  return shock;
}

ScenarioInstance ScenarioSetting::at(const Values& values) const {
  return instance_at(values, [](const Changes&, std::size_t) { return 1.0; });
}

ScenarioInstance ScenarioSetting::at(const Values& values, Index year) const {
  return instance_at(values, [year](const Changes& changes, std::size_t policy) {
    return policy < changes.parts.size() ? changes.parts[policy].change.part_in(year) : 1.0;
  });
}

std::vector<std::string> ScenarioSetting::policies() const {
  std::vector<std::string> names;
  for (const Part& part : changes_.parts) names.push_back(part.change.name);
  if (changes_.shares_anew()) names.push_back("shares in the duties of " + changes_.revenue.pool);
  return names;
}

OneSectorShock ScenarioSetting::shock_of(const Values& values,
                                         const std::vector<bool>& active) const {
  std::vector<double> rates;
  const RegionalWorld world = world_at(values, rates);
  return shock_at(changes_, values, world, rates, [&active](const Changes&, std::size_t policy) {
    return active[policy] ? 1.0 : 0.0;
  });
}

ScenarioInstance ScenarioSetting::instance_at(const Values& values, const InForce& in_force) const {
  ScenarioInstance instance;
  std::vector<double> rates;
  RegionalWorld world = world_at(values, rates);
  instance.shock = shock_at(changes_, values, world, rates, in_force);
  if (versus_) instance.versus = shock_at(*versus_, values, world, rates, in_force);
  instance.base = std::move(world.base);
  if (!chosen_.empty()) {
    std::vector<double>& tariff = instance.shock.tariff;
    if (tariff.empty()) tariff = instance.base.tariff;
    tariff.resize(instance.base.trade.size(), 0.0);
    for (const auto& [cell, rate] : chosen_) tariff[cell] = rate;
  }
  return instance;
}

std::vector<bool> ScenarioSetting::taxed() const {
  const std::size_t n = economies_.size();
  const std::size_t n_national = world_.economies.size();
  std::vector<bool> found(n * n, false);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < n; ++k) {
      found[i * n + k] =
          parents_[i] != parents_[k] && !tables_->preferred[parents_[i] * n_national + parents_[k]];
    }
  }
  return found;
}

std::vector<std::size_t> ScenarioSetting::places_of(const std::string& name,
                                                    const std::string& where) const {
  const std::vector<bool> on = named({name}, where);
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < on.size(); ++i) {
    if (on[i]) places.push_back(i);
  }
  return places;
}

}  // namespace altyn::study
