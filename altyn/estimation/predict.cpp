#include "altyn/estimation/predict.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "altyn/core/errors.h"
#include "altyn/estimation/at.h"

namespace altyn::estimation {
namespace {

/// The formula as it is evaluated on new rows: no outcome, and every level has a column (those
/// without a coefficient count for nothing).
Formula prediction_formula(const Formula& formula) {
  Formula result = formula;
  result.outcome = Expression{.operation = Operation::kNumber, .number = 1.0};
  result.instruments.clear();
  for (auto* terms : {&result.terms, &result.endogenous}) {
    for (Term& term : *terms) {
      for (Factor& factor : term.factors) {
        if (factor.kind != FactorKind::kIndicators) continue;
        factor.reference.clear();
        factor.keep.clear();
      }
    }
  }
  return result;
}

/// Values of one effect's levels by the labels of its keys.
std::map<std::vector<std::string>, double> values_by_label(const FittedModel& model,
                                                           std::size_t effect,
                                                           const std::vector<double>& values) {
  std::map<std::vector<std::string>, double> result;
  for (GroupId level = 0; level < values.size(); ++level) {
    const std::vector<GroupId> ids =
        model.fit.plan->level_key_ids(static_cast<Index>(effect), level);
    std::vector<std::string> labels;
    for (std::size_t k = 0; k < ids.size(); ++k) {
      labels.push_back(
          model.frame.keys[at(model.frame.effects[effect].group.keys[k])].label(ids[k]));
    }
    result.emplace(std::move(labels), values[level]);
  }
  return result;
}

}  // namespace

Prediction predict(const FittedModel& model, const data::Table& table, PredictKind kind,
                   Context& context) {
  if (!model.fit.certificate.holds()) {
    throw InputError({.code = "not-certified",
                      .what = "the fit is not certified",
                      .where = model.frame.formula.to_string(),
                      .context = {model.fit.certificate.summary()},
                      .why = "predictions from numbers that solve nothing mean nothing"});
  }
  const ModelFrame frame = make_frame(table, prediction_formula(model.frame.formula),
                                      {.family = Family::kGaussian,
                                       .offset = model.options.offset,
                                       .for_prediction = true,
                                       .cells = true},
                                      context);
  Prediction result;
  result.values.assign(at(table.n_rows()), data::kMissing);
  result.n_missing = table.n_rows() - frame.n_rows();
  std::vector<double> eta(at(frame.n_rows()), 0.0);
  for (std::size_t row = 0; row < eta.size() && !frame.offset.empty(); ++row) {
    eta[row] = frame.offset.values[row];
  }
  std::map<std::string, double> coefficients;
  for (std::size_t j = 0; j < model.fit.regressor_names.size(); ++j) {
    coefficients.emplace(model.fit.regressor_names[j], model.fit.coefficients[j]);
  }
  const auto coefficient = [&](const std::string& name) {
    const auto found = coefficients.find(name);
    return found == coefficients.end() ? 0.0 : found->second;
  };
  for (const auto* list : {&frame.regressors, &frame.endogenous}) {
    for (const Regressor& regressor : *list) {
      const double b = coefficient(regressor.name);
      for (std::size_t row = 0; row < eta.size() && b != 0.0; ++row) {
        eta[row] += b * regressor.values.values[row];
      }
    }
  }
  for (const FrameCells& set : frame.cells) {
    std::vector<double> b;
    for (const FrameCells::Cell& cell : set.cells) b.push_back(coefficient(cell.name));
    for (std::size_t row = 0; row < eta.size(); ++row) {
      const GroupId cell = set.ids.values[row];
      if (cell != kNoGroup) eta[row] += b[cell] * set.value(static_cast<Index>(row));
    }
  }
  std::vector<char> known(eta.size(), 1);
  if (kind != PredictKind::kWithoutEffects && !model.frame.effects.empty()) {
    const GlmProblem problem = model.frame.problem();
    const RecoveredEffects recovered = recover_effects(problem, model.fit, context);
    for (std::size_t e = 0; e < model.frame.effects.size(); ++e) {
      const auto values = values_by_label(model, e, recovered.values[e]);
      // Once per group of the new rows, not once per row.
      const CombinedIds groups = frame.ids_of(frame.effects[e].group);
      std::vector<double> value_of(groups.n_groups, 0.0);
      std::vector<char> state(groups.n_groups, 0);  // 0 not asked, 1 known, 2 unknown
      for (std::size_t row = 0; row < eta.size(); ++row) {
        const GroupId group = groups.ids[row];
        if (state[group] == 0) {
          std::vector<std::string> labels;
          for (const Index key : frame.effects[e].group.keys) {
            const CodedColumn& column = frame.keys[at(key)];
            labels.push_back(column.label(column.ids.values[row]));
          }
          const auto found = values.find(labels);
          state[group] = found != values.end() ? 1 : 2;
          if (found != values.end()) value_of[group] = found->second;
        }
        if (state[group] == 2) known[row] = 0;
        const double slope =
            frame.effects[e].slope.empty() ? 1.0 : frame.effects[e].slope.values[row];
        eta[row] += value_of[group] * slope;
      }
    }
  }
  const bool log_link =
      model.frame.family == Family::kPoisson || model.frame.family == Family::kGamma;
  for (std::size_t row = 0; row < eta.size(); ++row) {
    if (!known[row]) {
      ++result.n_unknown_levels;
      continue;
    }
    double value = eta[row];
    if (kind == PredictKind::kResponse && log_link) value = std::exp(value);
    if (kind == PredictKind::kResponse && model.frame.family == Family::kLogit) {
      value = 1.0 / (1.0 + std::exp(-value));
    }
    result.values[at(frame.table_row(static_cast<Index>(row)))] = value;
  }
  return result;
}

}  // namespace altyn::estimation
