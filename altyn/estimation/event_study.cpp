#include "altyn/estimation/event_study.h"

#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <optional>

#include "altyn/core/errors.h"
#include "altyn/estimation/codes.h"

namespace altyn::estimation {
namespace {

using Vector = Eigen::VectorXd;

struct Cell {
  TreatmentCell what;
  std::size_t place = 0;  // among the coefficients
  double weight = 0.0;    // rows of the cell
};

class Averager {
 public:
  Averager(const FittedModel& model, const Estimate& estimate, const std::string& variable,
           double start)
      : estimate_(estimate), start_(start) {
    if (!estimate.certified()) {
      throw InputError({.code = "not-certified",
                        .what = "the estimate is not certified",
                        .where = estimate.formula,
                        .context = {estimate.certificate.summary()},
                        .why = "averages of numbers that solve nothing mean nothing"});
    }
    const std::span<const double> weights = model.frame.weights.values;
    const auto weight = [&](std::size_t row) { return weights.empty() ? 1.0 : weights[row]; };
    for (const Regressor& regressor : model.frame.regressors) {
      if (!is_cell(regressor.cell, variable)) continue;
      double sum = 0.0;
      for (std::size_t row = 0; row < regressor.values.values.size(); ++row) {
        if (regressor.values.values[row] != 0.0) sum += weight(row);
      }
      add_cell(regressor.name, *regressor.cell, sum);
    }
    for (const FrameCells& set : model.frame.cells) {
      if (!is_cell(set.cells.front().treatment, variable)) continue;
      std::vector<double> sums(set.cells.size(), 0.0);
      for (std::size_t row = 0; row < set.ids.values.size(); ++row) {
        if (set.ids.values[row] != kNoGroup) sums[set.ids.values[row]] += weight(row);
      }
      for (std::size_t cell = 0; cell < sums.size(); ++cell) {
        add_cell(set.cells[cell].name, *set.cells[cell].treatment, sums[cell]);
      }
    }
    for (const DroppedRegressor& dropped : model.dropped) {
      result_.n_dropped_cells += dropped.name.starts_with(result_.variable + "::") ? 1 : 0;
    }
    if (cells_.empty()) {
      throw InputError(
          {.code = "no-event-study",
           .what = variable.empty()
                       ? std::string("the model has no event-study term")
                       : fmt::format("the model has no event-study term over {}", variable),
           .where = estimate.formula,
           .why = "averages are taken over the cells of i(), sunab() or etwfe()",
           .fixes = {"trade ~ i(event_time, treated, ref = -1) | ...",
                     "trade ~ etwfe(first_year, year) | ..."}});
    }
  }

  EventStudy run() {
    const TreatmentCell& first = cells_.front().what;
    result_.has_reference = !std::isnan(first.reference);
    result_.reference = result_.has_reference ? first.reference : 0.0;
    const bool cohorts = !std::isnan(first.cohort);
    const auto always = [](const Cell&) { return true; };
    const auto treated = [this](const Cell& cell) { return cell.what.event_time >= start_; };
    result_.by_event_time = grouped(always, [](const Cell& cell) { return cell.what.event_time; });
    result_.event_time_covariance = event_time_covariance();
    if (cohorts) {
      result_.by_cohort = grouped(treated, [](const Cell& cell) { return cell.what.cohort; });
      result_.by_period = grouped(
          treated, [](const Cell& cell) { return cell.what.cohort + cell.what.event_time; });
    }
    std::vector<const Cell*> all;
    std::vector<std::string> leads;
    for (const Cell& cell : cells_) {
      if (treated(cell)) {
        all.push_back(&cell);
      } else {
        leads.push_back(estimate_.coefficients[cell.place].name);
      }
    }
    if (!all.empty()) result_.overall = average(0.0, all);
    if (!leads.empty()) result_.leads = test_zero(estimate_, leads);
    return std::move(result_);
  }

 private:
  /// Whether a regressor belongs to the term that is averaged: the first one, or that of a
  /// variable.
  bool is_cell(const std::optional<TreatmentCell>& cell, const std::string& variable) {
    if (!cell || (!variable.empty() && cell->variable != variable)) return false;
    if (result_.variable.empty()) result_.variable = cell->variable;
    return cell->variable == result_.variable;
  }

  void add_cell(const std::string& name, const TreatmentCell& what, double weight) {
    const auto place = std::find_if(estimate_.coefficients.begin(), estimate_.coefficients.end(),
                                    [&](const Coefficient& row) { return row.name == name; });
    if (place == estimate_.coefficients.end()) {
      ++result_.n_dropped_cells;
      return;
    }
    cells_.push_back({.what = what,
                      .place = static_cast<std::size_t>(place - estimate_.coefficients.begin()),
                      .weight = weight});
  }

  /// Averages of the cells that `wanted` takes, one per value of `key`, in order of the key.
  template <class Wanted, class Key>
  std::vector<AveragedEffect> grouped(const Wanted& wanted, const Key& key) const {
    std::map<double, std::vector<const Cell*>> groups;
    for (const Cell& cell : cells_) {
      if (wanted(cell)) groups[key(cell)].push_back(&cell);
    }
    std::vector<AveragedEffect> effects;
    for (const auto& [at, cells] : groups) effects.push_back(average(at, cells));
    return effects;
  }

