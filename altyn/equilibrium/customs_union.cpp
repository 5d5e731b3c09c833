#include "altyn/equilibrium/customs_union.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "altyn/core/errors.h"

namespace altyn::equilibrium {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool in_force(data::Month from, const std::optional<data::Month>& to, data::Month month) {
  return from <= month && (!to || month <= *to);
}

[[noreturn]] void fail(const std::string& name, const char* code, std::string what, std::string why,
                       std::vector<std::string> fixes = {}) {
  throw InputError({.code = code,
                    .what = std::move(what),
                    .where = fmt::format("customs union {}", name),
                    .why = std::move(why),
                    .fixes = std::move(fixes)});
}

RevenuePool pool_of(const std::string& name, const std::vector<std::string>& members,
                    const std::vector<std::pair<std::string, double>>& percent,
                    const std::string& dated) {
  RevenuePool pool{.name = name, .members = members, .keys = {}};
  for (const std::string& member : members) {
    const auto found = std::find_if(percent.begin(), percent.end(),
                                    [&](const auto& key) { return key.first == member; });
    if (found == percent.end()) {
      fail(name, "revenue-keys", fmt::format("the keys {} do not name {}", dated, member),
           "every member receives a share of the duties, zero included",
           {fmt::format("add the key of {}", member)});
    }
    pool.keys.push_back(found->second / 100.0);
  }
  for (const auto& [member, key] : percent) {
    if (contains(members, member)) continue;
    fail(name, "revenue-keys",
         fmt::format("the keys {} name {}, which is not a member then", dated, member),
         "duties paid to an outsider leave the union",
         {fmt::format("drop the key of {}, or correct its membership", member)});
  }
  // Checks the sum, with the pool's own message.
  static_cast<void>(resolve_pools({pool}, members));
  return pool;
}

void replace_pool(SectorPolicy& policy, const std::string& name,
                  const std::optional<RevenuePool>& pool) {
  std::vector<RevenuePool> pools = policy.pools();
  std::erase_if(pools, [&](const RevenuePool& old) { return old.name == name; });
  if (pool) pools.push_back(*pool);
  policy.set_pools(std::move(pools));
}

void check_tariff(const SectorPolicy& policy, const std::string& name,
                  const std::vector<double>& tariff, const char* what) {
  if (tariff.size() == policy.base().sectors.size()) return;
  fail(name, "wrong-shape",
       fmt::format("the {} has {} rates, the base {} sectors", what, tariff.size(),
                   policy.base().sectors.size()),
       "a tariff by sector needs one rate for each, NaN where members keep their own");
}

// The rate that `member` charges outsiders in a sector: its exception or the common one; NaN where
// it keeps its own.
double external_rate(const UnionState& state, const MultiSectorBase& base,
                     const std::string& member, std::size_t sector, const std::string& partner) {
  double rate = state.common_tariff[sector];
  for (const TariffException& exception : state.exceptions) {
    if (exception.member == member && contains(exception.sectors, base.sectors[sector]) &&
        (exception.partners.empty() || contains(exception.partners, partner))) {
      rate = exception.rate;
    }
  }
  return rate;
}

}  // namespace

UnionState union_at(const CustomsUnion& customs_union, data::Month month) {
  UnionState state;
  state.name = customs_union.name;
  state.common_tariff = customs_union.common_tariff;
  state.free_trade_partners = customs_union.free_trade_partners;
  for (const UnionMember& member : customs_union.members) {
    if (!in_force(member.from, member.to, month)) continue;
    if (contains(state.members, member.economy)) {
      fail(state.name, "membership-overlap",
           fmt::format("{} is a member twice in {}", member.economy, month.to_string()),
           "spells of one member must not overlap");
    }
    state.members.push_back(member.economy);
  }
  for (const TariffException& exception : customs_union.exceptions) {
    if (!in_force(exception.from, exception.to, month)) continue;
    if (!contains(state.members, exception.member)) {
      fail(state.name, "exception-of-outsider",
           fmt::format("an exception in force in {} names {}, which is not a member then",
                       month.to_string(), exception.member),
           "only members deviate from the common tariff");
    }
    state.exceptions.push_back(exception);
  }
  const DutyKeys* keys = nullptr;
  for (const DutyKeys& candidate : customs_union.keys) {
    if (candidate.from <= month && (keys == nullptr || keys->from < candidate.from))
      keys = &candidate;
  }
  if (keys != nullptr && !state.members.empty()) {
    state.pool = pool_of(state.name, state.members, keys->percent,
                         fmt::format("from {}", keys->from.to_string()));
  }
  return state;
}

