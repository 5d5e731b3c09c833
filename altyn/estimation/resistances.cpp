#include "altyn/estimation/resistances.h"

#include <fmt/format.h>

#include <cmath>

#include "altyn/core/errors.h"
#include "altyn/estimation/at.h"
#include "altyn/estimation/gravity_structure.h"

namespace altyn::estimation {
namespace {

GravityStructure structure_of(const FittedModel& model) {
  std::optional<GravityStructure> found = find_gravity_structure(model.frame);
  if (!found || model.frame.family != Family::kPoisson || model.instruments) {
    throw InputError(
        {.code = "no-resistances",
         .what = "the model is no gravity ppml",
         .where = model.frame.formula.to_string(),
         .why = "resistances follow from a ppml with an effect for exporters and one for importers",
         .fixes = {"trade ~ x | exporter^year + importer^year"}});
  }
  if (!model.fit.certificate.holds()) {
    throw InputError({.code = "not-certified",
                      .what = "the fit is not certified",
                      .where = model.frame.formula.to_string(),
                      .context = {model.fit.certificate.summary()},
                      .why = "resistances of a model that is not solved solve nothing"});
  }
  return *found;
}

/// One side of the trade: levels of its effect with their sums and periods.
struct Side {
  std::vector<std::string> labels{};  ///< of the level's keys but time
  std::vector<GroupId> period{};
  std::vector<double> total{};
  std::vector<double> effect{};
};

}  // namespace

data::Table multilateral_resistances(const FittedModel& model, const std::string& reference,
                                     double substitution, Context& context) {
  const GravityStructure structure = structure_of(model);
  const ModelFrame& frame = model.frame;
  const GlmProblem problem = frame.problem();
  const RecoveredEffects recovered = recover_effects(problem, model.fit, context);
  const AbsorptionPlan& plan = *model.fit.plan;
  const std::span<const GroupId> rows = plan.rows();
  const KeyGroup time{.name = "period", .keys = structure.time_keys};
  const CombinedIds periods =
      structure.time_keys.empty()
          ? CombinedIds{.ids = numerics::RawVector<GroupId>(at(frame.n_rows()), 0), .n_groups = 1}
          : frame.ids_of(time);
  std::vector<std::string> period_names(periods.n_groups);
  std::vector<double> world(periods.n_groups, 0.0);
  Side sides[2];
  for (std::size_t s = 0; s < 2; ++s) {
    const auto e = static_cast<Index>(structure.sides[s]);
    const KeyGroup unit{.name = "unit", .keys = structure.group_keys[s]};
    const std::vector<GroupId> levels = plan.levels_in_fit_order(e);
    Side& side = sides[s];
    side.effect = recovered.values[structure.sides[s]];
    side.labels.resize(plan.n_levels(e));
    side.period.resize(side.labels.size());
    side.total.assign(side.labels.size(), 0.0);
    for (std::size_t place = 0; place < levels.size(); ++place) {
      const std::size_t row = rows.empty() ? place : rows[place];
      const GroupId level = levels[place];
      const double weight = frame.weights.empty() ? 1.0 : frame.weights.values[row];
      const GroupId period = periods.ids[row];
      side.total[level] += weight * frame.y.values[row];
      if (s == 0) world[period] += weight * frame.y.values[row];
      if (!side.labels[level].empty()) continue;
      side.labels[level] = frame.level_of(unit, static_cast<Index>(row));
      side.period[level] = period;
      if (period_names[period].empty() && !structure.time_keys.empty()) {
        period_names[period] = frame.level_of(time, static_cast<Index>(row));
      }
    }
  }
  // exp(effect of i) = k Y_i / Pi_i^(1-s) and exp(effect of j) = E_j / (k Y P_j^(1-s)); the
  // reference's P = 1 gives k.
  std::vector<double> log_k(periods.n_groups, data::kMissing);
  for (std::size_t level = 0; level < sides[1].labels.size(); ++level) {
    if (sides[1].labels[level] != reference) continue;
    const GroupId period = sides[1].period[level];
    log_k[period] = std::log(sides[1].total[level] / world[period]) - sides[1].effect[level];
  }
  if (std::all_of(log_k.begin(), log_k.end(), [](double v) { return data::is_missing(v); })) {
    const std::string near = nearest_name(reference, sides[1].labels);
    throw InputError({.code = "no-such-level",
                      .what = fmt::format("{} has no level \"{}\"",
                                          frame.effects[structure.sides[1]].name, reference),
                      .where = frame.formula.to_string(),
                      .why = "resistances are measured against an importer of the sample",
                      .fixes = near.empty() ? std::vector<std::string>{}
                                            : std::vector<std::string>{"write " + near}});
  }
  std::vector<std::string> effects, labels, times;
  data::NumberColumn total, power, resistance;
  for (std::size_t s = 0; s < 2; ++s) {
    for (std::size_t level = 0; level < sides[s].labels.size(); ++level) {
      const GroupId period = sides[s].period[level];
      effects.push_back(frame.effects[structure.sides[s]].name);
      labels.push_back(sides[s].labels[level]);
      times.push_back(period_names[period]);
      total.push_back(sides[s].total[level]);
      const double rest = std::log(sides[s].total[level]) - sides[s].effect[level];
      power.push_back(s == 0 ? rest + log_k[period]
                             : rest - log_k[period] - std::log(world[period]));
      resistance.push_back(std::exp(power.back() / (1.0 - substitution)));
    }
  }
  data::Table table("multilateral resistances");
  table.add("effect", effects);
  table.add("level", labels);
  if (!structure.time_keys.empty()) table.add("period", times);
  table.add("total", std::move(total));
  table.add("log_power", std::move(power));
  if (substitution > 1.0) table.add("resistance", std::move(resistance));
  return table;
}

}  // namespace altyn::estimation