  [[nodiscard]] AveragedEffect average(double at, const std::vector<const Cell*>& cells) const {
    AveragedEffect effect{.at = at};
    for (const Cell* cell : cells) effect.n_treated += cell->weight;
    const std::size_t k = estimate_.coefficients.size();
    double value = 0.0;
    double percent = 0.0;
    Vector slope = Vector::Zero(static_cast<Index>(k));
    Vector percent_slope = Vector::Zero(static_cast<Index>(k));
    for (const Cell* cell : cells) {
      const double share = cell->weight / effect.n_treated;
      const double coefficient = estimate_.coefficients[cell->place].value;
      const auto place = static_cast<Index>(cell->place);
      value += share * coefficient;
      percent += share * std::expm1(coefficient);
      slope(place) += share;
      percent_slope(place) += share * std::exp(coefficient);
    }
    const Eigen::Map<const Eigen::MatrixXd> covariance(
        estimate_.covariance.data(), static_cast<Index>(k), static_cast<Index>(k));
    const std::string name = fmt::format("{}::{}", result_.variable, at);
    effect.log_effect = make_coefficient(name, value, slope.dot(covariance * slope),
                                         estimate_.degrees_of_freedom, estimate_.confidence_level);
    effect.percent_effect =
        make_coefficient(name, percent, percent_slope.dot(covariance * percent_slope),
                         estimate_.degrees_of_freedom, estimate_.confidence_level);
    return effect;
  }

  /// The averages by event time are weighted sums of coefficients, S b; their covariance is S V S'.
  [[nodiscard]] std::vector<double> event_time_covariance() const {
    std::map<double, double> weight;
    for (const Cell& cell : cells_) weight[cell.what.event_time] += cell.weight;
    const auto k = static_cast<Index>(estimate_.coefficients.size());
    Eigen::MatrixXd shares = Eigen::MatrixXd::Zero(static_cast<Index>(weight.size()), k);
    for (const Cell& cell : cells_) {
      const auto group = weight.find(cell.what.event_time);
      shares(std::distance(weight.begin(), group), static_cast<Index>(cell.place)) +=
          cell.weight / group->second;
    }
    const Eigen::Map<const Eigen::MatrixXd> covariance(estimate_.covariance.data(), k, k);
    const Eigen::MatrixXd found = shares * covariance * shares.transpose();
    return {found.data(), found.data() + found.size()};
  }

  const Estimate& estimate_;
  double start_;
  std::vector<Cell> cells_;
  EventStudy result_;
};

}  // namespace

data::Table EventStudy::to_table() const {
  data::NumberColumn time, value, low, high, percent, percent_low, percent_high, reference_flag,
      rows;
  const auto add = [&](double at, const AveragedEffect* effect) {
    time.push_back(at);
    value.push_back(effect ? effect->log_effect.value : 0.0);
    low.push_back(effect ? effect->log_effect.low : 0.0);
    high.push_back(effect ? effect->log_effect.high : 0.0);
    percent.push_back(effect ? effect->percent_effect.value : 0.0);
    percent_low.push_back(effect ? effect->percent_effect.low : 0.0);
    percent_high.push_back(effect ? effect->percent_effect.high : 0.0);
    reference_flag.push_back(effect ? 0.0 : 1.0);
    rows.push_back(effect ? effect->n_treated : 0.0);
  };
  bool placed = !has_reference;
  for (const AveragedEffect& effect : by_event_time) {
    if (!placed && effect.at > reference) {
      add(reference, nullptr);
      placed = true;
    }
    add(effect.at, &effect);
  }
  if (!placed) add(reference, nullptr);
  data::Table table("event study over " + variable);
  table.add("time", std::move(time));
  table.add("value", std::move(value), "log points");
  table.add("low", std::move(low), "log points");
  table.add("high", std::move(high), "log points");
  table.add("percent", std::move(percent), "fraction");
  table.add("percent_low", std::move(percent_low), "fraction");
  table.add("percent_high", std::move(percent_high), "fraction");
  table.add("is_reference", std::move(reference_flag));
  table.add("n_treated", std::move(rows));
  return table;
}

EventStudy event_study(const FittedModel& model, const Estimate& estimate,
                       const std::string& variable, double start) {
  return Averager(model, estimate, variable, start).run();
}

void add_cohort(data::Table& table, std::string name, std::string_view treatment,
                std::span<const std::string> units, std::string_view period) {
  const data::NumberColumn& treated = table.numbers(treatment);
  const data::NumberColumn& periods = table.numbers(period);
  std::vector<CodedColumn> coded;
  std::vector<std::span<const GroupId>> ids;
  std::vector<GroupId> levels;
  for (const std::string& unit : units) coded.push_back(code_column(table.column(unit)));
  std::vector<char> known(treated.size(), 1);
  std::vector<std::vector<GroupId>> filled;
  for (const CodedColumn& column : coded) {
    filled.emplace_back(column.ids.values.begin(), column.ids.values.end());
    for (std::size_t row = 0; row < known.size(); ++row) {
      if (filled.back()[row] != kNoGroup) continue;
      known[row] = 0;
      filled.back()[row] = 0;
    }
    levels.push_back(std::max<GroupId>(column.n_levels, 1));
  }
  for (const std::vector<GroupId>& column : filled) ids.emplace_back(column);
  const CombinedIds groups = combine_ids(ids, levels);
  std::vector<double> first(groups.n_groups, std::numeric_limits<double>::infinity());
  for (std::size_t row = 0; row < known.size(); ++row) {
    const bool counts = known[row] && !data::is_missing(treated[row]) && treated[row] != 0.0 &&
                        !data::is_missing(periods[row]);
    if (counts) first[groups.ids[row]] = std::min(first[groups.ids[row]], periods[row]);
  }
  data::NumberColumn cohort(known.size(), data::kMissing);
  for (std::size_t row = 0; row < known.size(); ++row) {
    if (known[row] && std::isfinite(first[groups.ids[row]])) cohort[row] = first[groups.ids[row]];
  }
  table.add(std::move(name), std::move(cohort));
}

}  // namespace altyn::estimation
