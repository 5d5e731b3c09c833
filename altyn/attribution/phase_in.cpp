#include "altyn/attribution/phase_in.h"

#include <fmt/format.h>

#include <algorithm>

namespace altyn::attribution {
namespace {

data::Month month_of(data::Date date) {
  const std::string text = date.to_string();
  return data::Month::parse(std::string_view(text).substr(0, 7), "agreements");
}

/// Takes a run of months out of a list of runs.
void cut(std::vector<data::Window>& runs, data::Window out) {
  std::vector<data::Window> kept;
  for (const data::Window& run : runs) {
    const data::Window before = {run.first, std::min(run.last, out.first.plus(-1))};
    const data::Window after = {std::max(run.first, out.last.plus(1)), run.last};
    if (before.first <= before.last) kept.push_back(before);
    if (after.first <= after.last) kept.push_back(after);
  }
  runs = std::move(kept);
}

void add_runs(const data::Agreement& agreement, const std::string& first, const std::string& second,
              data::Month horizon, std::vector<data::Window>& runs) {
  std::vector<data::Window> found;
  for (const data::Membership& one : agreement.members) {
    if (one.economy != first) continue;
    for (const data::Membership& other : agreement.members) {
      if (other.economy != second || (agreement.has_sides && one.side == other.side)) continue;
      data::Window run = {
          std::max({month_of(one.from), month_of(other.from), month_of(agreement.in_force)}),
          horizon};
      for (const std::optional<data::Date>& end : {one.to, other.to, agreement.ended}) {
        if (end) run.last = std::min(run.last, month_of(*end));
      }
      if (run.first <= run.last) found.push_back(run);
    }
  }
  for (const data::Suspension& suspension : agreement.suspensions) {
    const bool same = (suspension.first == first && suspension.second == second) ||
                      (suspension.first == second && suspension.second == first);
    if (same) {
      cut(found, {month_of(suspension.from), suspension.to ? month_of(*suspension.to) : horizon});
    }
  }
  runs.insert(runs.end(), found.begin(), found.end());
}

}  // namespace

BindingSpells binding_spells(const data::AgreementRegistry& registry, const std::string& id,
                             const std::string& first, const std::string& second,
                             data::Month horizon, bool with_predecessors) {
  std::vector<data::Window> runs;
  if (with_predecessors) {
    for (const data::Agreement* agreement : registry.set(id)) {
      add_runs(*agreement, first, second, horizon, runs);
    }
  } else {
    add_runs(registry.agreement(id), first, second, horizon, runs);
  }
  std::sort(runs.begin(), runs.end(),
            [](const data::Window& a, const data::Window& b) { return a.first < b.first; });
  BindingSpells spells;
  for (const data::Window& run : runs) {
    if (!spells.empty() && run.first <= spells.spells.back().last.plus(1)) {
      spells.spells.back().last = std::max(spells.spells.back().last, run.last);
    } else {
      spells.spells.push_back(run);
    }
  }
  return spells;
}

std::vector<PhaseIn> phase_ins(const CheckOptions& options) {
  std::vector<PhaseIn> list = {{"at once", 0.0, true}};
  for (const double years : options.phase_in_years) {
    list.push_back({fmt::format("over {:g} years from the first step", years), years, true});
    list.push_back({fmt::format("over {:g} years from the agreement itself", years), years, false});
  }
  return list;
}

double phase_at(const PhaseIn& phase_in, const BindingSpells& whole, const BindingSpells& own,
                data::Window window) {
  const BindingSpells& counted = phase_in.from_predecessor ? whole : own;
  double sum = 0.0;
  for (data::Month month = window.first; month <= window.last; month = month.plus(1)) {
    for (const data::Window& spell : counted.spells) {
      if (month < spell.first || month > spell.last) continue;
      const double age_years = (month.count - spell.first.count + 0.5) / 12.0;
      sum += phase_in.years == 0.0 ? 1.0 : std::min(1.0, age_years / phase_in.years);
    }
  }
  return sum / window.n_months();
}

}  // namespace altyn::attribution