void apply_union(SectorPolicy& policy, const UnionState& state) {
  const MultiSectorBase& base = policy.base();
  check_tariff(policy, state.name, state.common_tariff, "common tariff");
  for (const TariffException& exception : state.exceptions) {
    for (const std::string& sector : exception.sectors) static_cast<void>(policy.sector(sector));
    for (const std::string& partner : exception.partners)
      static_cast<void>(policy.economy(partner));
  }
  for (const std::string& partner : state.free_trade_partners) {
    static_cast<void>(policy.economy(partner));
  }
  for (const std::string& member : state.members) {
    const std::size_t importer = policy.economy(member);
    for (std::size_t exporter = 0; exporter < base.economies.size(); ++exporter) {
      if (exporter == importer) continue;
      const std::string& partner = base.economies[exporter];
      const bool free =
          contains(state.members, partner) || contains(state.free_trade_partners, partner);
      for (std::size_t j = 0; j < base.sectors.size(); ++j) {
        if (free) {
          policy.set_tariff(base.cell(j, importer, exporter), 0.0);
          policy.set_tariff(base.cell(j, exporter, importer), 0.0);
          continue;
        }
        const double rate = external_rate(state, base, member, j, partner);
        if (!std::isnan(rate)) policy.set_tariff(base.cell(j, importer, exporter), rate);
      }
    }
  }
  replace_pool(policy, state.name, state.pool);
}

CustomsUnion with_member(CustomsUnion customs_union, const std::string& economy, data::Month from,
                         std::vector<std::pair<std::string, double>> percent,
                         const std::string& source) {
  customs_union.members.push_back({economy, from, std::nullopt});
  if (!customs_union.keys.empty() || !percent.empty()) {
    if (percent.empty()) {
      fail(customs_union.name, "revenue-keys", fmt::format("{} joins without new keys", economy),
           "duties are shared: somebody's share must make room",
           {"give the keys of all members from that month on"});
    }
    customs_union.keys.push_back({from, std::move(percent), source});
  }
  return customs_union;
}

UnionState leave_union(SectorPolicy& policy, const UnionState& state, const std::string& economy,
                       const ExitTerms& terms) {
  const MultiSectorBase& base = policy.base();
  if (!contains(state.members, economy)) {
    fail(state.name, "not-a-member", fmt::format("{} is not a member", economy),
         "only members can leave");
  }
  if (!terms.own_tariff.empty()) check_tariff(policy, state.name, terms.own_tariff, "own tariff");
  UnionState rest = state;
  std::erase(rest.members, economy);
  std::erase_if(rest.exceptions,
                [&](const TariffException& exception) { return exception.member == economy; });
  if (rest.members.size() < 2) {
    rest.pool.reset();
  } else if (state.pool) {
    std::vector<std::pair<std::string, double>> percent = terms.percent;
    if (percent.empty()) {
      double left = 0.0;
      for (std::size_t k = 0; k < state.members.size(); ++k) {
        if (state.members[k] != economy) left += state.pool->keys[k];
      }
      if (!(left > 0.0)) {
        fail(state.name, "revenue-keys", fmt::format("without {} the keys sum to zero", economy),
             "those who stay must share the duties", {"give new keys"});
      }
      for (std::size_t k = 0; k < state.members.size(); ++k) {
        if (state.members[k] != economy) {
          percent.emplace_back(state.members[k], 100.0 * state.pool->keys[k] / left);
        }
      }
    }
    rest.pool = pool_of(state.name, rest.members, percent, "after the exit");
  }
  replace_pool(policy, state.name, rest.pool);

  const std::size_t leaver = policy.economy(economy);
  for (std::size_t j = 0; j < base.sectors.size(); ++j) {
    for (std::size_t other = 0; other < base.economies.size(); ++other) {
      if (other == leaver) continue;
      const std::string& partner = base.economies[other];
      const double own = terms.own_tariff.empty() ? external_rate(state, base, economy, j, partner)
                                                  : terms.own_tariff[j];
      const bool member = contains(rest.members, partner);
      if (!member) {
        // Towards others the leaver charges its own tariff; partners of the union's free trade
        // agreements stay free.
        if (!contains(state.free_trade_partners, partner) && !std::isnan(own)) {
          policy.set_tariff(base.cell(j, leaver, other), own);
        }
        continue;
      }
      if (terms.fallback == ExitFallback::kFreeTrade) continue;
      const double common = external_rate(rest, base, partner, j, economy);
      if (!std::isnan(own)) policy.set_tariff(base.cell(j, leaver, other), own);
      if (!std::isnan(common)) policy.set_tariff(base.cell(j, other, leaver), common);
    }
  }
  if (terms.border_cost != 0.0) {
    policy.apply(
        CostRule{.cells = {.importers = {economy}, .exporters = rest.members, .both_ways = true},
                 .change = terms.border_cost});
  }
  return rest;
}

}  // namespace altyn::equilibrium
