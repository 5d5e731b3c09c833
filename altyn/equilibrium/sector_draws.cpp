#include "altyn/equilibrium/sector_draws.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "altyn/core/errors.h"
#include "altyn/core/rng.h"
#include "altyn/equilibrium/multi_sector_check.h"

namespace altyn::equilibrium {
namespace {

// Streams of the random numbers: adding a source leaves the draws of the others alone.
enum Stream : std::uint32_t {
  kThetaStream = 4201,
  kTariffStream = 4202,
  kCostStream = 4203,
  kTradeStream = 4204,
  kPolicyStream = 4205
};

// Shards of draws; fixed, so that nothing depends on the number of threads.
constexpr Index kShards = 64;

void check_deviations(const std::vector<double>& sd, std::size_t wanted, const char* field) {
  if (!sd.empty() && sd.size() != wanted) {
    throw InputError(
        {.code = "wrong-shape",
         .what = fmt::format("{} has {} values, expected {}", field, sd.size(), wanted),
         .where = field,
         .why = "every place needs one deviation, zero where it is certain"});
  }
  for (std::size_t k = 0; k < sd.size(); ++k) {
    if (sd[k] >= 0.0 && std::isfinite(sd[k])) continue;
    throw InputError({.code = "uncertainty-range",
                      .what = fmt::format("{} is {} at {}", field, sd[k], k),
                      .where = fmt::format("{}[{}]", field, k),
                      .why = "a standard deviation is zero or positive"});
  }
}

void check_uncertainty(const MultiSectorBase& base, const SectorUncertainty& uncertainty) {
  const std::size_t cells = base.trade_share.size();
  check_deviations(uncertainty.theta_log_sd, base.sectors.size(), "theta_log_sd");
  check_deviations(uncertainty.tariff_log_sd, cells, "tariff_log_sd");
  check_deviations(uncertainty.cost_log_sd, cells, "cost_log_sd");
  check_deviations({uncertainty.theta_common_log_sd}, 1, "theta_common_log_sd");
  check_deviations({uncertainty.trade_log_sd}, 1, "trade_log_sd");
}

bool uncertain_theta(const SectorUncertainty& uncertainty) {
  return !uncertainty.theta_log_sd.empty() || uncertainty.theta_common_log_sd > 0.0;
}

// One normal number per cell with a deviation; the others cost nothing.
template <class Change>
void perturb(const std::vector<double>& sd, std::uint64_t seed, Stream stream, Index draw,
             const Change& change) {
  RandomStream random(seed, stream, static_cast<std::uint64_t>(draw));
  for (std::size_t k = 0; k < sd.size(); ++k) {
    if (sd[k] > 0.0) change(k, std::exp(sd[k] * random.normal()));
  }
}

// Fills the arrays that draws will change.
MultiSectorShock explicit_shock(const MultiSectorBase& base, MultiSectorShock shock,
                                const SectorUncertainty& uncertainty) {
  const std::size_t cells = base.trade_share.size();
  if (shock.theta.empty() && uncertain_theta(uncertainty)) shock.theta = base.theta;
  if (shock.tariff.empty() && !uncertainty.tariff_log_sd.empty()) {
    shock.tariff = base.tariff.empty() ? std::vector<double>(cells, 0.0) : base.tariff;
  }
  if (shock.cost_hat.empty() && !uncertainty.cost_log_sd.empty()) shock.cost_hat.assign(cells, 1.0);
  return shock;
}

// The shock of one draw.
MultiSectorShock drawn_shock(const MultiSectorBase& base, const MultiSectorShock& central,
                             const SectorUncertainty& uncertainty, std::uint64_t seed, Index draw) {
  MultiSectorShock shock = central;
  if (uncertainty.policy) {
    RandomStream random(seed, kPolicyStream, static_cast<std::uint64_t>(draw));
    shock = explicit_shock(base, uncertainty.policy(random), uncertainty);
  }
  if (uncertain_theta(uncertainty)) {
    RandomStream random(seed, kThetaStream, static_cast<std::uint64_t>(draw));
    const double common = uncertainty.theta_common_log_sd * random.normal();
    for (std::size_t j = 0; j < base.sectors.size(); ++j) {
      const double own = uncertainty.theta_log_sd.empty() ? 0.0 : uncertainty.theta_log_sd[j];
      shock.theta[j] *= std::exp(common + own * random.normal());
    }
  }
  perturb(uncertainty.tariff_log_sd, seed, kTariffStream, draw, [&](std::size_t k, double factor) {
    shock.tariff[k] = (1.0 + shock.tariff[k]) * factor - 1.0;
  });
  perturb(uncertainty.cost_log_sd, seed, kCostStream, draw,
          [&](std::size_t k, double factor) { shock.cost_hat[k] *= factor; });
  return shock;
}

// The base of one draw: flows with noise, as shares again. It misses its equations by the noise;
// the model takes the nearest equilibrium.
MultiSectorBase drawn_base(const MultiSectorBase& base, double sd, std::uint64_t seed, Index draw) {
  MultiSectorBase noisy = base;
  RandomStream random(seed, kTradeStream, static_cast<std::uint64_t>(draw));
  const std::size_t n = base.economies.size();
  for (std::size_t row = 0; row < noisy.trade_share.size(); row += n) {
    double sum = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      double& share = noisy.trade_share[row + i];
      if (share > 0.0) share *= std::exp(sd * random.normal());
      sum += share;
    }
    if (sum == 0.0) continue;
    for (std::size_t i = 0; i < n; ++i) noisy.trade_share[row + i] /= sum;
  }
  noisy.expenditure.clear();
  return noisy;
}

// First-order effect of going from one list of wedges to another; an empty list stands for the
// base's. A wedge is the value plus `unit`.
double wedge_effect(const std::vector<double>& slopes, const std::vector<double>& from,
                    const std::vector<double>& to, const std::vector<double>& base, double unit) {
  const auto wedge_log = [&](const std::vector<double>& values, std::size_t k) {
    if (!values.empty()) return std::log(unit + values[k]);
    return base.empty() ? 0.0 : std::log(unit + base[k]);
  };
  if (from.empty() && to.empty()) return 0.0;
  double effect = 0.0;
  for (std::size_t k = 0; k < slopes.size(); ++k) {
    if (slopes[k] != 0.0) effect += slopes[k] * (wedge_log(to, k) - wedge_log(from, k));
  }
  return effect;
}

}  // namespace

std::vector<Field<DrawOptions>> DrawOptions::fields() {
  using S = DrawOptions;
  return {
      make_field(&S::n_draws,
                 {.name = "n_draws", .doc = "Draws of what is uncertain.", .minimum = 1}),
      make_field(&S::level, {.name = "level",
                             .doc = "Share of draws inside the printed interval.",
                             .minimum = 0.0,
                             .maximum = 1.0}),
  };
}

std::vector<double> welfare_logs(const MultiSectorModel& model, const MultiSectorResult& result) {
  static_cast<void>(model);
  std::vector<double> logs = result.welfare_hat;
  for (double& value : logs) value = std::log(value);
  return logs;
}

SectorDraws draw_outcomes(const MultiSectorModel& model, const MultiSectorShock& shock,
                          const SectorUncertainty& uncertainty, const SectorOutcomes& outcomes,
                          const DrawOptions& options, Context& context) {
  SectorDraws draws = solve_draws(model, shock, uncertainty, outcomes, options.n_draws,
                                  {.begin = 0, .end = options.n_draws}, context);
  if (draws.status == SolveStatus::kConverged) summarise(draws, options.level);
  return draws;
}

void summarise(SectorDraws& draws, double level) {
  const std::size_t n_outcomes = draws.central.size();
  std::vector<double> column;
  for (std::size_t o = 0; o < n_outcomes; ++o) {
    column.clear();
    for (Index draw = 0; draw < draws.n_draws; ++draw) {
      const double value = draws.value[static_cast<std::size_t>(draw) * n_outcomes + o];
      if (!std::isnan(value)) column.push_back(value);
    }
    const auto count = static_cast<double>(column.size());
    double mean = 0.0;
    for (const double value : column) mean += value / count;
    double square = 0.0;
    for (const double value : column) square += (value - mean) * (value - mean);
    std::sort(column.begin(), column.end());
    // Linear interpolation between order statistics.
    const auto quantile = [&](double p) {
      if (column.empty()) return std::numeric_limits<double>::quiet_NaN();
      const double place = p * (count - 1.0);
      const auto below = static_cast<std::size_t>(place);
      const std::size_t above = std::min(below + 1, column.size() - 1);
      return column[below] + (place - static_cast<double>(below)) * (column[above] - column[below]);
    };
    draws.mean.push_back(column.empty() ? std::numeric_limits<double>::quiet_NaN() : mean);
    draws.sd.push_back(column.size() < 2 ? std::numeric_limits<double>::quiet_NaN()
                                         : std::sqrt(square / (count - 1.0)));
    draws.low.push_back(quantile(0.5 * (1.0 - level)));
    draws.high.push_back(quantile(0.5 * (1.0 + level)));
  }
}

SectorDraws solve_draws(const MultiSectorModel& model, const MultiSectorShock& shock,
                        const SectorUncertainty& uncertainty, const SectorOutcomes& outcomes,
                        Index n_draws, ShardRange mine, Context& context) {
  const MultiSectorBase& base = model.base();
  check_uncertainty(base, uncertainty);
  const MultiSectorShock full = explicit_shock(base, shock, uncertainty);
  SectorDraws draws;
  draws.n_draws = n_draws;
  MultiSectorWorkspace central;
  MultiSectorResult answer;
  model.solve(full, central, answer, context);
  draws.status = answer.status;
  draws.message = answer.message;
  if (answer.status != SolveStatus::kConverged) return draws;
  draws.central = outcomes(model, answer);

  const std::size_t n_outcomes = draws.central.size();
  const auto count = static_cast<std::size_t>(n_draws);
  draws.value.assign(count * n_outcomes, std::numeric_limits<double>::quiet_NaN());
  std::vector<std::string> failure(count);
  std::vector<char> failed(count, 0);
  context.pool->for_each_shard(kShards, [&](Index shard) {
    const ShardRange range = shard_range(mine.end - mine.begin, kShards, shard);
    MultiSectorWorkspace workspace;
    MultiSectorResult result;
    for (Index draw = mine.begin + range.begin; draw < mine.begin + range.end; ++draw) {
      if (context.stop.stop_requested()) return;
      const auto row = static_cast<std::size_t>(draw);
      const MultiSectorShock drawn = drawn_shock(base, full, uncertainty, context.seed, draw);
      const MultiSectorModel* solved = &model;
      std::optional<MultiSectorModel> own;
      std::vector<double> values;
      try {
        if (uncertainty.trade_log_sd > 0.0 || uncertainty.base) {
          MultiSectorOptions any = model.options();
          any.base_tolerance = std::numeric_limits<double>::infinity();
          MultiSectorBase other = uncertainty.base ? uncertainty.base(draw) : base;
          if (uncertainty.trade_log_sd > 0.0) {
            other = drawn_base(other, uncertainty.trade_log_sd, context.seed, draw);
          }
          own.emplace(std::move(other), any, context);
          solved = &*own;
          own->solve(drawn, workspace, result, context);
        } else {
          model.solve(drawn, workspace, result, context, {.from = &central});
        }
        if (result.status == SolveStatus::kConverged) values = outcomes(*solved, result);
        failure[row] = result.message;
      } catch (const InputError& error) {
        failure[row] = error.detail().what;  // the drawn base has no equilibrium
      }
      if (values.size() == n_outcomes) {
        std::copy(values.begin(), values.end(), &draws.value[row * n_outcomes]);
      } else {
        failed[row] = 1;
      }
    }
  });
  if (context.stop.stop_requested()) {
    draws.status = SolveStatus::kCancelled;
    return draws;
  }
  for (std::size_t row = 0; row < count; ++row) {
    if (failed[row] == 0) continue;
    if (draws.n_failed++ == 0) draws.first_failure = failure[row];
  }
  return draws;
}

DeltaDeviation delta_deviation(const MultiSectorModel& model, const MultiSectorShock& shock,
                               const SectorUncertainty& uncertainty, const SectorMeasure& measure,
                               Context& context) {
  const MultiSectorBase& base = model.base();
  check_uncertainty(base, uncertainty);
  const MultiSectorShock full = explicit_shock(base, shock, uncertainty);
  const bool trade = uncertainty.trade_log_sd > 0.0;
  const bool policy = !uncertainty.one_sd.empty();
  for (const MultiSectorShock& step : uncertainty.one_sd) check_shock(base, step);
  const GradientParts parts{.tariff = policy || !uncertainty.tariff_log_sd.empty(),
                            .export_tax = policy,
                            .cost = policy || !uncertainty.cost_log_sd.empty(),
                            .trade_share = trade};
  DeltaDeviation delta;
  MultiSectorWorkspace workspace;
  MultiSectorResult result;
  model.solve(full, workspace, result, context);
  delta.status = result.status;
  if (result.status != SolveStatus::kConverged) return delta;
  delta.value = measure_value(measure, result);
  const SectorGradient slope = gradient(model, full, workspace, measure, context, parts);
  delta.status = slope.status;
  if (slope.status != SolveStatus::kConverged) return delta;

  double variance = 0.0;
  const auto close = [&](double square, double& part) {
    part = std::sqrt(square);
    variance += square;
  };
  if (uncertain_theta(uncertainty)) {
    double square = 0.0;
    double common = 0.0;
    for (std::size_t j = 0; j < base.sectors.size(); ++j) {
      const double per_log = slope.theta[j] * full.theta[j];
      const double own = uncertainty.theta_log_sd.empty() ? 0.0 : uncertainty.theta_log_sd[j];
      square += per_log * per_log * own * own;
      common += per_log * uncertainty.theta_common_log_sd;
    }
    close(square + common * common, delta.theta);
  }
  const auto cells = [&](const std::vector<double>& slopes, const std::vector<double>& sd) {
    double square = 0.0;
    for (std::size_t k = 0; k < sd.size(); ++k) square += std::pow(slopes[k] * sd[k], 2.0);
    return square;
  };
  close(cells(slope.tariff, uncertainty.tariff_log_sd), delta.tariff);
  close(cells(slope.cost, uncertainty.cost_log_sd), delta.cost);
  for (const MultiSectorShock& step : uncertainty.one_sd) {
    const double effect =
        wedge_effect(slope.tariff, full.tariff, step.tariff, base.tariff, 1.0) +
        wedge_effect(slope.export_tax, full.export_tax, step.export_tax, base.export_tax, 1.0) +
        wedge_effect(slope.cost, full.cost_hat, step.cost_hat, {}, 0.0);
    delta.policy.push_back(effect);
    variance += effect * effect;
  }
  if (trade) {
    // A flow moves the equilibrium that is the base and the one after the shock: what counts is the
    // difference of the two gradients, for shares that keep summing to one.
    model.solve({}, workspace, result, context);
    const SectorGradient before =
        gradient(model, {}, workspace, measure, context, {.tariff = false, .trade_share = true});
    const std::size_t n = base.economies.size();
    double square = 0.0;
    for (std::size_t row = 0; row < base.trade_share.size(); row += n) {
      double total = 0.0;
      for (std::size_t i = 0; i < n; ++i) {
        total += slope.trade_share[row + i] - before.trade_share[row + i];
      }
      for (std::size_t i = 0; i < n; ++i) {
        if (base.trade_share[row + i] == 0.0) continue;
        const double own = slope.trade_share[row + i] - before.trade_share[row + i];
        square +=
            std::pow((own - base.trade_share[row + i] * total) * uncertainty.trade_log_sd, 2.0);
      }
    }
    close(square, delta.trade);
  }
  delta.sd = std::sqrt(variance);
  return delta;
}

}  // namespace altyn::equilibrium
